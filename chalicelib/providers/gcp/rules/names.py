"""Names: what each service allows in them, and the names that GCP would find taken."""

import re
from collections.abc import Iterator

from chalicelib.domain.components import COLLECTIONS
from chalicelib.domain.errors import FieldProblem
from chalicelib.domain.words import ComponentKind

from ...base import Configuration, Path
from ..tfvars import subscription_name

_HYPHENS = (r"[a-z]([a-z0-9-]*[a-z0-9])?", "small letters, digits and hyphens, without a hyphen at the end")

_RULES = {
    ComponentKind.DATABASE: _HYPHENS,
    ComponentKind.CACHE: _HYPHENS,
    ComponentKind.NOSQL_TABLE: _HYPHENS,
    ComponentKind.CONTAINER_REGISTRY: _HYPHENS,
    ComponentKind.STORAGE_BUCKET: (
        r"[a-z]([a-z0-9_-]*[a-z0-9])?",
        "small letters, digits, hyphens and underscores, with a letter or digit at the end",
    ),
    ComponentKind.SECRET: (r"[a-z0-9_-]+", "small letters, digits, hyphens and underscores"),
}
"""Kind → what its whole name must match, and the same in words. Pub/Sub takes whatever a form takes."""

GOOGLE = re.compile(r"g[o0]{2}gle")
"""What no bucket may have in its name."""


def problems(config: Configuration) -> Iterator[FieldProblem]:
    for kind, (pattern, words) in _RULES.items():
        field = COLLECTIONS[kind]
        for index, component in enumerate(getattr(config, field)):
            if not re.fullmatch(pattern, component.name):
                yield FieldProblem(
                    (field, index, "name"),
                    f"GCP would refuse the name {component.name!r} for a {kind.value}; use {words}",
                )
    yield from _of_google(config)
    yield from _twice("topic", _topics(config))
    yield from _twice("subscription", _subscriptions(config))


def _of_google(config: Configuration) -> Iterator[FieldProblem]:
    """Names that Google keeps to itself; every name starts with the project's."""
    if config.project_name.startswith("goog") and (config.queues or config.topics or config.storage_buckets):
        yield FieldProblem(
            ("project_name",),
            "names of Pub/Sub and Cloud Storage can't start with goog, and they start with the project's; "
            "choose another name",
        )
    elif GOOGLE.search(config.project_name) and config.storage_buckets:
        yield FieldProblem(
            ("project_name",),
            "a bucket can't have google in its name, which has the project's in it; choose another name",
        )
    for index, bucket in enumerate(config.storage_buckets):
        if GOOGLE.search(bucket.name):
            yield FieldProblem(
                ("storage_buckets", index, "name"), "a bucket can't have google in its name; choose another"
            )


def _topics(config: Configuration) -> Iterator[tuple[Path, str]]:
    """What the template calls each topic of Pub/Sub, without the environment's prefix."""
    for index, queue in enumerate(config.queues):
        yield ("queues", index, "name"), f"{queue.name}-queue"
        if queue.dead_letter:
            yield ("queues", index, "name"), f"{queue.name}-dlq"
    for index, topic in enumerate(config.topics):
        yield ("topics", index, "name"), topic.name


def _subscriptions(config: Configuration) -> Iterator[tuple[Path, str]]:
    """What the template calls each subscription of Pub/Sub, without the environment's prefix."""
    for index, queue in enumerate(config.queues):
        yield ("queues", index, "name"), f"{queue.name}-sub"
        if queue.dead_letter:
            yield ("queues", index, "name"), f"{queue.name}-dlq-sub"
    for index, topic in enumerate(config.topics):
        for place, receiver in enumerate(topic.subscriptions):
            path = ("topics", index, "subscriptions", place, "endpoint")
            if receiver not in topic.subscriptions[:place]:
                yield path, f"{topic.name}-{subscription_name(receiver)}"


def _twice(what: str, named: Iterator[tuple[Path, str]]) -> Iterator[FieldProblem]:
    seen: dict[str, Path] = {}
    for path, name in named:
        first = seen.setdefault(name, path)
        if first is not path:
            where = f"{first[0]}[{first[1]}]"
            yield FieldProblem(
                path, f"needs a Pub/Sub {what} {name!r}, as {where} does; rename one of the two"
            )
