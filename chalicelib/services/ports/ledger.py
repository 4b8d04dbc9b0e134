"""Transitions, as all-or-nothing sets of named writes.

A use case says *what* changes; each write below says on which condition, and takes its legal sources from
the lifecycle tables. :meth:`Ledger.commit` makes all of them or none::

    ledger.commit(
        MoveRun(run_id, RunEvent.REJECT, {"decisions": decisions}),
        ChangeSpec(spec_id, held_by=run_id, release=True),
    )
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ...domain.audit import AuditEntry
from ...domain.errors import AlethiaError
from ...domain.identity import FetchedResources
from ...domain.lifecycle.identity import IdentityEvent, IdentityStatus
from ...domain.lifecycle.job import JobEvent, JobStatus
from ...domain.lifecycle.run import RunEvent, RunStatus
from ...domain.lifecycle.spec import SpecEvent
from ...domain.lifecycle.worker import WorkerEvent, WorkerStatus
from ...domain.plan import PlanResult
from ...domain.results import JobResult
from ...domain.run import Decision
from ...domain.words import Role
from ...domain.worker import Worker
from ...domain.zone_rules import ZoneRules
from .facts import ComponentRecord
from .jobs import JobRecord
from .runners import RunnerRecord
from .runs import RunRecord

MAX_ITEMS = 100
"""Most items in one transaction."""

Changes = Mapping[str, Any]
"""Field of the record → its new value; ``None`` removes the field."""


class LostRace(AlethiaError):
    """A condition did not hold: read the rows again to say why. Nothing was written."""

    code = "LostRace"


@dataclass(frozen=True)
class CreateJob:
    """A job and its frozen snapshot; refused if the job exists."""

    job: JobRecord
    snapshot: str | None = None
    """``None`` for a job that is about no spec."""


@dataclass(frozen=True)
class MoveJob:
    """A job's transition, allowed from the lifecycle's sources (or the fewer named in `only_from`).

    A change of ``runner`` moves it to that runner's queue (`zone_id` says whose zone the queue is of).
    `attempt` fences a runner: the job must still be in that attempt. `lease_over_at` holds only while
    the lease is not extended beyond that time.
    """

    job_id: str
    event: JobEvent
    changes: Changes = field(default_factory=dict)
    zone_id: str | None = None
    attempt: int | None = None
    only_from: tuple[JobStatus, ...] | None = None
    lease_over_at: int | None = None


@dataclass(frozen=True)
class BeginAttempt:
    """The next attempt of a QUEUED job: its row, and the deadline by which a runner must claim it."""

    job_id: str
    number: int
    runner: str
    task_token: str | None
    """The workflow step that waits; ``None`` for a job by itself."""
    at: str
    claim_until: int
    not_before: int | None = None
    """No runner may have it before (Unix seconds)."""


@dataclass(frozen=True)
class EndAttempt:
    """The control plane no longer counts on an attempt. Has no condition: the job's own write carries it."""

    job_id: str
    number: int
    at: str


@dataclass(frozen=True)
class StartTerraform:
    """The attempt is about to change the cloud; refused when it was lost, or asked to cancel.

    `already` records what a report says has happened, cancel or not.
    """

    job_id: str
    attempt: int
    already: bool = False


@dataclass(frozen=True)
class StorePlan:
    """What a PLAN job found; a plan is written once, by the report that also ends the job."""

    job_id: str
    result: PlanResult


@dataclass(frozen=True)
class StoreResult:
    """What a job with a typed result found; written once, with the report that ends the job."""

    job_id: str
    result: JobResult


@dataclass(frozen=True)
class MoveIdentity:
    """What a connection test says about its identity.

    Refused (as :class:`LostRace`) when a test that began later was recorded before.
    """

    zone_id: str
    identity_id: str
    was: IdentityStatus
    """The status that the event was read against."""
    event: IdentityEvent
    began_at: str
    changes: Changes = field(default_factory=dict)


@dataclass(frozen=True)
class StoreResources:
    """What is there in an account; refused when the identity is gone."""

    zone_id: str
    fetched: FetchedResources


@dataclass(frozen=True)
class RequestCancel:
    """A person asks the runner that has the attempt to stop; refused when it was asked before, or is over."""

    job_id: str
    attempt: int


