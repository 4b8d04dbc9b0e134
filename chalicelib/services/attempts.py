"""What the rows say about one attempt of a job: read afresh each time, as leases and ends move."""

from typing import NamedTuple

from ..domain.attempts import AttemptFacts
from ..domain.errors import Fenced, NotFound
from .ports.jobs import JobStore


class AttemptCaller(NamedTuple):
    """The attempt that a job token speaks for."""

    job_id: str
    attempt: int


class Attempts:
    """Reads attempts beside their jobs."""

    def __init__(self, jobs: JobStore) -> None:
        self._jobs = jobs

    def facts(self, job_id: str, attempt: int) -> AttemptFacts | None:
        """The attempt, or ``None`` when there was never such a one."""
        job = self._jobs.get(job_id)
        if job is None or not 1 <= attempt <= job.attempt:
            return None
        row = self._jobs.attempt(job_id, attempt)
        return AttemptFacts(
            job_id=job_id,
            attempt=attempt,
            zone_id=job.zone_id,
            spec_id=job.spec_id,
            identity_id=job.identity_id,
            plan_job_id=job.plan_job_id,
            status=job.status,
            current_attempt=job.attempt,
            lease_expires_at=job.lease_expires_at,
            reported=job.reported_attempt == attempt,
            stopped=row is not None and row.stopped_at is not None,
        )

    def known(self, job_id: str, attempt: int) -> AttemptFacts:
        """The attempt, however it stands; :class:`NotFound` when there was never such a one."""
        facts = self.facts(job_id, attempt)
        if facts is None:
            raise NotFound("There is no such attempt of this job.")
        return facts

    def current(self, job_id: str, attempt: int) -> AttemptFacts:
        """The attempt, if it is the one that works on the job now.

        Raises
        ------
        Fenced
            The job ended, or a newer attempt works on it.
        """
        facts = self.known(job_id, attempt)
        if not facts.is_current():
            raise Fenced("This attempt is over: it may finish what it began, and begin nothing.")
        return facts
