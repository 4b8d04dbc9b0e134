"""Linked cloud accounts."""

from typing import Annotated

from pydantic import Field, StringConstraints

from ..bootstrap import container
from ..domain.identity import (
    AccessMethod,
    AzureFederation,
    FetchedResources,
    GcpFederation,
    Identity,
    IdentityForm,
)
from ..domain.model import Model
from ..domain.words import CloudProvider
from ..providers.linking import LinkSetup
from ..services.paging import Page, PageRequest
from .callers import UserCaller
from .names import Name
from .routing import IdempotencyKey, Routes

routes = Routes("identities")

AccountId = Annotated[str, StringConstraints(min_length=1, max_length=64)]
RoleArn = Annotated[
    str, StringConstraints(max_length=256, pattern=r"^arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+$")
]
RegionName = Annotated[str, StringConstraints(min_length=1, max_length=32)]


class AccountForm(Model):
    """How to be let into an account. There is no key to give."""

    name: Name
    account_id: AccountId = Field(
        description="AWS: the account's 12 digits. GCP: the project's id. Azure: the subscription's id."
    )
    method: AccessMethod | None = Field(
        None, description="AWS: role (when left out), web_identity or runner. GCP and Azure: federation."
    )
    role_reference: RoleArn | None = Field(
        None, description="AWS: ARN of the role. May be set later, when its setup made it."
    )
    worker_role_reference: RoleArn | None = Field(
        None,
        description="AWS, method role: ARN of the separate role that deploys runners and starts their tasks.",
    )
    gcp: GcpFederation | None = None
    azure: AzureFederation | None = None
    region: RegionName | None = Field(None, description="Where a connection test asks.")


class LinkAccount(AccountForm):
    """What a person says about an account they link."""

    provider: CloudProvider = CloudProvider.AWS


@routes.post("/api/zones/{zone_id}/identities", status=201)
def create_identity(
    caller: UserCaller,
    zone_id: str,
    body: LinkAccount,
    idempotency_key: IdempotencyKey,
    request_hash: str,
) -> Identity:
    """Link a cloud account. Set up its side (see its setup), then test the connection."""
    form = form_of(body, body.provider)
    return container().identities.create(caller.principal, zone_id, form, idempotency_key, request_hash)


@routes.get("/api/zones/{zone_id}/identities")
def list_identities(caller: UserCaller, zone_id: str, query: PageRequest) -> Page[Identity]:
    """List a zone's linked accounts."""
    return container().identities.list(caller.principal, zone_id, query)


@routes.get("/api/zones/{zone_id}/identities/{identity_id}")
def read_identity(caller: UserCaller, zone_id: str, identity_id: str) -> Identity:
    """Read a linked account."""
    return container().identities.read(caller.principal, zone_id, identity_id)


@routes.put("/api/zones/{zone_id}/identities/{identity_id}", errors=(409,))
def edit_identity(caller: UserCaller, zone_id: str, identity_id: str, body: AccountForm) -> Identity:
    """Replace what is said of a linked account. Another account, role or method makes it PENDING again; the
    role that deploys runners does not."""
    services = container()
    seen = services.identities.read(caller.principal, zone_id, identity_id)
    form = form_of(body, seen.provider)
    return services.identities.edit(caller.principal, zone_id, identity_id, form)


@routes.delete("/api/zones/{zone_id}/identities/{identity_id}", errors=(409,))
def delete_identity(caller: UserCaller, zone_id: str, identity_id: str) -> None:
    """Unlink an account that no spec and no deployed runner uses."""
    container().identities.delete(caller.principal, zone_id, identity_id)


@routes.get("/api/zones/{zone_id}/identities/{identity_id}/setup", errors=(409,))
def read_setup(caller: UserCaller, zone_id: str, identity_id: str) -> LinkSetup:
    """Read what is to be done on the account's side: a link, a template, snippets with the right values."""
    return container().identities.setup(caller.principal, zone_id, identity_id)


@routes.get("/api/zones/{zone_id}/identities/{identity_id}/runner-setup", errors=(409,))
def read_runner_setup(caller: UserCaller, zone_id: str, identity_id: str) -> LinkSetup:
    """Read what is to be done on the account's side before runners can be deployed there (AWS)."""
    return container().identities.runner_setup(caller.principal, zone_id, identity_id)


@routes.get("/api/zones/{zone_id}/identities/{identity_id}/resources")
def read_resources(caller: UserCaller, zone_id: str, identity_id: str) -> FetchedResources:
    """Read what was last fetched from the account: regions, networks, subnets, hosted zones."""
    return container().identities.resources(caller.principal, zone_id, identity_id)


def form_of(body: AccountForm, provider: CloudProvider) -> IdentityForm:
    """The form, with the provider's usual method where none was said."""
    usual = AccessMethod.ROLE if provider is CloudProvider.AWS else AccessMethod.FEDERATION
    said = body.model_dump() | {"provider": provider, "method": body.method or usual}
    return IdentityForm.model_validate(said)
