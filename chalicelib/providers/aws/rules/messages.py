"""Queues and topics: what a topic can deliver to."""

import re
from collections.abc import Iterator, Mapping

from chalicelib.domain.components import Queue, Subscription, Topic
from chalicelib.domain.errors import FieldProblem

from ...base import Configuration
from ..catalogue import SUBSCRIPTION_PROTOCOLS

Path = tuple[str | int, ...]

_ENDPOINTS = {
    "lambda": (r"arn:aws:lambda:[a-z0-9-]+:\d{12}:function:\S+", "the ARN of a function"),
    "https": (r"https://\S+", "an address that starts with https://"),
    "http": (r"http://\S+", "an address that starts with http://"),
    "email": (r"[^@\s]+@[^@\s]+", "an e-mail address"),
    "email-json": (r"[^@\s]+@[^@\s]+", "an e-mail address"),
    "sms": (r"\+[1-9]\d{6,14}", "a telephone number such as +353861234567"),
    "firehose": (r"arn:aws:firehose:[a-z0-9-]+:\d{12}:deliverystream/\S+", "the ARN of a delivery stream"),
}
"""Protocol → what its endpoint must match, and the same in words. SQS is judged on its own."""


def problems(config: Configuration) -> Iterator[FieldProblem]:
    queues = {queue.name: queue for queue in config.queues}
    for index, topic in enumerate(config.topics):
        yield from _topic(("topics", index, "subscriptions"), topic, queues)


def _topic(path: Path, topic: Topic, queues: Mapping[str, Queue]) -> Iterator[FieldProblem]:
    for index, subscription in enumerate(topic.subscriptions):
        where = (*path, index)
        if subscription in topic.subscriptions[:index]:
            yield FieldProblem(where, "this receiver is in the list already")
        elif subscription.protocol not in SUBSCRIPTION_PROTOCOLS:
            known = ", ".join(SUBSCRIPTION_PROTOCOLS)
            yield FieldProblem(
                (*where, "protocol"), f"{subscription.protocol!r} is not offered; choose one of {known}"
            )
        elif subscription.protocol == "sqs":
            yield from _sqs(where, subscription, queues)
        else:
            pattern, words = _ENDPOINTS[subscription.protocol]
            if not re.fullmatch(pattern, subscription.endpoint):
                yield FieldProblem((*where, "endpoint"), f"{subscription.protocol} needs {words}")


def _sqs(path: Path, subscription: Subscription, queues: Mapping[str, Queue]) -> Iterator[FieldProblem]:
    endpoint = (*path, "endpoint")
    queue = queues.get(subscription.endpoint)
    if queue is None and not re.fullmatch(
        r"arn:aws:sqs:[a-z0-9-]+:\d{12}:[\w-]+(\.fifo)?", subscription.endpoint
    ):
        known = ", ".join(queues) or "none yet"
        yield FieldProblem(
            endpoint, f"sqs needs the ARN of a queue, or the name of one in this spec ({known})"
        )
    elif (queue is not None and queue.fifo) or subscription.endpoint.endswith(".fifo"):
        yield FieldProblem(endpoint, "a topic can't deliver to a FIFO queue; name a standard one")
