"""What a job found, by its type: the typed result that is kept beside the job.

PLAN, DEPLOY and DESTROY have shapes of their own (plan, outputs, progress); every other type has one here,
told apart by ``kind``.
"""

from typing import Annotated, Literal

from pydantic import Field

from .identity import RefusalCause
from .model import Model
from .resources import CloudResources
from .words import CloudProvider


class MissingPermission(Model):
    """A permission that the templates need and the identity lacks."""

    action: str
    """The cloud's own word: ``ec2:CreateVpc``."""
    resource: str = "*"


class ConnectionResult(Model):
    """CONNECTION_TEST: who we are in the account, and what is missing."""

    kind: Literal["connection"] = "connection"
    provider: CloudProvider
    account_id: str | None = None
    """The account that we were let into."""
    principal: str | None = None
    """Who we are there."""
    cause: RefusalCause | None = None
    """Why we were not let in."""
    permissions_checked: int = 0
    """How many permissions were asked for; 0 where the cloud, or the identity, offers no way to ask."""
    unchecked: str | None = None
    """Why no permission could be asked for."""
    missing: list[MissingPermission] = []


class ResourcesResult(Model):
    """FETCH_RESOURCES: what is there."""

    kind: Literal["resources"] = "resources"
    provider: CloudProvider
    account_id: str | None = None
    """The account that was looked into; another one than the identity's now is not cached."""
    resources: CloudResources


class RepositoryAccess(Model):
    """One of the spec's repositories, as a git client of the job would meet it."""

    repository: str
    access: Literal["public", "token"]


class BootstrapResult(Model):
    """BOOTSTRAP: the workspace of a spec is ready."""

    kind: Literal["bootstrap"] = "bootstrap"
    state_name: str
    state_serial: int | None = None
    """Serial of the state's head; ``None`` when nothing was ever applied."""
    store_verified: bool
    """An object was sealed, stored, read back and opened."""
    lock_verified: bool
    """The state's lock was taken and given back."""
    template_digest: str
    template_valid: bool
    """``terraform validate`` passed."""
    terraform_version: str
    provider_cache_warm: bool
    """A prepared workspace is kept on this runner for the next job."""
    repositories: list[RepositoryAccess] = []


class WorkerResult(Model):
    """DEPLOY_WORKER and DESTROY_WORKER: what stands in the account now."""

    kind: Literal["worker"] = "worker"
    worker_id: str
    account_id: str
    region: str
    stack_name: str
    stack_status: str | None = None
    """CloudFormation's word; ``None`` when the stack is gone."""
    image: str | None = None
    """What new tasks run; ``None`` when nothing is left."""
    cluster: str | None = None


JobResult = Annotated[
    ConnectionResult | ResourcesResult | BootstrapResult | WorkerResult, Field(discriminator="kind")
]
