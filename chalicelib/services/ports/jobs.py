"""Jobs, their attempts, snapshots and plans, as the services see them.

Reads are strongly consistent, except lists. Writes that belong to a transition go through
:mod:`.ledger`; what stands here are the few that carry no transition.
"""

from collections.abc import Sequence
from typing import Protocol

from ...domain.job import Job
from ...domain.model import Model
from ...domain.plan import PlanResult, PlanSummary, StoredObject
from ...domain.results import JobResult
from ...domain.stack_work import StackWork
from ..paging import Page


class JobRecord(Job):
    """A job with what only the control plane needs to know about it."""

    claim_id: str | None = None
    watched_until: int | None = None
    """Unix seconds until which somebody is looking at the job."""
    log: StoredObject | None = None
    reported_attempt: int | None = None
    """The attempt whose report ended the job: its repeat gets the same answer."""
    request_hash: str | None = None
    stack_work: StackWork | None = None
    """Of a job about a runner's stack: how far it has come."""

    def public(self) -> Job:
        """The part that people may see."""
        return Job.model_validate({name: getattr(self, name) for name in Job.model_fields})


class Attempt(Model):
    """One try of a job by one runner."""

    job_id: str
    number: int
    runner: str
    task_token: str | None = None
    """The doorbell of the workflow step that waits for this attempt."""
    task_arn: str | None = None
    problem: str | None = None
    """Why no container could be started for it, when one was asked for last."""
    dispatched_at: str
    stopped_at: str | None = None
    """When ECS said that the task stopped: from then on nothing of it runs."""
    stop_reason: str | None = None
    over_at: str | None = None
    """When the control plane stopped counting on it: reported, stopped, or its lease ended."""


class StoredPlan(Model):
    """What a PLAN job found; the summary comes first, the result with the report."""

    job_id: str
    summary: PlanSummary | None = None
    result: PlanResult | None = None
    digest: str | None = None


class JobStore(Protocol):
    """Rows of jobs."""

    def get(self, job_id: str) -> JobRecord | None: ...

    def snapshot(self, job_id: str) -> str | None:
        """The frozen configuration, exactly as it was stored."""

    def plan(self, job_id: str) -> StoredPlan | None: ...

    def result(self, job_id: str) -> JobResult | None:
        """What a job with a typed result reported; ``None`` before its report, and of any other job."""

    def attempt(self, job_id: str, number: int) -> Attempt | None: ...

    def of_zone(self, zone_id: str, limit: int, cursor: str | None) -> Page[JobRecord]:
        """Newest first."""

    def of_spec(self, spec_id: str, limit: int, cursor: str | None) -> Page[JobRecord]:
        """Newest first."""

    def live(self) -> Sequence[JobRecord]:
        """Every job with work in hand, oldest first."""

    def give_token(self, job_id: str, number: int, task_token: str, generation: int) -> bool:
        """The workflow waits anew: this token takes the old one's place.

        ``False`` when a later generation of the run's executions waits already: its token stays.
        """

    def started_as(self, job_id: str, number: int, task_arn: str) -> None:
        """The attempt runs as this ECS task."""

    def not_started(self, job_id: str, number: int, why: str) -> None:
        """No container could be started for the attempt; another is asked for later."""

    def stopped(self, job_id: str, number: int, at: str, reason: str) -> None:
        """ECS says that the attempt's task is gone. The first time counts."""

    def extend_lease(self, job_id: str, attempt: int, *, until: int, phase: str) -> JobRecord | None:
        """Keep a running attempt's lease, CLAIMED becoming PROCESSING; ``None`` if it was lost."""

    def store_summary(self, job_id: str, summary: PlanSummary) -> None: ...

    def request_cancel(self, job_id: str, attempt: int) -> JobRecord | None:
        """Ask the runner to stop; ``None`` when the attempt is no longer running."""

    def watch(self, job_id: str, until: int) -> None:
        """Somebody looks at a job that has not ended (nothing happens to one that has)."""

    def keep_late_report(self, job_id: str, report: dict[str, object], *, orphan_risk: bool) -> None:
        """Put a report that came too late beside its job; the first stays."""