@dataclass(frozen=True)
class MoveStart:
    """A QUEUED attempt that no container was asked for may start at another time.

    Refused when it was claimed, ended, or moved by somebody else (`lease_was` is no longer its deadline).
    """

    job_id: str
    attempt: int
    not_before: int | None
    """Unix seconds; ``None``: at once."""
    claim_until: int
    lease_was: int


@dataclass(frozen=True)
class WriteAudit:
    """An audit entry, written with the change that it tells of."""

    entry: AuditEntry


@dataclass(frozen=True)
class CreateRun:
    """A run; refused if it exists."""

    run: RunRecord


@dataclass(frozen=True)
class MoveRun:
    """A run's transition, allowed from the lifecycle's sources. Ending it takes it off the live index.

    `decisions_seen` is how many decisions there must still be.
    """

    run_id: str
    event: RunEvent
    changes: Changes = field(default_factory=dict)
    generation: int | None = None
    decisions_seen: int | None = None


@dataclass(frozen=True)
class RecordDecision:
    """One more decision about a run that goes on waiting for its review.

    Refused when it no longer waits, or when there are not `seen` decisions any more.
    """

    run_id: str
    decisions: Sequence[Decision]
    """All of them, with the new one."""
    seen: int


@dataclass(frozen=True)
class ExpectRun:
    """Nothing changes; the run must be in this status."""

    run_id: str
    status: RunStatus


@dataclass(frozen=True)
class ChangeRules:
    """A zone's rules; refused when they are not those of version `was` any more."""

    zone_id: str
    was: int
    rules: ZoneRules


@dataclass(frozen=True)
class ExpectRules:
    """Nothing changes; the zone's rules must still be those of this version."""

    zone_id: str
    version: int


@dataclass(frozen=True)
class ExpectRole:
    """Nothing changes; this person must still have at least this role in the zone."""

    zone_id: str
    user: str
    role: Role


@dataclass(frozen=True)
class ChangeSpec:
    """What a run does to its spec's row.

    Conditions: `held_by` is the run that must hold the spec (``None``: nobody must);
    `config_hash` must still be the spec's; `event` must be legal from the spec's status.
    Effects: `event` moves the status, `hold` makes that run the holder, `release` makes it nobody.
    """

    spec_id: str
    held_by: str | None
    event: SpecEvent | None = None
    config_hash: str | None = None
    hold: str | None = None
    release: bool = False
    changes: Changes = field(default_factory=dict)


@dataclass(frozen=True)
class ExpectSpec:
    """Nothing changes; the run must hold the spec, and its configuration must be this one."""

    spec_id: str
    held_by: str
    config_hash: str


@dataclass(frozen=True)
class CreateRunner:
    """A runner; refused if it exists."""

    runner: RunnerRecord


@dataclass(frozen=True)
class MoveWorker:
    """A deployed runner's transition from `was`, the status that the event was read against.

    `held_by` is the job that must have it in hand (``None``: whichever had it last). `worker` is all of its
    stack's facts from now on; its status becomes the one that the event leads to. ``draining`` and
    ``credential_sha256`` are changed where given. GONE removes the runner.
    """

    runner_id: str
    was: WorkerStatus
    event: WorkerEvent
    worker: Worker
    held_by: str | None
    draining: bool | None = None
    credential_sha256: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class PutFacts:
    """What is now observed of one component, replacing what version `component.version` said."""

    spec_id: str
    component: ComponentRecord


Write = (
    CreateJob
    | MoveJob
    | BeginAttempt
    | EndAttempt
    | StartTerraform
    | StorePlan
    | StoreResult
    | MoveIdentity
    | StoreResources
    | RequestCancel
    | MoveStart
    | WriteAudit
    | CreateRun
    | MoveRun
    | RecordDecision
    | ExpectRun
    | ChangeRules
    | ExpectRules
    | ExpectRole
    | ChangeSpec
    | ExpectSpec
    | PutFacts
    | CreateRunner
    | MoveWorker
)


class Ledger(Protocol):
    """Where transitions are made."""

    def commit(self, *writes: Write) -> None:
        """Make all of `writes` or none (:class:`LostRace`)."""
