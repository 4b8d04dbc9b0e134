"""Queues and topics: names that one Service Bus namespace shares, and what a topic can forward to."""

import re
from collections.abc import Iterator

from chalicelib.domain.components import Topic
from chalicelib.domain.errors import FieldProblem

from ...base import Configuration, Path

SUBSCRIPTION_NAME = re.compile(r"[a-zA-Z0-9]([a-zA-Z0-9._-]{0,48}[a-zA-Z0-9])?")


def problems(config: Configuration) -> Iterator[FieldProblem]:
    queues = {queue.name for queue in config.queues}
    for index, topic in enumerate(config.topics):
        if topic.name in queues:
            yield FieldProblem(
                ("topics", index, "name"),
                f"a queue is called {topic.name!r} too, and on Azure queues and topics share their names; "
                "rename one of the two",
            )
        yield from _subscriptions(("topics", index, "subscriptions"), topic, queues)


def _subscriptions(path: Path, topic: Topic, queues: set[str]) -> Iterator[FieldProblem]:
    taken: set[str] = set()
    for index, subscription in enumerate(topic.subscriptions):
        where = (*path, index, "endpoint")
        if subscription.protocol == "queue" and subscription.endpoint not in queues:
            known = ", ".join(sorted(queues)) or "none yet"
            yield FieldProblem(where, f"queue needs the name of a queue in this spec ({known})")
        elif subscription.protocol == "subscription" and not SUBSCRIPTION_NAME.fullmatch(
            subscription.endpoint
        ):
            yield FieldProblem(
                where,
                "subscription needs a name of at most 50 letters, digits, dots, hyphens and underscores, "
                "with a letter or digit at both ends",
            )
        elif subscription.endpoint.lower() in taken:
            yield FieldProblem(
                where, f"another subscription of this topic is called {subscription.endpoint!r} already"
            )
        taken.add(subscription.endpoint.lower())
