"""Rules about one value, as rows of a table: which field, what it may hold, what to say otherwise."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.domain.errors import FieldProblem

from ...base import Configuration, Path

Allows = Callable[[Any], bool]


@dataclass(frozen=True)
class Rule:
    """What one field may hold."""

    field: str
    """``queues.visibility_timeout``: of each queue. Lists are walked through, also at the end."""
    allows: Allows
    says: str
    """What is wrong and the way out; ``{value}`` is what the field holds."""


def one_of(values: Sequence[Any]) -> Allows:
    """One of these."""
    return lambda value: value in values


def between(least: int, most: int) -> Allows:
    """A number from `least` to `most`; what is no number is for others to judge."""
    return lambda value: not isinstance(value, int) or least <= value <= most


def matching(pattern: str) -> Allows:
    """A text that `pattern` describes from end to end; what is no text is for others to judge."""
    compiled = re.compile(pattern)
    return lambda value: not isinstance(value, str) or compiled.fullmatch(value) is not None


def broken(rules: Sequence[Rule], config: Configuration) -> Iterator[FieldProblem]:
    """One problem for each value that a rule does not allow."""
    for rule in rules:
        for path, value in values_at(config, rule.field.split(".")):
            if not rule.allows(value):
                yield FieldProblem(path, rule.says.format(value=value))


def repeated(fields: Sequence[str], config: Configuration) -> Iterator[FieldProblem]:
    """One problem for each entry that stands in the same list before."""
    for field in fields:
        seen: set[tuple[Path, Any]] = set()
        for path, value in values_at(config, field.split(".")):
            if (path[:-1], value) in seen:
                yield FieldProblem(path, f"{value} is in the list already")
            seen.add((path[:-1], value))


def values_at(found: Any, parts: Sequence[str], path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value that `parts` lead to, with where it is; nothing where nothing was said."""
    if found is None:
        return
    if isinstance(found, list):
        for index, item in enumerate(found):
            yield from values_at(item, parts, (*path, index))
    elif not parts:
        yield path, found
    else:
        head, *rest = parts
        inner = found.get(head) if isinstance(found, dict) else getattr(found, head)
        yield from values_at(inner, rest, (*path, head))
