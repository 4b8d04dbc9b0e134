"""ECS says that a container ended, or a self-hosted runner that its worker did.

If no report came before, the attempt is over now, and nothing of it writes to the state any more.
"""

from ..domain.errors import NotFound
from ..domain.lifecycle.job import JOB
from ..domain.messages import WorkerEnded
from .claims import NOT_ITS_OWN
from .lost_attempts import LostAttempts
from .origin import correlate
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
        correlate(job.correlation_id)
        self._jobs.stopped(job_id, attempt, iso(self._clock.now()), reason)
        under_way = job.attempt == attempt and job.lease_expires_at is not None
        if job.status in JOB.terminal or not under_way:
            return RECORDED
        ended = self._lost.end(job, f"The runner stopped without a report: {reason}")
        return ENDED if ended else RECORDED

    def worker_ended(self, runner_id: str, job_id: str, ended: WorkerEnded) -> None:
        """Take a runner's word about its own worker; about any other, it means nothing.

        Raises
        ------
        NotFound
            No such job of this runner.
        """
        job = self._jobs.get(job_id)
        if job is None or job.runner != runner_id:
            raise NotFound(NOT_ITS_OWN)
        if (job.claim_id, job.attempt) == (ended.claim_id, ended.attempt):
            self.stopped(job_id, ended.attempt, f"Its process ended with code {ended.exit_code}.")
