"""What the rows say about one attempt of a job: read afresh each time, as leases and ends move."""

from typing import NamedTuple

from ..domain.attempts import AttemptFacts
from ..domain.errors import Forbidden, NotFound
from ..domain.ids import attempt_id
from .audit import Audit
from .origin import correlate
from .ports.jobs import JobStore

OVER = "This attempt is over: its lease ended, or its job did. It gets nothing and begins nothing any more."


class AttemptCaller(NamedTuple):
    """The attempt that a job token speaks for."""

    job_id: str
    attempt: int


class Attempts:
    """Reads attempts beside their jobs. What a token asks for after its attempt is refused, and audited."""

    def __init__(self, jobs: JobStore, audit: Audit) -> None:
        self._jobs = jobs
        self._audit = audit

    def facts(self, job_id: str, attempt: int) -> AttemptFacts | None:
        """The attempt, or ``None`` when there was never such a one."""
        job = self._jobs.get(job_id)
        if job is None or not 1 <= attempt <= job.attempt:
            return None
        correlate(job.correlation_id)
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

    def handing_out(self, job_id: str, attempt: int) -> AttemptFacts:
        """The attempt, if it may be given something to work with: a credential, a token, a key, an address.

        Raises
        ------
        Forbidden
            The job ended, or a newer attempt works on it; the refusal is in the audit.
        """
        facts = self.known(job_id, attempt)
        if not facts.is_current():
            raise self.over(facts)
        return facts

    def finishing(self, job_id: str, attempt: int) -> AttemptFacts:
        """The attempt, if it may still bring its last state home: as :meth:`handing_out`, but one that lost
        its lease may as well, since terraform may have changed the cloud until it was stopped.

        Raises
        ------
        Forbidden
            Its own report ended the job, or a newer attempt works on it.
        """
        facts = self.known(job_id, attempt)
        if facts.reported or facts.attempt != facts.current_attempt:
            raise self.over(facts)
        return facts

    def over(self, facts: AttemptFacts) -> Forbidden:
        """The refusal of an attempt that is over; it is in the audit already."""
        self.refused(facts, OVER)
        return Forbidden(OVER)

    def refused(self, facts: AttemptFacts, reason: str) -> None:
        """Keep in the audit that something was refused to an attempt."""
        self._audit.refused(
            facts.zone_id,
            actor=f"job:{attempt_id(facts.job_id, facts.attempt)}",
            action="token.refused",
            subject=facts.job_id,
            reason=reason,
        )
