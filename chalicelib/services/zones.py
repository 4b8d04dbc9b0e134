"""Zones: making one, naming it, and seeing one's own."""

from ..domain.errors import NotFound
from ..domain.ids import id_for
from ..domain.words import Role
from ..domain.zone import Zone, ZoneOfMember
from .access import Access, Principal
from .audit import Audit
from .paging import Page, PageRequest
from .ports.clock import Clock, iso
from .ports.zones import Zones


class ZoneService:
    """Workspaces."""

    def __init__(self, zones: Zones, access: Access, audit: Audit, clock: Clock) -> None:
        self._zones = zones
        self._access = access
        self._audit = audit
        self._clock = clock

    def create(self, principal: Principal, name: str, key: str | None, request_hash: str) -> Zone:
        """A new zone; its creator is its first admin."""
        zone = Zone(
            zone_id=id_for("zone", f"{principal.user} zones", key),
            name=name,
            created_at=iso(self._clock.now()),
            created_by=principal.user,
        )
        entry = self._audit.entry(
            zone.zone_id,
            actor=f"user:{principal.user}",
            action="zone.created",
            subject=zone.zone_id,
            after={"name": name, "admin": principal.user},
        )
        return self._zones.create(zone, request_hash, entry)

    def rename(self, principal: Principal, zone_id: str, name: str) -> Zone:
        """The zone under another name; for its admins."""
        self._access.require(principal, zone_id, Role.ADMIN)
        seen = self._get(zone_id)
        if seen.name != name:
            entry = self._audit.entry(
                zone_id,
                actor=f"user:{principal.user}",
                action="zone.renamed",
                subject=zone_id,
                before={"name": seen.name},
                after={"name": name},
            )
            self._zones.rename(seen, name, entry)
        return seen.model_copy(update={"name": name})

    def read(self, principal: Principal, zone_id: str) -> Zone:
        """A zone that the person is a member of."""
        self._access.require(principal, zone_id, Role.VIEWER)
        return self._get(zone_id)

    def mine(self, principal: Principal, page: PageRequest) -> Page[ZoneOfMember]:
        """The person's zones, with their role in each."""
        return self._zones.of_member(principal.user, page)

    def _get(self, zone_id: str) -> Zone:
        zone = self._zones.get(zone_id)
        if zone is None:
            raise NotFound("There is no such zone, or it is not yours.")
        return zone
