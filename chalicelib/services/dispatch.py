"""Getting a runner for a job: the one small step of every job type.

The workflow waits on a task token. The token is kept on the attempt's row first, then a container is asked
for; whatever ends the attempt rings that token. Dispatching again is harmless: an attempt that is under way
only gets the new token, and a job that is over answers at once.
"""

from datetime import timedelta
from enum import StrEnum

from ..domain.errors import NotFound
from ..domain.ids import attempt_id
from ..domain.lifecycle.job import JOB
from ..domain.lifecycle.run import RUN
from .doorbell import SUPERSEDED, Doorbell
from .ports.clock import Clock, iso, unix
from .ports.jobs import Attempt, JobRecord, JobStore
from .ports.ledger import BeginAttempt, Ledger, LostRace
from .ports.runner_tasks import RunnerTask, RunnerTasks
from .ports.runs import RunRecord, RunStore

CLAIM_WITHIN = timedelta(minutes=10)
"""How long a container may take from being asked for to claiming its job (image pull included)."""


class Stage(StrEnum):
    """Which of a run's jobs to dispatch."""

    PLAN = "plan"
    APPLY = "apply"


class Dispatch:
    """Starts attempts."""

    def __init__(
        self,
        *,
        jobs: JobStore,
        runs: RunStore,
        ledger: Ledger,
        tasks: RunnerTasks,
        doorbell: Doorbell,
        clock: Clock,
    ) -> None:
        self._jobs = jobs
        self._runs = runs
        self._ledger = ledger
        self._tasks = tasks
        self._doorbell = doorbell
        self._clock = clock

    def dispatch(self, run_id: str, generation: int, stage: Stage, task_token: str) -> None:
        """See that a runner has (or gets) the run's job, and that its end rings `task_token`.

        Raises
        ------
        Unavailable
            No container could be started; dispatching again tries again.
        """
        run = self._runs.get(run_id)
        job_id = run and (run.plan_job_id if stage is Stage.PLAN else run.apply_job_id)
        job = self._jobs.get(job_id) if job_id else None
        if run is None or job is None:
            raise NotFound(f"Run {run_id} has no {stage} job.")
        if run.generation != generation or run.status in RUN.terminal:
            self._doorbell.answer(task_token, SUPERSEDED)
        elif job.status in JOB.terminal:
            self._doorbell.answer(task_token, job.status.lower())
        else:
            attempt = self._attempt(job, task_token)
            # It may have ended between the two writes; then nobody else would ring this token.
            self._doorbell.attempt_over(job.job_id)
            if attempt.task_arn is None and attempt.over_at is None:
                self._start_task(run, attempt)

    def _attempt(self, job: JobRecord, task_token: str) -> Attempt:
        """The attempt under way, ringing `task_token` from now on; a fresh one if none is."""
        if job.lease_expires_at is None:
            now = self._clock.now()
            number = job.attempt + 1
            begin = BeginAttempt(
                job_id=job.job_id,
                number=number,
                runner=job.runner,
                task_token=task_token,
                at=iso(now),
                claim_until=unix(now + CLAIM_WITHIN),
            )
            try:
                self._ledger.commit(begin)
            except LostRace:
                number = self._again(job).attempt
        else:
            number = job.attempt
        self._jobs.give_token(job.job_id, number, task_token)
        attempt = self._jobs.attempt(job.job_id, number)
        assert attempt is not None, "an attempt's row is written with its number"
        return attempt

    def _again(self, job: JobRecord) -> JobRecord:
        found = self._jobs.get(job.job_id)
        if found is None or found.attempt == 0:
            raise LostRace("The job ended before it was dispatched.")
        return found

    def _start_task(self, run: RunRecord, attempt: Attempt) -> None:
        arn = self._tasks.start(
            RunnerTask(
                attempt_id=attempt_id(attempt.job_id, attempt.number),
                job_id=attempt.job_id,
                attempt=attempt.number,
                runner=attempt.runner,
                task_definition=run.task_definition,
            )
        )
        if arn is not None:
            self._jobs.started_as(attempt.job_id, attempt.number, arn)
