"""A lifecycle as a table: what is not in it can't happen."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from ..errors import WrongStatus

S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True)
class Lifecycle(Generic[S, E]):
    """The legal moves of one noun. ``noun`` appears in the sentence that refuses an illegal one."""

    noun: str
    moves: Mapping[tuple[S, E], S]
    terminal: frozenset[S] = frozenset()

    def next(self, status: S, event: E) -> S:
        """The status after `event`; :class:`WrongStatus` when the table has no such move."""
        try:
            return self.moves[status, event]
        except KeyError:
            raise WrongStatus(
                f"The {self.noun} is {status}; it can't {event.replace('_', ' ')} now.",
                details={"status": str(status), "event": str(event)},
            ) from None

    def allows(self, status: S, event: E) -> bool:
        """Whether the table has this move."""
        return (status, event) in self.moves

    def sources(self, event: E) -> list[S]:
        """Every status that `event` may start from: the condition of a conditional write."""
        return [status for status, move in self.moves if move == event]

    def target(self, event: E) -> S:
        """The one status that `event` leads to; only for events that have one."""
        (status,) = {target for (_, move), target in self.moves.items() if move == event}
        return status
