"""What a report changes beside its job: written in the same transaction, once.

A connection test is the only thing that moves a cloud identity. Its report says what it met; which status
that makes of the identity is the control plane's to say.
"""

from ..domain.identity import FetchedResources, Identity
from ..domain.lifecycle.identity import IdentityEvent
from ..domain.messages import Outcome, Report
from ..domain.results import ConnectionResult, ResourcesResult
from .ports.identities import IdentityStore
from .ports.jobs import JobRecord
from .ports.ledger import MoveIdentity, StoreResources, Write


class JobEffects:
    """Reads reports of jobs about cloud identities."""

    def __init__(self, identities: IdentityStore) -> None:
        self._identities = identities

    def of(self, job: JobRecord, report: Report, now: str) -> list[Write]:
        """The writes that go with the report's own."""
        writes: list[Write] = []
        if job.identity_id is None:
            return writes
        identity = self._identities.get(job.zone_id, job.identity_id)
        if identity is None:
            return writes  # unlinked meanwhile; the job still ends
        if isinstance(report.result, ConnectionResult) and report.outcome is not Outcome.CANCELLED:
            writes.append(_move(job, identity, report, report.result, now))
        elif isinstance(report.result, ResourcesResult) and report.outcome is Outcome.SUCCEEDED:
            fetched = FetchedResources(
                identity_id=identity.identity_id,
                job_id=job.job_id,
                fetched_at=now,
                resources=report.result.resources,
            )
            writes.append(StoreResources(job.zone_id, fetched))
        return writes


def _move(
    job: JobRecord, identity: Identity, report: Report, result: ConnectionResult, now: str
) -> MoveIdentity:
    problem = report.error.message if report.error else None
    return MoveIdentity(
        zone_id=job.zone_id,
        identity_id=identity.identity_id,
        was=identity.status,
        event=event_of(report.outcome, result),
        began_at=f"{job.created_at}#{job.job_id}",
        changes={"problem": problem, "tested_at": now, "test_job_id": job.job_id},
    )


def event_of(outcome: Outcome, result: ConnectionResult) -> IdentityEvent:
    """What the test means for its identity: only a job that succeeded verifies."""
    if result.cause is not None:
        return IdentityEvent.TEST_REFUSED
    if outcome is Outcome.SUCCEEDED and not result.missing:
        return IdentityEvent.TEST_PASSED
    return IdentityEvent.TEST_INCOMPLETE
