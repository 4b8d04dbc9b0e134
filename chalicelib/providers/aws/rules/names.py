"""Names: what each service allows in them, and the names that AWS would find taken."""

import re
from collections.abc import Iterator

from chalicelib.domain.components import COLLECTIONS
from chalicelib.domain.errors import FieldProblem
from chalicelib.domain.words import ComponentKind

from ...base import Configuration

_HYPHENS = "small letters, digits and single hyphens, with a letter or digit at the end"

_RULES = {
    ComponentKind.DATABASE: (r"[a-z0-9]+(-[a-z0-9]+)*", _HYPHENS),
    ComponentKind.CACHE: (r"[a-z0-9]+(-[a-z0-9]+)*", _HYPHENS),
    ComponentKind.TOPIC: (r"[a-z0-9_-]+", "small letters, digits, hyphens and underscores"),
    ComponentKind.CONTAINER_REGISTRY: (
        r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*",
        "small letters and digits, parted by a dot, underscore or hyphens",
    ),
    ComponentKind.STORAGE_BUCKET: (
        r"[a-z0-9]([a-z0-9-]*[a-z0-9])?",
        "small letters, digits and hyphens, with a letter or digit at the end",
    ),
}
"""Kind → what its whole name must match, and the same in words."""


def problems(config: Configuration) -> Iterator[FieldProblem]:
    yield from _project(config)
    for kind, (pattern, words) in _RULES.items():
        field = COLLECTIONS[kind]
        for index, component in enumerate(getattr(config, field)):
            if not re.fullmatch(pattern, component.name):
                yield FieldProblem(
                    (field, index, "name"),
                    f"AWS would refuse the name {component.name!r} for a {kind.value}; use {words}",
                )
    yield from _queues(config)


def _project(config: Configuration) -> Iterator[FieldProblem]:
    if "--" in config.project_name and (config.databases or config.caches):
        yield FieldProblem(
            ("project_name",),
            "databases and caches can't have two hyphens in a row in their names, and those start with the "
            f"project's; {config.project_name!r} would need single ones",
        )


def _queues(config: Configuration) -> Iterator[FieldProblem]:
    taken = {_in_aws(queue.name, fifo=queue.fifo): queue.name for queue in config.queues}
    seen: set[str] = set()
    for index, queue in enumerate(config.queues):
        path = ("queues", index, "name")
        base = queue.name.removesuffix(".fifo")
        if base != queue.name and not queue.fifo:
            yield FieldProblem(path, f"only a FIFO queue may end in .fifo; set fifo, or name it {base!r}")
        elif not re.fullmatch(r"[a-z0-9_-]+", base):
            words = "small letters, digits, hyphens and underscores"
            yield FieldProblem(path, f"AWS would refuse the name {queue.name!r} for a queue; use {words}")
        if _in_aws(queue.name, fifo=queue.fifo) in seen:
            yield FieldProblem(
                path, f"another queue is called {_in_aws(queue.name, fifo=queue.fifo)!r} in AWS too"
            )
        seen.add(_in_aws(queue.name, fifo=queue.fifo))
        dead_letters = _in_aws(f"{base}-dlq", fifo=queue.fifo)
        if queue.dead_letter and dead_letters in taken:
            yield FieldProblem(
                path,
                f"its dead-letter queue would be called {dead_letters!r}, which is the queue "
                f"{taken[dead_letters]!r} already; rename one of the two",
            )


def _in_aws(name: str, *, fifo: bool) -> str:
    """What the template calls a queue, without the environment's prefix."""
    return f"{name.removesuffix('.fifo')}.fifo" if fifo else name
