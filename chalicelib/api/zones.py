"""Workspaces."""

from ..bootstrap import container
from ..domain.model import Model
from ..domain.zone import Zone, ZoneOfMember
from ..services.paging import Page, PageRequest
from .callers import UserCaller
from .names import Name
from .routing import IdempotencyKey, Routes

routes = Routes("zones")


class ZoneForm(Model):
    """What a person says about a zone."""

    name: Name


@routes.post("/api/zones", status=201)
def create_zone(
    caller: UserCaller, body: ZoneForm, idempotency_key: IdempotencyKey, request_hash: str
) -> Zone:
    """Create a zone; you become its admin."""
    return container().zones.create(caller.principal, body.name, idempotency_key, request_hash)


@routes.get("/api/zones")
def list_zones(caller: UserCaller, query: PageRequest) -> Page[ZoneOfMember]:
    """List your zones."""
    return container().zones.mine(caller.principal, query)


@routes.get("/api/zones/{zone_id}")
def read_zone(caller: UserCaller, zone_id: str) -> Zone:
    """Read a zone."""
    return container().zones.read(caller.principal, zone_id)


@routes.put("/api/zones/{zone_id}", errors=(409,))
def rename_zone(caller: UserCaller, zone_id: str, body: ZoneForm) -> Zone:
    """Give a zone another name."""
    return container().zones.rename(caller.principal, zone_id, body.name)
