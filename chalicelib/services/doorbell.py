"""Telling the workflow, best effort. The rows decided before; the reconciler rings again.

A ring may find nobody: the step may have ended, or not have stored its token yet. Then the step finds the
decision in the rows by itself. What a ring says is read from the rows as well, and is one word:
``retry`` (dispatch the next attempt), ``superseded`` (a newer execution has the run), or how the job
(``success``, ``failed``, ``cancelled``) or the review (``approved``, ``rejected``, ``expired`` …) ended.
"""

from ..domain.errors import Unavailable
from ..domain.lifecycle.job import JOB, JobStatus
from .ports.jobs import JobRecord, JobStore
from .ports.runs import RunRecord, RunStore
from .ports.workflow import Resume, Workflow

RETRY = "retry"
SUPERSEDED = "superseded"


class Doorbell:
    """Rings waiting steps, and starts executions."""

    def __init__(self, workflow: Workflow, jobs: JobStore, runs: RunStore) -> None:
        self._workflow = workflow
        self._jobs = jobs
        self._runs = runs

    def begin(self, run: RunRecord, resume: Resume) -> bool:
        """Start the run's execution; ``False`` when that must wait for the reconciler."""
        try:
            self._workflow.start(run, resume)
        except Unavailable:
            return False
        return True

    def attempt_over(self, job_id: str) -> None:
        """Wake the step that waits for the job's newest attempt, if that is over."""
        job = self._jobs.get(job_id)
        if job is None or job.attempt == 0:
            return
        word = outcome_of(job)
        attempt = self._jobs.attempt(job_id, job.attempt)
        if word is not None and attempt is not None and attempt.task_token:
            self._workflow.ring(attempt.task_token, word)

    def review_over(self, run_id: str) -> None:
        """Wake the step that waits for a person."""
        run = self._runs.get(run_id)
        if run is not None and run.review_token:
            self._workflow.ring(run.review_token, run.status.lower())

    def answer(self, task_token: str, outcome: str) -> None:
        """Wake the very step that asks: what it would wait for is there already."""
        self._workflow.ring(task_token, outcome)


def outcome_of(job: JobRecord) -> str | None:
    """What there is to ring for a job; ``None`` while its attempt is under way."""
    if job.status in JOB.terminal:
        return job.status.lower()
    lost = job.status is JobStatus.QUEUED and job.attempt > 0 and job.lease_expires_at is None
    return RETRY if lost else None
