"""Attempts of jobs that the control plane does itself: each is an execution of a state machine.

An attempt begins with its row, then its execution is started; the execution claims the job by its first step.
An attempt whose execution is over before its job is, or whose lease ended, is followed by the next one, which
takes the job up where the rows have it. An execution that an operator aborted is a cancel.
"""

import json
from datetime import datetime, timedelta

from ..domain.errors import Unavailable
from ..domain.job import CONTROL_PLANE, RULES, By
from ..domain.lifecycle.job import JobEvent, JobStatus
from .lost_attempts import LostAttempts
from .ports.clock import Clock, iso, unix
from .ports.jobs import JobRecord, JobStore
from .ports.ledger import BeginAttempt, EndAttempt, Ledger, LostRace, MoveJob, Write
from .ports.workflow import Execution, ExecutionStatus, Workflow

CLAIM_WITHIN = timedelta(minutes=2)
"""How long an execution may take from its start to its first step."""

YOUNG = timedelta(seconds=20)
"""Whoever began an attempt this young may still be starting its execution."""


class WorkerAttempts:
    """Begins attempts, and looks after those that are under way."""

    def __init__(
        self, *, jobs: JobStore, ledger: Ledger, workflow: Workflow, lost: LostAttempts, clock: Clock
    ) -> None:
        self._jobs = jobs
        self._ledger = ledger
        self._workflow = workflow
        self._lost = lost
        self._clock = clock

    def begin(self, job: JobRecord) -> None:
        """Begin the next attempt of a job that has none under way.

        Raises
        ------
        LostRace
            Somebody else did, or the job ended.
        Unavailable
            The workflow did not answer; looking after the job starts it.
        """
        now = self._clock.now()
        number = job.attempt + 1
        self._ledger.commit(
            BeginAttempt(
                job_id=job.job_id,
                number=number,
                runner=CONTROL_PLANE,
                task_token=None,
                at=iso(now),
                claim_until=unix(now + CLAIM_WITHIN),
            )
        )
        self._workflow.start_worker(job, number)

    def look_after(self, job: JobRecord) -> str | None:
        """One look of the reconciler's at a live job; what was done, in its words."""
        assert RULES[job.job_type].by is By.CONTROL_PLANE
        now = unix(self._clock.now())
        if job.lease_expires_at is None:
            return None if self._is_young(job) else self._next(job, "begun")
        if job.lease_expires_at <= now:
            if not self._lost.end_of_lease(job, now):
                return None
            return self._next(job, "ended_attempts")
        execution = self._workflow.describe_worker(job.job_id, job.attempt)
        if execution.status is ExecutionStatus.RUNNING or self._is_young(job):
            return None
        if execution.status is ExecutionStatus.NOT_FOUND:
            self._workflow.start_worker(job, job.attempt)
            return "restarted"
        if execution.stopped_by_operator:
            return self._cancel(job)
        if not self._lost.end(job, _why(execution)):
            return None
        return self._next(job, "ended_attempts")

    def _cancel(self, job: JobRecord) -> str | None:
        """Note the cancel; the next attempt acts on it."""
        try:
            self._ledger.commit(*cancel_between_attempts(job, iso(self._clock.now())))
        except LostRace:
            return None
        return self._next(job, "cancelled")

    def _next(self, job: JobRecord, done: str) -> str | None:
        after = self._jobs.get(job.job_id)
        if after is None or after.status is not JobStatus.QUEUED or after.lease_expires_at is not None:
            return done
        try:
            self.begin(after)
        except LostRace:
            return None
        return done

    def _is_young(self, job: JobRecord) -> bool:
        attempt = self._jobs.attempt(job.job_id, job.attempt) if job.attempt else None
        since = attempt.dispatched_at if attempt else job.created_at
        under_way = attempt is None or attempt.over_at is None
        return under_way and self._clock.now() - datetime.fromisoformat(since) < YOUNG


def _why(execution: Execution) -> str:
    """What the engine says of an execution that ended before its job; a traceback is shown to nobody."""
    try:
        cause = json.loads(execution.cause or "{}")
    except ValueError:
        cause = {}
    if isinstance(cause, dict) and cause.get("errorType") == Unavailable.__name__:
        return str(cause.get("errorMessage"))
    return "A step of the workflow failed and was given up after several tries."


def cancel_between_attempts(job: JobRecord, now: str) -> list[Write]:
    """End the present attempt, and let the next one find that somebody cancelled."""
    return [
        MoveJob(job.job_id, JobEvent.RETRY, {"cancel_requested": True}, attempt=job.attempt),
        EndAttempt(job.job_id, job.attempt, now),
    ]
