"""A cloud identity: a linked account, and how Alethia comes to act in it without a stored key.

====================  ==================================================================================
method                how a job gets its credentials
====================  ==================================================================================
``role``              AWS: the control plane assumes the role, with the identity's external id
``web_identity``      AWS: the role trusts our OIDC issuer; a token names this identity as its subject
``federation``        GCP and Azure: their token service exchanges a token of our OIDC issuer
``runner``            AWS: the identity that the runner has by itself; for a runner inside the account
====================  ==================================================================================
"""

from enum import StrEnum

from .lifecycle.identity import IdentityStatus
from .model import Model
from .resources import CloudResources
from .words import CloudProvider

__all__ = [
    "AccessMethod",
    "AzureFederation",
    "GcpFederation",
    "Identity",
    "IdentityForm",
    "IdentityStatus",
    "RefusalCause",
    "subject_of",
]


class AccessMethod(StrEnum):
    """How credentials for the account are come by; no method stores one."""

    ROLE = "role"
    WEB_IDENTITY = "web_identity"
    FEDERATION = "federation"
    RUNNER = "runner"


class RefusalCause(StrEnum):
    """Why a cloud does not let us in, as far as it says so."""

    NO_SUCH_ROLE = "no_such_role"
    EXTERNAL_ID = "external_id"
    """The trust policy asks for another external id, or for none at all."""
    TRUST_POLICY = "trust_policy"
    """The role, or the federation, does not trust us."""
    NOT_TOLD = "not_told"
    """AWS answers AccessDenied alike for a missing role, another external id and a missing trust."""
    OUR_PERMISSION = "our_permission"
    """The control plane itself may not ask."""
    CLOCK = "clock"
    REGION_DISABLED = "region_disabled"
    UNREACHABLE = "unreachable"
    SERVICE_DISABLED = "service_disabled"
    """GCP: the project has not enabled an API that is needed."""
    MISSING_PERMISSION = "missing_permission"
    """The role lets us in, and may not do what is needed."""
    REFUSED = "refused"
    """The role lets us in and may ask; the cloud says no to what was asked: a limit, a name, a setting."""
    OTHER_ACCOUNT = "other_account"
    """We are let in, and it is not the account that was linked."""


class GcpFederation(Model):
    """A workload identity pool of a GCP project, and the service account that it may act as."""

    project_number: str
    pool_id: str
    provider_id: str
    service_account: str


class AzureFederation(Model):
    """An app registration whose federated credential trusts our issuer."""

    tenant_id: str
    client_id: str


class IdentityForm(Model):
    """What a person says about an account they link; the cloud's ``providers.linking`` judges it."""

    provider: CloudProvider = CloudProvider.AWS
    name: str
    account_id: str | None = None
    method: AccessMethod = AccessMethod.ROLE
    role_reference: str | None = None
    worker_role_reference: str | None = None
    gcp: GcpFederation | None = None
    azure: AzureFederation | None = None
    region: str | None = None


class Identity(Model):
    """One linked account."""

    identity_id: str
    zone_id: str
    provider: CloudProvider
    name: str
    account_id: str | None = None
    """AWS account id, GCP project id or Azure subscription id."""
    method: AccessMethod = AccessMethod.ROLE
    role_reference: str | None = None
    """AWS: ARN of the role (methods ``role`` and ``web_identity``)."""
    worker_role_reference: str | None = None
    """AWS: ARN of the separate, optional role that deploys runners there and starts their tasks."""
    external_id: str | None = None
    """AWS: what the role's trust policy must ask for; ours, and no secret."""
    proved_role: str | None = None
    """AWS: the role that the control plane saw ask for ``external_id``; no job gets a session of another."""
    gcp: GcpFederation | None = None
    azure: AzureFederation | None = None
    region: str | None = None
    """Where a connection test asks; a spec's own region counts for its jobs."""
    status: IdentityStatus = IdentityStatus.PENDING
    problem: str | None = None
    """What the last connection test found wrong, in one sentence."""
    tested_at: str | None = None
    test_job_id: str | None = None
    """The CONNECTION_TEST that ``status`` was last told by."""
    resources_at: str | None = None
    """When its resources were last fetched."""
    created_at: str

    @property
    def acts_as(self) -> str | None:
        """Whom a job is in the account: an AWS role, a GCP service account, an Azure application."""
        if self.gcp is not None:
            return self.gcp.service_account
        if self.azure is not None:
            return self.azure.client_id
        return self.role_reference


class FetchedResources(Model):
    """What the last FETCH_RESOURCES found in an account."""

    identity_id: str
    job_id: str
    fetched_at: str
    resources: CloudResources


def subject_of(zone_id: str, identity_id: str) -> str:
    """The subject of every token that our OIDC issuer signs for an identity: trust policies name it."""
    return f"zone:{zone_id}:identity:{identity_id}"
