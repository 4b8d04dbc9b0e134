"""The ledger, counting what it writes down: whoever ends or claims a job, it is counted here, and once.

A number is worth no transition: what can't be counted after a commit is passed over.
"""

from datetime import datetime

from ..domain.errors import AlethiaError
from ..domain.job import RULES
from ..domain.lifecycle.job import JobEvent
from .ports.jobs import JobRecord, JobStore
from .ports.ledger import Ledger, MoveJob, Write
from .ports.metrics import Metric, Metrics

ENDS = {JobEvent.SUCCEED: "success", JobEvent.FAIL: "failed", JobEvent.CANCEL: "cancelled"}


class CountedLedger:
    """Another ledger, and metrics of jobs."""

    def __init__(self, ledger: Ledger, jobs: JobStore, metrics: Metrics) -> None:
        self._ledger = ledger
        self._jobs = jobs
        self._metrics = metrics

    def commit(self, *writes: Write) -> None:
        """As the other ledger does (:class:`.ports.ledger.LostRace`)."""
        self._ledger.commit(*writes)
        for write in writes:
            if isinstance(write, MoveJob):
                self._count(write)

    def _count(self, move: MoveJob) -> None:
        try:
            job = self._jobs.get(move.job_id)
        except AlethiaError:
            return
        if job is None:
            return
        if move.event is JobEvent.CLAIM:
            self._claimed(job)
        if move.event in ENDS:
            self._ended(job, ENDS[move.event])
        # Only the end of a lease names one. A job that fails without a claim was never taken: nobody is lost.
        if move.lease_over_at is not None and (move.event is JobEvent.RETRY or job.claim_id is not None):
            self._metrics.count(Metric.LEASES_LOST, job_type=str(job.job_type))

    def _claimed(self, job: JobRecord) -> None:
        if job.attempt == 1 and job.claimed_at is not None and not RULES[job.job_type].changes_cloud:
            waited = _moment(job.claimed_at) - _moment(job.created_at)
            self._metrics.seconds(Metric.QUEUE_WAIT, max(0.0, waited), job_type=str(job.job_type))

    def _ended(self, job: JobRecord, end: str) -> None:
        self._metrics.count(Metric.JOBS_ENDED, job_type=str(job.job_type), end=end)
        if job.claim_id is not None and job.claimed_at is not None and job.ended_at is not None:
            took = _moment(job.ended_at) - _moment(job.claimed_at)
            self._metrics.seconds(Metric.JOB_DURATION, max(0.0, took), job_type=str(job.job_type))


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
