"""Runs and jobs as people see them: with what they wait for, read off the rows and rules of this moment."""

from ..domain.job import RULES, Job
from ..domain.lifecycle.job import JobStatus
from ..domain.lifecycle.run import RunStatus
from ..domain.run import Run, RunKind
from .approvals import Approvals, waits_for_people
from .ports.clock import Clock
from .ports.jobs import JobRecord, JobStore
from .ports.runs import RunRecord
from .ports.zones import Zones
from .runner_wait import RunnerWait


class JobWait:
    """Says what a QUEUED job waits for."""

    def __init__(self, zones: Zones, jobs: JobStore, runner_wait: RunnerWait, clock: Clock) -> None:
        self._zones = zones
        self._jobs = jobs
        self._runner_wait = runner_wait
        self._clock = clock

    def says(self, job: JobRecord) -> str | None:
        """One sentence; ``None`` when it waits for nothing worth saying."""
        if job.status is not JobStatus.QUEUED:
            return None
        return self._window(job) or self._runner_wait.says(job) or self._no_container(job)

    def public(self, job: JobRecord) -> Job:
        """The job, with what it waits for."""
        return job.public().model_copy(update={"waits_for": self.says(job)})

    def _window(self, job: JobRecord) -> str | None:
        may_still_wait = job.attempt == 0 or job.not_before is not None
        zone = self._zones.get(job.zone_id) if RULES[job.job_type].changes_cloud and may_still_wait else None
        opens = zone.rules.opens_at(self._clock.now()) if zone else None
        return zone.rules.waiting_for_window(opens) if zone and opens else None

    def _no_container(self, job: JobRecord) -> str | None:
        attempt = self._jobs.attempt(job.job_id, job.attempt) if job.attempt else None
        return f"{attempt.problem} It is tried again." if attempt and attempt.problem else None


class RunViews:
    """Shows one run to one person."""

    def __init__(self, approvals: Approvals, jobs: JobStore, job_wait: JobWait) -> None:
        self._approvals = approvals
        self._jobs = jobs
        self._job_wait = job_wait

    def of(self, run: RunRecord, asked_by: str | None = None) -> Run:
        """The run, with the approvals that are missing, and what it waits for."""
        if run.status is RunStatus.AWAITING_REVIEW:
            approval = self._approvals.of(run)
            seen: dict[str, object] = {
                "approvals_needed": approval.needed,
                "planner_may_approve": approval.planner_may_approve,
                "approvals_missing": approval.missing,
                "waits_for": waits_for_people(run, approval, asked_by),
            }
            return run.public().model_copy(update=seen)
        if run.status is RunStatus.PLANNING and run.plan_job_id:
            job = self._jobs.get(run.plan_job_id)
            return run.public().model_copy(update={"waits_for": self._job_wait.says(job) if job else None})
        if run.status is RunStatus.APPROVED and run.apply_job_id:
            return run.public().model_copy(update={"waits_for": self._start(run, run.apply_job_id)})
        return run.public()

    def _start(self, run: RunRecord, job_id: str) -> str | None:
        job = self._jobs.get(job_id)
        sentence = self._job_wait.says(job) if job else None
        said = "Confirmed" if run.kind is RunKind.DESTROY else "Approved"
        return f"{said}. {sentence}" if sentence else None
