"""Invitations to zones."""

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from ..bootstrap import container
from ..domain.invitation import Invitation
from ..domain.model import Model
from ..domain.readable import readable
from ..domain.words import Role
from ..domain.zone import ZoneOfMember
from ..services.invitations import NewInvitation
from ..services.paging import Page, PageRequest
from .callers import UserCaller
from .routing import IdempotencyKey, Routes

routes = Routes("invitations")

HOUR = 3600
DAY = 24 * HOUR


EMail = Annotated[
    str, StringConstraints(max_length=254, pattern=r"^[^\s@]+@[^\s@]+$"), AfterValidator(readable)
]


class InvitationForm(Model):
    """What an admin says about an invitation."""

    role: Role
    email: EMail | None = Field(
        None, description="A note on whom it is for. Nothing is sent; give the code to the person yourself."
    )
    expires_in_seconds: int = Field(7 * DAY, ge=HOUR, le=30 * DAY)


class Code(Model):
    """What the person was given."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=512)] = Field(repr=False)


@routes.post("/api/zones/{zone_id}/invitations", status=201)
def create_invitation(
    caller: UserCaller,
    zone_id: str,
    body: InvitationForm,
    idempotency_key: IdempotencyKey,
    request_hash: str,
) -> NewInvitation:
    """Invite somebody. The code is shown once; a repeat with the same key gets a new one for the same."""
    return container().invitations.create(
        caller.principal,
        zone_id,
        body.role,
        body.email,
        timedelta(seconds=body.expires_in_seconds),
        idempotency_key,
        request_hash,
    )


@routes.get("/api/zones/{zone_id}/invitations")
def list_invitations(caller: UserCaller, zone_id: str, query: PageRequest) -> Page[Invitation]:
    """List a zone's invitations, newest first."""
    return container().invitations.list(caller.principal, zone_id, query)


@routes.delete("/api/zones/{zone_id}/invitations/{invitation_id}", errors=(409,))
def revoke_invitation(caller: UserCaller, zone_id: str, invitation_id: str) -> None:
    """Withdraw an invitation."""
    container().invitations.revoke(caller.principal, zone_id, invitation_id)


@routes.post("/api/invitations/accept", errors=(404,))
def accept_invitation(caller: UserCaller, body: Code) -> ZoneOfMember:
    """Join the zone that a code is for. You keep a larger role that you have there already."""
    return container().invitations.accept(caller.principal, body.code)
