"""A job, its attempts, and what each job type may do: one row for a type."""

from dataclasses import dataclass
from typing import Any

from .lifecycle.job import JobStatus
from .model import Model
from .words import JobType


@dataclass(frozen=True)
class JobRules:
    """How a job type is run."""

    lease_seconds: int
    """How long an unanswered runner keeps the job."""
    max_attempts: int
    """Attempts in all. One means: a lost attempt FAILs the job, as it may have changed something."""
    changes_cloud: bool
    timeout_seconds: int
    """The longest that one attempt may take before the workflow looks at the row."""


RULES: dict[JobType, JobRules] = {
    JobType.PLAN: JobRules(lease_seconds=60, max_attempts=3, changes_cloud=False, timeout_seconds=7200),
    JobType.DEPLOY: JobRules(lease_seconds=300, max_attempts=1, changes_cloud=True, timeout_seconds=21600),
    JobType.DESTROY: JobRules(lease_seconds=300, max_attempts=1, changes_cloud=True, timeout_seconds=21600),
}
"""The table that a new job type adds one row to."""

HEARTBEAT_SECONDS = 15
LOCK_GRACE_SECONDS = 120
"""How long after a lease's end its state lock may be taken, unless ECS says that the task stopped."""


class JobError(Model):
    """Why a job did not succeed."""

    step: str
    """The runner's step, or the control plane's, that failed: ``init``, ``plan``, ``lease`` …"""
    message: str
    """One sentence for a person."""
    diagnostics: list["Diagnostic"] = []


class Diagnostic(Model):
    """One of terraform's own diagnostics, in full and masked."""

    severity: str
    summary: str
    detail: str = ""
    address: str | None = None
    file: str | None = None
    line: int | None = None


class Orphan(Model):
    """A resource that exists in the cloud and is not in the state."""

    address: str
    resource_type: str
    resource_id: str | None
    import_command: str | None


class ApplyProgress(Model):
    """How far an apply or destroy came, from terraform's own events."""

    planned: int = 0
    done: int = 0
    in_flight: list[str] = []
    """Addresses begun and not ended: unknown after a hard kill."""
    failed: list[str] = []
    orphans: list[Orphan] = []


class Job(Model):
    """One unit of work. ``attempt`` counts from 1; 0 means that no runner was dispatched yet."""

    job_id: str
    job_type: JobType
    spec_id: str
    zone_id: str
    run_id: str
    status: JobStatus
    attempt: int = 0
    config_hash: str
    plan_job_id: str | None = None
    """The PLAN whose artifact a DEPLOY applies."""
    runner: str
    """Id of the runner that is to take it."""
    cancel_requested: bool = False
    terraform_started: bool = False
    phase: str | None = None
    progress: ApplyProgress | None = None
    lease_expires_at: int | None = None
    """Unix seconds."""
    error: JobError | None = None
    outputs: dict[str, Any] | None = None
    late_report: dict[str, Any] | None = None
    """A report that came after the end, kept beside it; it changes nothing."""
    orphan_risk: bool = False
    created_at: str
    created_by: str
    claimed_at: str | None = None
    ended_at: str | None = None
