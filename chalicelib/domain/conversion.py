"""Moving a spec to another cloud: what became of each field, said field by field.

A conversion never drops anything silently. Whatever was filled in has one line in the report, and whatever
the other cloud makes of it can be read there before anybody plans.
"""

from enum import StrEnum
from typing import Any

from pydantic import Field

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

    field: str = Field(description="``databases[0].engine``: with the index that it has in the source.")
    component: str | None = Field(
        None, description="Name of the component that it is part of, in the source; null for all others."
    )
    outcome: Outcome = Field(
        description="carried: the same there. converted: another name or size. lost: the other cloud has no "
        "such thing. needs_decision: a person must choose; until then the draft holds what it becomes."
    )
    was: Any = None
    becomes: Any = Field(None, description="What the draft holds; null when it holds nothing of it.")
    why: str = Field(
        "", description="One sentence. What was carried has one where the value does something else there."
    )


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
