"""Queues and topics: the times that Pub/Sub keeps, and what a topic can deliver to."""

import re
from collections.abc import Iterator

from chalicelib.domain.components import Queue, Topic
from chalicelib.domain.errors import FieldProblem

from ...base import Configuration, Path
from ..catalogue import SUBSCRIPTION_PROTOCOLS

ACK_DEADLINE_SECONDS = (10, 600)
SHORTEST_RETENTION_SECONDS = 600
DELIVERY_ATTEMPTS = (5, 100)

_ENDPOINTS = {
    "pull": (
        r"[A-Za-z0-9._~+%-]{1,128}",
        "the name that its subscription is to have: letters, digits and ._~+%-, 128 at most",
    ),
    "push": (r"https://[^\s/]+(/\S*)?", "an address that starts with https://"),
}
"""Protocol → what its endpoint must match, and the same in words."""


def problems(config: Configuration) -> Iterator[FieldProblem]:
    for index, queue in enumerate(config.queues):
        yield from _queue(("queues", index), queue)
    for index, topic in enumerate(config.topics):
        yield from _topic(("topics", index, "subscriptions"), topic)


def _queue(path: Path, queue: Queue) -> Iterator[FieldProblem]:
    least, most = ACK_DEADLINE_SECONDS
    if not least <= queue.visibility_timeout <= most:
        yield FieldProblem(
            (*path, "visibility_timeout"), f"Pub/Sub waits {least} to {most} seconds for an acknowledgement"
        )
    if queue.message_retention < SHORTEST_RETENTION_SECONDS:
        yield FieldProblem(
            (*path, "message_retention"),
            f"Pub/Sub keeps messages for {SHORTEST_RETENTION_SECONDS} seconds or longer",
        )
    if queue.delay_seconds:
        yield FieldProblem(
            (*path, "delay_seconds"), "Pub/Sub delivers at once and can't delay messages; set 0 on GCP"
        )
    least, most = DELIVERY_ATTEMPTS
    if queue.dead_letter and not least <= queue.dead_letter.max_receive_count <= most:
        yield FieldProblem(
            (*path, "dead_letter", "max_receive_count"), f"Pub/Sub tries {least} to {most} times"
        )


def _topic(path: Path, topic: Topic) -> Iterator[FieldProblem]:
    for index, subscription in enumerate(topic.subscriptions):
        where = (*path, index)
        if subscription in topic.subscriptions[:index]:
            yield FieldProblem(where, "this receiver is in the list already")
        elif subscription.protocol not in SUBSCRIPTION_PROTOCOLS:
            known = ", ".join(SUBSCRIPTION_PROTOCOLS)
            yield FieldProblem(
                (*where, "protocol"), f"{subscription.protocol!r} is not offered; choose one of {known}"
            )
        else:
            pattern, words = _ENDPOINTS[subscription.protocol]
            if not re.fullmatch(pattern, subscription.endpoint):
                yield FieldProblem((*where, "endpoint"), f"{subscription.protocol} needs {words}")
