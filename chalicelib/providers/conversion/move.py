"""From which cloud to which: what every step of a conversion asks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from chalicelib.domain.conversion import Outcome
from chalicelib.domain.words import Stage

from ..base import Choice, Provider
from ..equivalents import Table
from .draft import Note
from .paths import Path


@dataclass(frozen=True)
class Move:
    """One spec's way from a cloud to another."""

    source: Provider
    target: Provider
    stage: Stage
    region: str
    """Of the target."""

    def counterpart(self, table: Table, value: str) -> str | None:
        """What stands for `value` on the target."""
        return table.counterpart(value, self.source.name, self.target.name)

    def default(self, path: Path) -> Any:
        """What the target's stage fills in at `path`; ``None`` where it leaves the field alone."""
        if len(path) == 2:
            return self._defaults.get(str(path[0]), {}).get(str(path[1]))
        if len(path) == 3 and isinstance(path[1], int):
            return self._defaults.get(str(path[0]), {}).get(str(path[2]))
        return None

    @cached_property
    def _defaults(self) -> Mapping[str, Mapping[str, Any]]:
        return self.target.defaults(self.stage)


def converted(why: str) -> Note:
    """It has another name or size there."""
    return Note(Outcome.CONVERTED, why)


def lost(why: str) -> Note:
    """There is no such thing there."""
    return Note(Outcome.LOST, why)


def undecided(why: str) -> Note:
    """A person must choose."""
    return Note(Outcome.DECISION, why)


def label_of(value: str | None, offered: Iterable[Choice]) -> str | None:
    """What people call `value`; ``None`` when it is not offered by name."""
    return next((choice.label for choice in offered if choice.value == value), None)
