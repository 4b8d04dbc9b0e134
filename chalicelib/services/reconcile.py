"""Looking after whatever has work in hand, every minute: from the rows alone, and harmless to repeat.

::

    a live job whose lease ended         its attempt is over (:mod:`.lost_attempts`)
    a job by itself without an attempt   its next attempt begins
    a job of the control plane's own     its execution is looked after (:mod:`.worker_attempts`)
    a container that ended unheard       its attempt is over: a customer's cluster tells us only when asked
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

from ..domain.errors import AlethiaError, Unavailable
from ..domain.job import RULES, By, JobError
from ..domain.lifecycle.job import WITH_A_RUNNER, JobStatus
from ..domain.lifecycle.run import RunStatus
from ..domain.model import Model
from .attempt_start import AttemptStart
from .doorbell import Doorbell, outcome_of
from .lost_attempts import LostAttempts
from .mark_run import MarkRun
from .origin import coming_from, current_origin
from .ports.clock import Clock, unix
from .ports.jobs import JobRecord, JobStore
from .ports.metrics import Metric, Metrics
from .ports.runner_tasks import RunnerTasks
from .ports.runs import RunRecord, RunStore
from .ports.workflow import ExecutionStatus, Resume, Workflow
from .review import Review
from .single_jobs import SingleJobs
from .standing import job_in_hand, where_it_stands
from .stopped_tasks import ENDED, StoppedTasks
from .worker_attempts import WorkerAttempts

MAX_GENERATIONS = 50
"""Executions of one run. Beyond it, something fails each time in the same way, and the run FAILs; but an
apply that succeeded waits for somebody to redrive its newest execution."""

UNEXPECTED = "unexpected"
"""How the problem of a fault of our own begins."""

LONG = timedelta(minutes=30)

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
    problems: dict[str, str] = {}
    """Why, for each of these."""
    long_at_it: list[str] = []
    """Jobs that have been at it for longer than :data:`LONG`: an alarm about the oldest names none."""


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
        worker_attempts: WorkerAttempts,
        tasks: RunnerTasks,
        stopped_tasks: StoppedTasks,
        lost: LostAttempts,
        review: Review,
        mark_run: MarkRun,
        doorbell: Doorbell,
        metrics: Metrics,
        clock: Clock,
    ) -> None:
        self._metrics = metrics
        self._jobs = jobs
        self._runs = runs
        self._workflow = workflow
        self._single_jobs = single_jobs
        self._attempt_start = attempt_start
        self._worker_attempts = worker_attempts
        self._tasks = tasks
        self._stopped_tasks = stopped_tasks
        self._lost = lost
        self._review = review
        self._mark_run = mark_run
        self._doorbell = doorbell
        self._clock = clock

    def run(self) -> Reconciled:
        """Look after every live job, then every live run."""
        done = Reconciled()
        jobs = self._jobs.live()
        for job in jobs:
            self._safely(done, job.job_id, partial(self._job, job))
        for run in self._runs.live():
            self._safely(done, run.run_id, partial(self._run, run))
        self._metrics.count(Metric.RECONCILE_FAILED, len(done.failed))
        since = {job.job_id: unix(self._clock.now()) - _due(job) for job in jobs}
        self._metrics.seconds(Metric.OLDEST_JOB, float(max([0, *since.values()])))
        done.long_at_it.extend(name for name, seconds in since.items() if seconds > LONG.total_seconds())
        return done

    def _safely(self, done: Reconciled, name: str, look: Callable[[], str | None]) -> None:
        """One thing that can't be looked after now must not keep the others waiting."""
        try:
            # What becomes known of this one (its correlation id) is not said of the next.
            with coming_from(current_origin()):
                outcome = look()
        except AlethiaError as error:
            outcome, done.problems[name] = "failed", error.message
        except Exception as error:
            outcome, done.problems[name] = "failed", f"{UNEXPECTED} {type(error).__name__}"
        if outcome is not None:
            getattr(done, outcome).append(name)

    def _job(self, job: JobRecord) -> str | None:
        if RULES[job.job_type].by is By.CONTROL_PLANE:
            return self._worker_attempts.look_after(job)
        now = unix(self._clock.now())
        if job.lease_expires_at is None:
            may_be_about_to_begin = job.attempt == 0 and self._is_young(job.created_at)
            begun = not may_be_about_to_begin and self._single_jobs.begin_again(job)
            return "begun" if begun else None
        job = self._attempt_start.on_time(job)
        if job.lease_expires_at is None or job.lease_expires_at > now:
            if self._stopped_unheard(job):
                return self._begin_next(job)
            return "begun" if self._start_waiting(job) else None
        return self._begin_next(job) if self._lost.end_of_lease(job, now) else None

    def _begin_next(self, job: JobRecord) -> str:
        """The attempt is over: a job by itself goes on at once, a run's when its workflow is rung."""
        after = self._jobs.get(job.job_id)
        if after is not None:
            self._single_jobs.begin_again(after)
        return "ended_attempts"

    def _stopped_unheard(self, job: JobRecord) -> bool:
        """Whether the attempt's container ended before it did anything, where no event of it reaches us."""
        if job.status not in (JobStatus.QUEUED, JobStatus.CLAIMED) or not job.attempt:
            return False
        attempt = self._jobs.attempt(job.job_id, job.attempt)
        if attempt is None or attempt.task_arn is None:
            return False
        try:
            reason = self._tasks.stopped(attempt.runner, attempt.task_arn)
        except Unavailable:  # its cluster is not to be asked just now; its lease ends all the same
            return False
        return reason is not None and (self._stopped_tasks.stopped(job.job_id, job.attempt, reason) == ENDED)

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
        if execution.failed and resume is Resume.FINALIZE:
            self._metrics.count(Metric.FINALIZE_FAILED)
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
            error = JobError(step="workflow", message=message)
            self._mark_run.mark(run.run_id, run.generation, error=error, give_up=True)
            return "failed"
        if not self._runs.next_generation(run.run_id, run.generation):
            return None
        self._doorbell.begin(run.model_copy(update={"generation": run.generation + 1}), resume)
        return "restarted"


def _due(job: JobRecord) -> int:
    """From when on it should get on: a runner has it, should have had it by then, or should be asked for."""
    if job.status in WITH_A_RUNNER and job.claimed_at is not None:
        return unix(datetime.fromisoformat(job.claimed_at))
    return job.lease_expires_at or unix(datetime.fromisoformat(job.created_at))
