"""Beginning an attempt: its row first, then a container, or a self-hosted runner's next poll.

Beginning again is harmless: an attempt that is under way only gets the new token, and its container is asked
for only while there is none. An apply outside of its zone's change windows begins at once and *waits*: its
row says from when on a runner may have it.
"""

from datetime import datetime, timedelta

from ..domain.errors import NotFound, Unavailable
from ..domain.ids import attempt_id
from ..domain.job import RULES
from ..domain.lifecycle.job import JobStatus
from .doorbell import SUPERSEDED, Doorbell
from .ports.clock import Clock, iso, unix
from .ports.jobs import Attempt, JobRecord, JobStore
from .ports.ledger import BeginAttempt, Ledger, LostRace
from .ports.runner_tasks import RunnerTask, RunnerTasks
from .runner_wait import RunnerWait
from .start_times import StartTimes

YOUNG = timedelta(seconds=20)


class AttemptStart:
    """Starts attempts of jobs."""

    def __init__(
        self,
        *,
        jobs: JobStore,
        ledger: Ledger,
        tasks: RunnerTasks,
        doorbell: Doorbell,
        start_times: StartTimes,
        runner_wait: RunnerWait,
        clock: Clock,
    ) -> None:
        self._jobs = jobs
        self._ledger = ledger
        self._tasks = tasks
        self._doorbell = doorbell
        self._start_times = start_times
        self._runner_wait = runner_wait
        self._clock = clock

    def begin(
        self,
        job: JobRecord,
        *,
        task_token: str | None,
        generation: int = 0,
        task_definition: str | None = None,
    ) -> None:
        """See that a runner has (or gets) the job, and that its end rings `task_token`, if there is one.

        `generation` is that of the execution that waits: while a later one does, this one is superseded.

        Raises
        ------
        Unavailable
            No container could be started; beginning again tries again.
        """
        number = self._under_way(job, task_token)
        if task_token and not self._jobs.give_token(job.job_id, number, task_token, generation):
            self._doorbell.answer(task_token, SUPERSEDED)
            return
        attempt = self._jobs.attempt(job.job_id, number)
        assert attempt is not None, "an attempt's row is written with its number"
        # It may have ended between the two writes; then nobody else would ring this token.
        self._doorbell.attempt_over(job.job_id)
        if attempt.over_at is None:
            self._start_task(self.on_time(self._again(job)), attempt, task_definition)

    def on_time(self, job: JobRecord) -> JobRecord:
        """The job, kept to its zone's change windows as they are now while it waits for its start."""
        if job.status is not JobStatus.QUEUED or not RULES[job.job_type].changes_cloud or not job.attempt:
            return job
        attempt = self._jobs.attempt(job.job_id, job.attempt)
        # A container that was asked for within the window may come, even if the window closes meanwhile.
        if attempt is None or attempt.task_arn is not None or self._is_young(attempt):
            return job
        return self._start_times.follow(job, self._runner_wait.of(job))

    def start_waiting(self, job: JobRecord, *, task_definition: str | None = None) -> bool:
        """Start the container of an attempt that has none: its time has come, or ECS failed before."""
        if job.status is not JobStatus.QUEUED or job.lease_expires_at is None or job.attempt == 0:
            return False
        attempt = self._jobs.attempt(job.job_id, job.attempt)
        if attempt is None or self._is_young(attempt):
            return False
        return self._start_task(job, attempt, task_definition)

    def _is_young(self, attempt: Attempt) -> bool:
        """Whoever began it may be asking for its container in this very moment."""
        return self._clock.now() - datetime.fromisoformat(attempt.dispatched_at) < YOUNG

    def _under_way(self, job: JobRecord, task_token: str | None) -> int:
        """The number of the attempt under way; of a fresh one if none is."""
        if job.lease_expires_at is not None:
            return job.attempt
        now = self._clock.now()
        not_before = self._start_times.not_before(job, now)
        wait = self._runner_wait.of(job)
        begin = BeginAttempt(
            job_id=job.job_id,
            number=job.attempt + 1,
            runner=job.runner,
            task_token=task_token,
            at=iso(now),
            claim_until=max(unix(now), not_before or 0) + int(wait / timedelta(seconds=1)),
            not_before=not_before,
        )
        try:
            self._ledger.commit(begin)
        except LostRace:
            return self._again(job).attempt
        return begin.number

    def _again(self, job: JobRecord) -> JobRecord:
        found = self._jobs.get(job.job_id)
        if found is None:
            raise NotFound(f"There is no job {job.job_id}.")
        if found.attempt == 0:
            raise LostRace("The job ended before it was dispatched.")
        return found

    def _start_task(self, job: JobRecord, attempt: Attempt, task_definition: str | None) -> bool:
        waits = job.not_before is not None and job.not_before > unix(self._clock.now())
        if attempt.task_arn is not None or waits or job.status is not JobStatus.QUEUED:
            return False
        task = RunnerTask(
            attempt_id=attempt_id(attempt.job_id, attempt.number),
            job_id=attempt.job_id,
            attempt=attempt.number,
            runner=attempt.runner,
            task_definition=task_definition,
        )
        try:
            arn = self._tasks.start(task)
        except Unavailable as why:
            if why.message != attempt.problem:
                self._jobs.not_started(attempt.job_id, attempt.number, why.message)
            raise
        if arn is None:
            return False
        self._jobs.started_as(attempt.job_id, attempt.number, arn)
        return True
