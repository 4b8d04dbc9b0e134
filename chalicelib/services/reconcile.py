"""Looking after whatever has work in hand, every minute: from the rows alone, and harmless to repeat.

::

    a live job whose lease ended         its attempt is over (:mod:`.lost_attempts`)
    a job by itself without an attempt   its next attempt begins
    an attempt that waits for its start  kept to the zone's change windows as they are now
    an attempt without its container     it is asked for, once the attempt's time has come
    a run whose review time is over      EXPIRED
    a run whose execution runs           ring its tokens again: a ring may have been lost
    a run whose execution is gone        next generation, from the step at which the rows stand
    a run whose execution was aborted    an operator's cancel
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from ..domain.errors import AlethiaError
from ..domain.job import JobError
from ..domain.lifecycle.job import WITH_A_RUNNER
from ..domain.lifecycle.run import RunStatus
from ..domain.model import Model
from .attempt_start import AttemptStart
from .doorbell import Doorbell, outcome_of
from .lost_attempts import LostAttempts
from .mark_run import MarkRun
from .ports.clock import Clock, unix
from .ports.jobs import JobRecord, JobStore
from .ports.runs import RunRecord, RunStore
from .ports.workflow import ExecutionStatus, Resume, Workflow
from .review import Review
from .single_jobs import SingleJobs
from .standing import job_in_hand, where_it_stands

MAX_GENERATIONS = 50
"""Executions of one run. Beyond it, something fails each time in the same way: the run FAILs."""

YOUNG = timedelta(seconds=20)
"""What is this young may be about to begin: the request that made it is still at it."""


class Reconciled(Model):
    """What one pass did, by run or job id."""

    ended_attempts: list[str] = []
    begun: list[str] = []
    """Jobs by themselves whose next attempt began, and attempts whose container was asked for (again)."""
    expired: list[str] = []
    restarted: list[str] = []
    cancelled: list[str] = []
    failed: list[str] = []
    """Those that could not be looked after now; the next pass tries again."""


class Reconcile:
    """One pass over all that is live."""

    def __init__(
        self,
        *,
        jobs: JobStore,
        runs: RunStore,
        workflow: Workflow,
        single_jobs: SingleJobs,
        attempt_start: AttemptStart,
        lost: LostAttempts,
        review: Review,
        mark_run: MarkRun,
        doorbell: Doorbell,
        clock: Clock,
    ) -> None:
        self._jobs = jobs
        self._runs = runs
        self._workflow = workflow
        self._single_jobs = single_jobs
        self._attempt_start = attempt_start
        self._lost = lost
        self._review = review
        self._mark_run = mark_run
        self._doorbell = doorbell
        self._clock = clock

    def run(self) -> Reconciled:
        """Look after every live job, then every live run."""
        done: dict[str, list[str]] = {name: [] for name in Reconciled.model_fields}
        for job in self._jobs.live():
            self._safely(done, job.job_id, partial(self._job, job))
        for run in self._runs.live():
            self._safely(done, run.run_id, partial(self._run, run))
        return Reconciled(**done)

    def _safely(self, done: dict[str, list[str]], name: str, look: Callable[[], str | None]) -> None:
        """One thing that can't be looked after now must not keep the others waiting."""
        try:
            outcome = look()
        except AlethiaError:
            outcome = "failed"
        if outcome is not None:
            done[outcome].append(name)

    def _job(self, job: JobRecord) -> str | None:
        now = unix(self._clock.now())
        if job.lease_expires_at is None:
            may_be_about_to_begin = job.attempt == 0 and self._is_young(job.created_at)
            begun = not may_be_about_to_begin and self._single_jobs.begin_again(job)
            return "begun" if begun else None
        job = self._attempt_start.on_time(job)
        if job.lease_expires_at is None or job.lease_expires_at > now:
            return "begun" if self._start_waiting(job) else None
        if not self._lost.end_of_lease(job, now):
            return None
        after = self._jobs.get(job.job_id)
        if after is not None:
            self._single_jobs.begin_again(after)
        return "ended_attempts"

    def _start_waiting(self, job: JobRecord) -> bool:
        run = self._runs.get(job.run_id) if job.run_id else None
        return self._attempt_start.start_waiting(job, task_definition=run.task_definition if run else None)

    def _run(self, run: RunRecord) -> str | None:
        if self._review.expire(run):
            return "expired"
        job = self._jobs.get(job_in_hand(run))
        resume = where_it_stands(run, job) if job else None
        if job is None or resume is None:
            return None
        execution = self._workflow.describe(run.run_id, run.generation)
        if execution.status is ExecutionStatus.RUNNING:
            self._ring(run, job)
            return None
        if execution.stopped_by_operator and resume is not Resume.FINALIZE:
            return self._cancel(run, job)
        if execution.status is ExecutionStatus.NOT_FOUND and self._may_be_about_to_start(run):
            return None
        return self._restart(run, resume)

    def _may_be_about_to_start(self, run: RunRecord) -> bool:
        return run.generation == 1 and self._is_young(run.created_at)

    def _is_young(self, created_at: str) -> bool:
        return self._clock.now() - datetime.fromisoformat(created_at) < YOUNG

    def _ring(self, run: RunRecord, job: JobRecord) -> None:
        if outcome_of(job) is not None:
            self._doorbell.attempt_over(job.job_id)
        if run.review_token and run.status is RunStatus.APPROVED and job.attempt == 0:
            self._doorbell.review_over(run.run_id)

    def _cancel(self, run: RunRecord, job: JobRecord) -> str | None:
        """The operator's abort: stop a runner that works, then end the run."""
        if job.status in WITH_A_RUNNER:
            self._jobs.request_cancel(job.job_id, job.attempt)
        marked = self._mark_run.mark(run.run_id, run.generation, cancelled=True)
        return "cancelled" if marked.over else None

    def _restart(self, run: RunRecord, resume: Resume) -> str | None:
        if run.generation >= MAX_GENERATIONS:
            message = f"The workflow was started {run.generation} times and never came through."
            self._mark_run.mark(run.run_id, run.generation, error=JobError(step="workflow", message=message))
            return "failed"
        if not self._runs.next_generation(run.run_id, run.generation):
            return None
        self._doorbell.begin(run.model_copy(update={"generation": run.generation + 1}), resume)
        return "restarted"
