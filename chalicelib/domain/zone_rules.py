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

    def waiting_for_window(self, opens: datetime) -> str:
        """What a person reads while an apply waits until `opens`."""
        windows = change_windows.describe(self.change_windows)
        when = change_windows.show(self.change_windows, opens)
        return (
            f"It starts when the change window opens: {windows}, next at {when}; "
            "a zone admin can change the rule."
        )
