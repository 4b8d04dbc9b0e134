"""The engine that owns sequence and waiting. It knows no truth: every step reads the rows."""

from enum import StrEnum
from typing import Protocol

from ...domain.model import Model
from .jobs import JobRecord
from .runs import RunRecord


class Resume(StrEnum):
    """The step at which an execution takes a run up; the machine's first Choice knows these words."""

    PLAN = "plan"
    RECORD_PLAN = "record_plan"
    REVIEW = "review"
    CHECK_DIGESTS = "check_digests"
    APPLY = "apply"
    FINALIZE = "finalize"
    MARK = "mark"


class ExecutionStatus(StrEnum):
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    TIMED_OUT = "TIMED_OUT"
    ABORTED = "ABORTED"
    NOT_FOUND = "NOT_FOUND"


RESTARTED = "States.ServiceRestart"
"""The error by which an engine names its own restart."""


class Execution(Model):
    """What the engine says of one execution."""

    status: ExecutionStatus
    error: str | None = None
    cause: str | None = None

    @property
    def stopped_by_operator(self) -> bool:
        """Somebody aborted it on purpose: a cancel. An engine's own restart names itself as the error."""
        return self.status is ExecutionStatus.ABORTED and self.error != RESTARTED

    @property
    def failed(self) -> bool:
        """A step of it failed beyond its retries: our own machinery did, not the run."""
        return self.status is ExecutionStatus.FAILED and self.error != RESTARTED


class Workflow(Protocol):
    """Step Functions, or what stands in for it."""

    def start(self, run: RunRecord, resume: Resume) -> None:
        """Start ``{run_id}-{generation}``; starting it again starts nothing."""

    def describe(self, run_id: str, generation: int) -> Execution: ...

    def start_worker(self, job: JobRecord, attempt: int) -> None:
        """Start ``{job_id}-{attempt}`` of the machine that deploys and destroys runners; again: nothing."""

    def describe_worker(self, job_id: str, attempt: int) -> Execution: ...

    def ring(self, task_token: str, outcome: str) -> bool:
        """Wake a waiting step, best effort: ``False`` when nobody waits on that token (any more)."""
