"""Zones: making one, and seeing one's own."""

from ..domain.errors import NotFound
from ..domain.ids import id_for
from ..domain.words import Role
from ..domain.zone import Zone, ZoneOfMember
from .access import Access, Principal
from .paging import Page, PageRequest
from .ports.clock import Clock, iso
from .ports.zones import Zones


class ZoneService:
    """Workspaces and who is in them."""

    def __init__(self, zones: Zones, access: Access, clock: Clock) -> None:
        self._zones = zones
        self._access = access
        self._clock = clock

    def create(self, principal: Principal, name: str, key: str | None, request_hash: str) -> Zone:
        """A new zone; its creator is its first admin."""
        zone = Zone(
            zone_id=id_for("zone", f"{principal.user} zones", key),
            name=name,
            created_at=iso(self._clock.now()),
            created_by=principal.user,
        )
        return self._zones.create(zone, request_hash)

    def read(self, principal: Principal, zone_id: str) -> Zone:
        """A zone that the person is a member of."""
        self._access.require(principal, zone_id, Role.VIEWER)
        zone = self._zones.get(zone_id)
        if zone is None:
            raise NotFound("There is no such zone, or it is not yours.")
        return zone

    def mine(self, principal: Principal, page: PageRequest) -> Page[ZoneOfMember]:
        """The person's zones, with their role in each."""
        return self._zones.of_member(principal.user, page)
