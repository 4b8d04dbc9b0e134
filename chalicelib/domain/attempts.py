"""One attempt of a job, seen beside the job: may it still act, and may it still be writing?

The two questions differ on purpose. A runner that lost its lease may not *start* anything; but until its task
is known to have stopped, or its grace is over, it may still be *writing* what it began, so nobody else may
take its state lock.
"""

from .job import LOCK_GRACE_SECONDS
from .lifecycle.job import WITH_A_RUNNER, JobStatus
from .model import Model


class AttemptFacts(Model):
    """What the rows say about one attempt. Times are Unix seconds."""

    job_id: str
    attempt: int
    zone_id: str
    spec_id: str
    plan_job_id: str | None = None
    """The PLAN whose artifact this job applies."""
    status: JobStatus
    """The job's."""
    current_attempt: int
    """The job's newest attempt."""
    lease_expires_at: float | None = None
    ended_at: float | None = None
    stopped: bool = False
    """The cloud said that this attempt's task has stopped."""

    def is_current(self) -> bool:
        """Whether this attempt is the one that works on the job now."""
        return self.attempt == self.current_attempt and self.status in WITH_A_RUNNER

    def holds_lease(self, now: float) -> bool:
        """Whether this attempt may begin something new."""
        return self.is_current() and self.lease_expires_at is not None and now < self.lease_expires_at

    def may_still_write(self, now: float) -> bool:
        """Whether this attempt's terraform may still be running, as far as anyone can know.

        It can't once its task has stopped; once a newer attempt runs (only jobs that change nothing get one);
        once the job ended while the lease was good, since then the runner itself said that it is done; and
        ``LOCK_GRACE_SECONDS`` after the lease, whatever happened.
        """
        if self.stopped or self.attempt != self.current_attempt or self.lease_expires_at is None:
            return False
        if self.ended_at is not None and self.ended_at < self.lease_expires_at:
            return False
        return now < self.lease_expires_at + LOCK_GRACE_SECONDS
