"""Jobs as people see them: read, cancel, run again."""

from ..domain.errors import Conflict, NotFound
from ..domain.job import RULES, Diagnostic, Job, JobError, Urgency
from ..domain.lifecycle.job import JOB, WITH_A_RUNNER, JobEvent, JobStatus
from ..domain.model import Model
from ..domain.plan import CostEstimate, PlanManifest, PlanSummary
from ..domain.run import Run
from ..domain.words import JobType, Role
from .access import Access, Principal
from .audit import Audit
from .doorbell import Doorbell
from .origin import correlate
from .paging import Page, PageRequest
from .ports.clock import Clock, iso
from .ports.jobs import JobRecord, JobStore
from .ports.ledger import EndAttempt, Ledger, LostRace, MoveJob, RequestCancel, Write, WriteAudit
from .ports.runner_tasks import RunnerTasks
from .ports.spec_reader import SpecReader
from .run_views import JobWait
from .runs import Runs
from .worker_attempts import cancel_between_attempts
from .worker_ends import WorkerEnds

TRIES = 3
TYPED = frozenset(job_type for job_type, rules in RULES.items() if not rules.in_run)
"""Types whose jobs may have a typed result."""


class JobPlan(Model):
    """A PLAN's counts and groups; the digest is what an approval names, the rest comes with the report."""

    summary: PlanSummary | None = None
    digest: str | None = None
    has_changes: bool | None = None
    cost: CostEstimate | None = None
    warnings: list[Diagnostic] = []
    """What terraform warned of while it planned."""
    review_pages: int = 0
    manifest: PlanManifest | None = None


