"""How a job comes by credentials for its account: of its spec's cloud identity, or of its own.

Whoever gets a session or a token was looked at by :class:`Identified` first.
"""

import json

from ..domain.errors import Forbidden, NotFound
from ..domain.identity import Identity
from ..domain.messages import CloudAccess
from .attempts import AttemptCaller, Attempts
from .ports.identities import IdentityStore
from .ports.jobs import JobRecord, JobStore
from .ports.spec_reader import SpecReader

DEFAULT_REGION = "eu-west-1"
"""Where a job about an identity asks when the identity names no region."""

MOVED = (
    "The job was made for another account or role than its cloud identity names now; it gets no credentials. "
    "Start it again."
)


class JobCloudAccess:
    """Finds the identity of a job."""

    def __init__(self, specs: SpecReader, identities: IdentityStore) -> None:
        self._specs = specs
        self._identities = identities

    def of_job(self, job: JobRecord) -> CloudAccess:
        """What the job's runner is told."""
        if job.spec_id is not None:
            return self._specs.cloud_access(job.spec_id)
        identity = self.identity(job)
        return cloud_access(identity, identity.region or DEFAULT_REGION)

    def identity(self, job: JobRecord) -> Identity:
        """The identity that the job acts as (:class:`NotFound` when it was unlinked)."""
        identity_id = job.identity_id
        if job.spec_id is not None:
            spec = self._specs.get(job.spec_id)
            identity_id = spec.cloud_identity if spec else None
        found = self._identities.get(job.zone_id, identity_id) if identity_id else None
        if found is None:
            raise NotFound("The cloud identity of this job is not linked any more.")
        return found


class Identified:
    """Whom an attempt may act as now. What is refused is in the audit."""

    def __init__(self, jobs: JobStore, attempts: Attempts, access: JobCloudAccess) -> None:
        self._jobs = jobs
        self._attempts = attempts
        self._access = access

    def job_and_identity(self, caller: AttemptCaller) -> tuple[JobRecord, Identity]:
        """The caller's job and its identity.

        Raises
        ------
        Forbidden
            The attempt is over, or the identity is no longer the one that the job was made for.
        NotFound
            The identity was unlinked meanwhile.
        """
        facts = self._attempts.handing_out(*caller)
        job = self._jobs.get(caller.job_id)
        assert job is not None, "a job's row is never deleted"
        identity = self._access.identity(job)
        if not made_for(self._jobs.snapshot(job.job_id) if job.spec_id else None, identity):
            self._attempts.refused(facts, MOVED)
            raise Forbidden(MOVED)
        return job, identity


def made_for(snapshot: str | None, identity: Identity) -> bool:
    """Whether `identity` still resolves to the account and role that a job's frozen configuration names.

    ``None``: the job has no frozen configuration, so it takes the identity as it is.
    """
    if snapshot is None:
        return True
    frozen = json.loads(snapshot)
    return (frozen.get("account_id"), frozen.get("role_reference")) == (identity.account_id, identity.acts_as)


def cloud_access(identity: Identity, region: str) -> CloudAccess:
    """The part of an identity that its runner needs."""
    return CloudAccess(
        provider=identity.provider,
        identity_id=identity.identity_id,
        method=identity.method,
        account_id=identity.account_id,
        role_reference=identity.role_reference,
        gcp=identity.gcp,
        azure=identity.azure,
        region=region,
    )
