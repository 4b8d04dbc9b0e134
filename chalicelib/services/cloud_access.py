"""How a job comes by credentials for its account: of its spec's cloud identity, or of its own."""

import json

from ..domain.errors import NotFound
from ..domain.identity import Identity
from ..domain.messages import CloudAccess
from .ports.identities import IdentityStore
from .ports.jobs import JobRecord
from .ports.spec_reader import SpecReader

DEFAULT_REGION = "eu-west-1"
"""Where a job about an identity asks when the identity names no region."""


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