class Jobs:
    """Reads and cancels jobs."""

    def __init__(
        self,
        *,
        jobs: JobStore,
        runs: Runs,
        ledger: Ledger,
        specs: SpecReader,
        access: Access,
        audit: Audit,
        job_wait: JobWait,
        doorbell: Doorbell,
        tasks: RunnerTasks,
        worker_ends: WorkerEnds,
        clock: Clock,
    ) -> None:
        self._jobs = jobs
        self._runs = runs
        self._ledger = ledger
        self._specs = specs
        self._access = access
        self._audit = audit
        self._job_wait = job_wait
        self._doorbell = doorbell
        self._tasks = tasks
        self._worker_ends = worker_ends
        self._clock = clock

    def get(self, principal: Principal, job_id: str) -> Job:
        """One job of a zone that the caller may see, with its result and what it waits for."""
        job = self.require(principal, job_id, Role.VIEWER)
        result = self._jobs.result(job_id) if job.job_type in TYPED and job.status in JOB.terminal else None
        return self._job_wait.public(job).model_copy(update={"result": result})

    def require(self, principal: Principal, job_id: str, role: Role) -> JobRecord:
        """The job, for a caller with at least `role` in its zone."""
        job = self._jobs.get(job_id)
        if job is None:
            raise NotFound("There is no such thing here, or it is not yours.")
        self._access.require(principal, job.zone_id, role)
        correlate(job.correlation_id)
        return job

    def of_zone(self, principal: Principal, zone_id: str, page: PageRequest) -> Page[Job]:
        """The zone's jobs, newest first."""
        self._access.require(principal, zone_id, Role.VIEWER)
        return _public(self._jobs.of_zone(zone_id, page.limit, page.cursor))

    def of_spec(self, principal: Principal, spec_id: str, page: PageRequest) -> Page[Job]:
        """The spec's jobs, newest first."""
        spec = self._specs.get(spec_id)
        if spec is None:
            raise NotFound("There is no such thing here, or it is not yours.")
        self._access.require(principal, spec.zone_id, Role.VIEWER)
        return _public(self._jobs.of_spec(spec_id, page.limit, page.cursor))

    def plan(self, principal: Principal, job_id: str) -> JobPlan:
        """What a PLAN job found so far; its pages are served one by one elsewhere."""
        job = self.require(principal, job_id, Role.VIEWER)
        if job.job_type is not JobType.PLAN:
            raise NotFound("This job makes no plan.")
        found = self._jobs.plan(job_id)
        if found is None or found.result is None:
            return JobPlan(summary=found.summary if found else None)
        result = found.result
        return JobPlan(
            summary=result.summary,
            digest=found.digest,
            has_changes=result.has_changes,
            cost=result.cost,
            warnings=result.warnings,
            review_pages=len(result.review),
            manifest=result.manifest,
        )

    def cancel(self, principal: Principal, job_id: str) -> Job:
        """Cancel at once what no runner has; ask the runner to stop what it has. It can be asked twice.

        Raises
        ------
        WrongStatus
            The job has ended otherwise.
        """
        job = self.require(principal, job_id, Role.PLANNER)
        self._access.require(principal, job.zone_id, RULES[job.job_type].role)
        for _ in range(TRIES):
            if job.status is JobStatus.CANCELLED:
                return job.public()
            JOB.next(job.status, JobEvent.CANCEL)
            if self._cancelled(job, principal.user):
                return self._again(job_id).public()
            job = self._again(job_id)
        raise Conflict("The job changes too fast to cancel it. Repeat the request.")

    def rerun(
        self, principal: Principal, job_id: str, *, idempotency_key: str | None, confirm: str | None
    ) -> Run:
        """Do it anew, as the spec is now: a PLAN or a DEPLOY is planned again, a DESTROY destroyed again.

        Raises
        ------
        Conflict
            The job is part of no run; start another one where the first was started.
        """
        job = self.require(principal, job_id, Role.VIEWER)
        if not RULES[job.job_type].in_run:
            raise Conflict(f"A {job.job_type} is not run again as a run; start a new one instead.")
        if job.job_type is JobType.DESTROY:
            return self._runs.destroy(
                principal,
                job.of_spec,
                confirm_project_name=confirm or "",
                runner=self._asked_for(job),
                idempotency_key=idempotency_key,
                rerun_of=job_id,
            )
        return self._runs.start_plan(
            principal,
            job.of_spec,
            runner=self._asked_for(job),
            idempotency_key=idempotency_key,
            background=job.urgency is Urgency.BACKGROUND,
            rerun_of=job_id,
        )

    def _asked_for(self, job: JobRecord) -> str:
        """The runner that it was dispatched to: ``any``, also when one has taken it since."""
        attempt = self._jobs.attempt(job.job_id, job.attempt) if job.attempt else None
        return attempt.runner if attempt else job.runner

    def _cancelled(self, job: JobRecord, by: str) -> bool:
        """Whether the cancel took hold; ``False`` when the job moved on meanwhile."""
        if job.status in WITH_A_RUNNER:
            return job.cancel_requested or self._committed(
                RequestCancel(job.job_id, job.attempt), self._entry(job, by, str(job.status))
            )
        now = iso(self._clock.now())
        if job.stack_work is not None and (job.stack_work.asked or job.stack_work.deleting):
            # Something of it may be there: the next attempt takes it away, and ends the job.
            return job.cancel_requested or self._committed(
                *cancel_between_attempts(job, now), self._entry(job, by, str(job.status))
            )
        error = JobError(step="cancel", message=f"{by} cancelled it before a runner took it.")
        writes: list[Write] = [
            MoveJob(
                job.job_id,
                JobEvent.CANCEL,
                {"cancel_requested": True, "error": error, "ended_at": now},
                attempt=job.attempt,
                only_from=(JobStatus.QUEUED,),
            )
        ]
        if job.attempt:
            writes.append(EndAttempt(job.job_id, job.attempt, now))
        writes += self._worker_ends.of(job, error.message)
        if not self._committed(*writes, self._entry(job, by, str(JobStatus.CANCELLED))):
            return False
        self._stop_task(job)
        self._doorbell.attempt_over(job.job_id)
        return True

    def _committed(self, *writes: Write) -> bool:
        try:
            self._ledger.commit(*writes)
        except LostRace:
            return False
        return True

    def _entry(self, job: JobRecord, by: str, status: str) -> WriteAudit:
        return WriteAudit(
            self._audit.entry(
                job.zone_id,
                actor=f"user:{by}",
                action="job.cancelled",
                subject=job.job_id,
                before={"status": str(job.status), "cancel_requested": False},
                after={"status": status, "cancel_requested": True},
            )
        )

    def _stop_task(self, job: JobRecord) -> None:
        """A container that is still on its way has nothing left to do."""
        attempt = self._jobs.attempt(job.job_id, job.attempt) if job.attempt else None
        if attempt is not None and attempt.task_arn:
            self._tasks.stop(job.runner, attempt.task_arn, "The job was cancelled.")

    def _again(self, job_id: str) -> JobRecord:
        job = self._jobs.get(job_id)
        assert job is not None, "a job's row is never deleted"
        return job


def _public(page: Page[JobRecord]) -> Page[Job]:
    return Page(items=[job.public() for job in page.items], next_cursor=page.next_cursor)
