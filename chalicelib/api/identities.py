"""Linked cloud accounts."""

from typing import Annotated

from pydantic import Field, StringConstraints

from ..bootstrap import container
from ..domain.identity import Identity, IdentityForm
from ..domain.model import Model
from ..domain.words import CloudProvider
from ..services.paging import Page, PageRequest
from .callers import UserCaller
from .routing import IdempotencyKey, Routes

routes = Routes("identities")


class LinkAccount(Model):
    """What a person says about an account they link. There is no key to give: Alethia assumes a role."""

    provider: CloudProvider = CloudProvider.AWS
    name: Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
    account_id: Annotated[str, StringConstraints(pattern=r"^\d{12}$")] = Field(
        description="AWS: the account's 12 digits."
    )
    role_reference: (
        Annotated[
            str, StringConstraints(max_length=256, pattern=r"^arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+$")
        ]
        | None
    ) = Field(None, description="AWS: ARN of the role to assume.")


@routes.post("/api/zones/{zone_id}/identities", status=201)
def create_identity(
    caller: UserCaller,
    zone_id: str,
    body: LinkAccount,
    idempotency_key: IdempotencyKey,
    request_hash: str,
) -> Identity:
    """Link a cloud account. Put its external id into the role's trust policy, then test the connection."""
    form = IdentityForm.model_validate(body.model_dump())
    return container().identities.create(caller.principal, zone_id, form, idempotency_key, request_hash)


@routes.get("/api/zones/{zone_id}/identities")
def list_identities(caller: UserCaller, zone_id: str, query: PageRequest) -> Page[Identity]:
    """List a zone's linked accounts."""
    return container().identities.list(caller.principal, zone_id, query)


@routes.get("/api/zones/{zone_id}/identities/{identity_id}")
def read_identity(caller: UserCaller, zone_id: str, identity_id: str) -> Identity:
    """Read a linked account."""
    return container().identities.read(caller.principal, zone_id, identity_id)
