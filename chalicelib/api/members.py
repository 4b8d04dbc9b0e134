"""The people of a zone. A member is named in a path by an opaque id: subjects may hold any symbol."""

from typing import Annotated

from pydantic import AfterValidator, Field

from ..bootstrap import container
from ..domain.model import Model
from ..domain.words import Role
from ..domain.zone import MAX_SUBJECT, Member, is_subject
from ..services.paging import Page, PageRequest
from .callers import UserCaller
from .routing import Routes

routes = Routes("members")


def _subject(value: str) -> str:
    if not is_subject(value):
        raise ValueError(f"must be 1 to {MAX_SUBJECT} printable characters, as the issuer's `sub` claim says")
    return value


class NewMember(Model):
    """Who, and what they may do."""

    user: Annotated[str, AfterValidator(_subject)] = Field(
        description="The subject that their issuer names them by; `GET /api/me` shows a person their own."
    )
    role: Role


class NewRole(Model):
    """What a member may do from now on."""

    role: Role


@routes.get("/api/zones/{zone_id}/members")
def list_members(caller: UserCaller, zone_id: str, query: PageRequest) -> Page[Member]:
    """List the people of a zone, with their role and since when they are in it."""
    return container().members.list(caller.principal, zone_id, query)


@routes.post("/api/zones/{zone_id}/members", status=201, errors=(409,))
def add_member(caller: UserCaller, zone_id: str, body: NewMember) -> Member:
    """Make somebody a member. Better invite them, unless you know their subject for sure."""
    return container().members.add(caller.principal, zone_id, body.user, body.role)


@routes.get("/api/zones/{zone_id}/members/{member_id}")
def read_member(caller: UserCaller, zone_id: str, member_id: str) -> Member:
    """Read one member; `me` is you."""
    return container().members.read(caller.principal, zone_id, member_id)


@routes.put("/api/zones/{zone_id}/members/{member_id}", errors=(409,))
def change_member(caller: UserCaller, zone_id: str, member_id: str, body: NewRole) -> Member:
    """Give a member another role. The last admin of a zone stays one."""
    return container().members.change(caller.principal, zone_id, member_id, body.role)


@routes.delete("/api/zones/{zone_id}/members/{member_id}", errors=(409,))
def remove_member(caller: UserCaller, zone_id: str, member_id: str) -> None:
    """Take a member out of the zone; `me` leaves it. The last admin of a zone stays."""
    container().members.remove(caller.principal, zone_id, member_id)
