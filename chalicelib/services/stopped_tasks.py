"""ECS says that a container ended. If its runner had not reported, its attempt is over now."""

from ..domain.lifecycle.job import JOB
from .lost_attempts import LostAttempts
from .ports.clock import Clock, iso
from .ports.jobs import JobStore

RECORDED, ENDED, UNKNOWN = "recorded", "attempt_ended", "unknown_job"


class StoppedTasks:
    """Takes in the ends of containers. A crash arrives here long before its lease ends."""

    def __init__(self, *, jobs: JobStore, lost: LostAttempts, clock: Clock) -> None:
        self._jobs = jobs
        self._lost = lost
        self._clock = clock

    def stopped(self, job_id: str, attempt: int, reason: str) -> str:
        """Note the end; end the attempt if nothing else did."""
        job = self._jobs.get(job_id)
        if job is None:
            return UNKNOWN
        self._jobs.stopped(job_id, attempt, iso(self._clock.now()), reason)
        under_way = job.attempt == attempt and job.lease_expires_at is not None
        if job.status in JOB.terminal or not under_way:
            return RECORDED
        ended = self._lost.end(job, f"The runner stopped without a report: {reason}")
        return ENDED if ended else RECORDED
