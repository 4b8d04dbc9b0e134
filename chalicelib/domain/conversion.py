"""Moving a spec to another cloud: what became of each field, said field by field.

A conversion never drops anything silently. Whatever was filled in has one line in the report, and whatever
the other cloud makes of it can be read there before anybody plans.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from .model import Model
from .words import CloudProvider


class Outcome(StrEnum):
    """What became of a field."""

    CARRIED = "carried"
    """It means the same there."""
    CONVERTED = "converted"
    """It has another name or size there; ``was``, ``becomes`` and ``why`` say which and why."""
    LOST = "lost"
    """The other cloud has no such thing; ``why`` says what goes without it."""
    DECISION = "needs_decision"
    """A person must choose; until then the draft holds ``becomes``."""


class FieldReport(Model):
    """What became of one field that was filled in."""

    field: str
    """As people write it: ``databases[0].engine``, with the index that it has in the source."""
    outcome: Outcome
    was: Any = None
    becomes: Any = None
    """What the draft holds; ``None`` when it holds nothing of it."""
    why: str = ""
    """One sentence; empty for what was carried."""


class Conversion(Model):
    """A configuration for another cloud, and how it came about."""

    source: CloudProvider
    target: CloudProvider
    form: dict[str, Any]
    """The draft's form; every rule of the target accepts it."""
    report: tuple[FieldReport, ...]

    def count(self, outcome: Outcome) -> int:
        """How many fields had `outcome`."""
        return sum(line.outcome is outcome for line in self.report)


def undecided(report: Sequence[FieldReport]) -> list[FieldReport]:
    """The lines that wait for a person."""
    return [line for line in report if line.outcome is Outcome.DECISION]
