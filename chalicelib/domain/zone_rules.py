"""A zone's rules: who may approve, how many must, how long a plan waits, and when an apply may start."""

from datetime import datetime

from pydantic import Field

from . import change_windows
from .change_windows import ChangeWindow
from .model import Model

__all__ = ["DAY", "ChangeWindow", "ZoneRules"]

DAY = 24 * 3600


class ZoneRules(Model):
    """What a zone asks for, beyond roles."""

    approvals_needed: int = Field(1, ge=1, le=10)
    """How many people must approve a plan."""
    planner_may_approve: bool = True
    """Whether the person who planned may approve that plan."""
    review_seconds: int = Field(7 * DAY, ge=3600, le=30 * DAY)
    """How long a plan waits for its approvals."""
    change_windows: list[ChangeWindow] = Field([], max_length=20)
    """None: at any time."""
    default_runner: str | None = Field(None, max_length=128)
    """Takes the jobs that name no runner; ``None`` for the platform's."""
    runner_wait_seconds: int = Field(900, ge=60, le=DAY)
    """How long a job waits for a self-hosted runner to take it."""

    def opens_at(self, now: datetime) -> datetime | None:
        """When the next change window opens; ``None`` while one is open, or when there are none."""
        return change_windows.next_opening(self.change_windows, now)

    def in_words(self) -> list[str]:
        """The rules as sentences, for people."""
        people = "1 person" if self.approvals_needed == 1 else f"{self.approvals_needed} different people"
        may = "may approve it as well" if self.planner_may_approve else "may not approve it"
        windows = change_windows.describe(self.change_windows)
        sentences = [
            f"A plan is applied when {people} approved it; who planned it {may}.",
            f"A plan waits {_duration(self.review_seconds)} for its review, then it expires.",
            f"An apply or destroy may start {windows or 'at any time'}.",
            f"A job waits {_duration(self.runner_wait_seconds)} for a self-hosted runner to take it.",
        ]
        if self.approvals_needed > 1:
            sentences.append("A destroy, which has no plan to approve, takes an admin.")
        if self.default_runner is not None:
            sentences.append(f"Jobs that name no runner go to {self.default_runner}.")
        return sentences

    def waiting_for_window(self, opens: datetime) -> str:
        """What a person reads while an apply waits until `opens`."""
        windows = change_windows.describe(self.change_windows)
        when = change_windows.show(self.change_windows, opens)
        return (
            f"It starts when the change window opens: {windows}, next at {when}; "
            "a zone admin can change the rule."
        )


def _duration(seconds: int) -> str:
    """In the largest unit that divides it: ``7 days``, ``90 minutes``."""
    for size, unit in ((DAY, "day"), (3600, "hour"), (60, "minute")):
        if seconds % size == 0:
            count = seconds // size
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{seconds} seconds"
