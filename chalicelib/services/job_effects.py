"""What a report changes beside its job: written in the same transaction, once.

A connection test is the only thing that moves a cloud identity. Its report says what it met; which status
that makes of the identity is the control plane's to say::

    result                             event              an identity that never worked stays PENDING
    succeeded, nothing missing         test_passed        → VERIFIED
    let in, permissions missing        test_incomplete    → DEGRADED
    not let in                         test_refused       → DISCONNECTED
    failed for another reason          none               the test said nothing about the account
"""

from ..domain.identity import FetchedResources, Identity
from ..domain.ids import attempt_id
from ..domain.lifecycle.identity import IDENTITY, IdentityEvent
from ..domain.messages import Outcome, Report
from ..domain.results import ConnectionResult, ResourcesResult
from .audit import Audit
from .ports.identities import IdentityStore
from .ports.jobs import JobRecord
from .ports.ledger import MoveIdentity, StoreResources, Write, WriteAudit


class JobEffects:
    """Reads reports of jobs about cloud identities."""

    def __init__(self, identities: IdentityStore, audit: Audit) -> None:
        self._identities = identities
        self._audit = audit

    def of(self, job: JobRecord, report: Report, now: str) -> list[Write]:
        """The writes that go with the report's own."""
        if job.identity_id is None:
            return []
        identity = self._identities.get(job.zone_id, job.identity_id)
        if identity is None:
            return []  # unlinked meanwhile; the job still ends
        if isinstance(report.result, ConnectionResult):
            event = event_of(report.outcome, report.result)
            return [] if event is None else self._move(job, identity, report, event, now)
        if isinstance(report.result, ResourcesResult) and report.outcome is Outcome.SUCCEEDED:
            if report.result.account_id != identity.account_id:
                return []  # the identity moved to another account meanwhile
            fetched = FetchedResources(
                identity_id=identity.identity_id,
                job_id=job.job_id,
                fetched_at=now,
                resources=report.result.resources,
            )
            return [StoreResources(job.zone_id, fetched)]
        return []

    def _move(
        self, job: JobRecord, identity: Identity, report: Report, event: IdentityEvent, now: str
    ) -> list[Write]:
        problem = report.error.message if report.error else None
        entry = self._audit.entry(
            job.zone_id,
            actor=f"job:{attempt_id(job.job_id, report.attempt)}",
            action="identity.tested",
            subject=identity.identity_id,
            before={"status": str(identity.status), "problem": identity.problem},
            after={"status": str(IDENTITY.next(identity.status, event)), "problem": problem},
        )
        move = MoveIdentity(
            zone_id=job.zone_id,
            identity_id=identity.identity_id,
            was=identity.status,
            event=event,
            began_at=f"{job.created_at}#{job.job_id}",
            changes={"problem": problem, "tested_at": now, "test_job_id": job.job_id},
        )
        return [move, WriteAudit(entry)]


def event_of(outcome: Outcome, result: ConnectionResult) -> IdentityEvent | None:
    """What the test means for its identity: only a job that succeeded verifies."""
    if outcome is Outcome.CANCELLED:
        return None
    if result.cause is not None:
        return IdentityEvent.TEST_REFUSED
    if result.missing:
        return IdentityEvent.TEST_INCOMPLETE
    return IdentityEvent.TEST_PASSED if outcome is Outcome.SUCCEEDED else None
