"""A job, its attempts, and what each job type may do: one row for a type."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from .lifecycle.job import JobStatus
from .model import Model
from .results import JobResult
from .words import JobType, Role


class About(StrEnum):
    """What a job is about."""

    SPEC = "spec"
    IDENTITY = "identity"
    WORKER = "worker"
    """A runner in a customer's account."""


class By(StrEnum):
    """Who does a job."""

    RUNNER = "runner"
    CONTROL_PLANE = "control-plane"
    """Steps of a state machine; its attempts are executions, and its lease is extended by each step."""


class Urgency(StrEnum):
    """Whose turn comes first in a runner's queue."""

    USUAL = "usual"
    BACKGROUND = "background"
    """A check that nobody waits for, such as one for drift: it takes its turn after everything else."""


CONTROL_PLANE = "control-plane"
"""In place of a runner's id, for a job that the control plane does by itself."""

ANY_RUNNER = "any"
"""In place of a runner's id: whichever self-hosted runner of the zone asks first."""


@dataclass(frozen=True)
class JobRules:
    """How a job type is run."""

    lease_seconds: int
    """How long an unanswered runner keeps the job."""
    max_attempts: int
    """Attempts in all. One means: a lost attempt FAILs the job, as it may have changed something."""
    changes_cloud: bool
    """terraform changes the cloud: it waits for change windows, and a lost attempt may leave orphans."""
    about: About = About.SPEC
    in_run: bool = True
    """Part of a run, which a Step Functions execution carries; otherwise a job by itself, of one step."""
    role: Role = Role.PLANNER
    """What a person needs to be to start one."""
    by: By = By.RUNNER


RULES: dict[JobType, JobRules] = {
    JobType.CONNECTION_TEST: JobRules(
        lease_seconds=60,
        max_attempts=3,
        changes_cloud=False,
        about=About.IDENTITY,
        in_run=False,
    ),
    JobType.FETCH_RESOURCES: JobRules(
        lease_seconds=60,
        max_attempts=3,
        changes_cloud=False,
        about=About.IDENTITY,
        in_run=False,
    ),
    JobType.BOOTSTRAP: JobRules(lease_seconds=60, max_attempts=3, changes_cloud=False, in_run=False),
    JobType.PLAN: JobRules(lease_seconds=60, max_attempts=3, changes_cloud=False),
    JobType.DEPLOY: JobRules(lease_seconds=300, max_attempts=1, changes_cloud=True, role=Role.APPROVER),
    JobType.DESTROY: JobRules(lease_seconds=300, max_attempts=1, changes_cloud=True, role=Role.APPROVER),
    **{
        job_type: JobRules(
            lease_seconds=300,
            # Each step can be repeated, so a lost execution is simply taken up again.
            max_attempts=20,
            changes_cloud=False,
            about=About.WORKER,
            in_run=False,
            role=Role.ADMIN,
            by=By.CONTROL_PLANE,
        )
        for job_type in (JobType.DEPLOY_WORKER, JobType.DESTROY_WORKER)
    },
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
    zone_id: str
    spec_id: str | None = None
    """Of a job about a spec."""
    run_id: str | None = None
    """Of a job that is part of a run."""
    identity_id: str | None = None
    """Of a job about a cloud identity."""
    worker_id: str | None = None
    """Of a job about a runner in a customer's account: that runner's id."""
    correlation_id: str | None = None
    """What the request that began it, its workflow, its runner's log lines and its audit entries share."""
    status: JobStatus
    attempt: int = 0
    config_hash: str | None = None
    """Of the frozen configuration, for a job about a spec."""
    plan_job_id: str | None = None
    """The PLAN whose artifact a DEPLOY applies."""
    runner: str
    """Id of the runner that is to take it, or :data:`ANY_RUNNER` until one does."""
    urgency: Urgency = Urgency.USUAL
    not_before: int | None = None
    """Unix seconds: an approved apply waits until then for its zone's change window."""
    waits_for: str | None = None
    """Why it still waits, in one sentence; only while it is QUEUED."""
    cancel_requested: bool = False
    terraform_started: bool = False
    phase: str | None = None
    progress: ApplyProgress | None = None
    lease_expires_at: int | None = None
    """Unix seconds."""
    error: JobError | None = None
    outputs: dict[str, Any] | None = None
    result: JobResult | None = None
    """What the job types with a typed result found; only where one job is read, not in lists."""
    late_report: dict[str, Any] | None = None
    """A report that came after the end, kept beside it; it changes nothing."""
    orphan_risk: bool = False
    created_at: str
    created_by: str
    claimed_at: str | None = None
    ended_at: str | None = None

    @property
    def of_spec(self) -> str:
        """The spec that it is about; only for the types that are about one."""
        assert self.spec_id is not None, f"a {self.job_type} is about no spec"
        return self.spec_id

    @property
    def subject_id(self) -> str:
        """What it is about: the id of its spec, its cloud identity or its deployed runner."""
        subject = self.spec_id or self.identity_id or self.worker_id
        assert subject is not None, "a job is about something"
        return subject

    @property
    def of_run(self) -> str:
        """The run that it is part of; only for the types that are."""
        assert self.run_id is not None, f"a {self.job_type} is a job by itself"
        return self.run_id
