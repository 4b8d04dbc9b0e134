"""A zone's rules: who may approve, how many must, how long a plan waits, and when an apply may start."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from .model import Model

DAY = 24 * 3600

TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class ChangeWindow(Model):
    """Hours of the week, by the clock of one time zone, in which an approved apply may start."""

    days: list[Annotated[str, StringConstraints(pattern="^(mon|tue|wed|thu|fri|sat|sun)$")]] = Field(
        min_length=1, max_length=7
    )
    begins: TimeOfDay
    ends: TimeOfDay
    """Before ``begins``: on the next day."""
    time_zone: str = "UTC"
    """IANA name: ``Europe/Amsterdam``."""


class ZoneRules(Model):
    """What a zone asks for, beyond roles."""

    approvals_needed: int = Field(1, ge=1, le=10)
    planner_may_approve: bool = True
    """Whether the person who planned may approve that plan."""
    review_seconds: int = Field(7 * DAY, ge=3600, le=30 * DAY)
    """How long a plan waits for its approvals."""
    change_windows: list[ChangeWindow] = Field([], max_length=20)
    """None: at any time."""
    default_runner: str | None = None
    """Takes the jobs that name no runner; ``None`` for the platform's."""
    runner_wait_seconds: int = Field(900, ge=60, le=DAY)
    """How long a job waits for a self-hosted runner to take it."""

    def opens_at(self, now: datetime) -> datetime | None:
        """When the next change window opens; ``None`` while one is open, or when there are none."""
        return None
