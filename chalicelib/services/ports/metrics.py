"""Numbers for whoever operates a deployment: counted where something happens, summed up in CloudWatch."""

from enum import StrEnum
from typing import Protocol


class Metric(StrEnum):
    """What is counted or timed; alarms and the dashboard name these."""

    JOBS_ENDED = "JobsEnded"
    """By job type and end."""
    QUEUE_WAIT = "QueueWait"
    """Seconds from a job's making to its first claim, by job type. Not of an apply: it may wait for a change
    window, which is no queue."""
    JOB_DURATION = "JobDuration"
    """Seconds from a job's claim to its end, by job type."""
    LEASES_LOST = "LeasesLost"
    """Attempts that ended because nobody answered, by job type."""
    STALE_REFUSED = "StaleRefused"
    """Plans that were refused because something had changed since."""
    RECONCILE_FAILED = "ReconcileFailed"
    """Things that a pass of the reconciler could not look after."""
    OLDEST_JOB = "OldestJob"
    """Seconds that the oldest live job is at it, at each pass: since its claim, since the time by which a
    runner should have had it, or since it was made and nobody was asked for. None that waits for people."""
    FINALIZE_FAILED = "FinalizeFailed"
    """Applies that succeeded and could not be written down."""
    COLD_START = "ColdStart"
    """First calls of a function's fresh process, by function."""


class Metrics(Protocol):
    """Takes numbers; never fails, never blocks. Dimensions have few values, and none is a customer's."""

    def count(self, metric: Metric, value: int = 1, **dimensions: str) -> None: ...

    def seconds(self, metric: Metric, value: float, **dimensions: str) -> None: ...
