"""Where zones and their members are kept."""

from typing import Protocol

from ...domain.audit import AuditEntry
from ...domain.words import Role
from ...domain.zone import Member, Zone, ZoneOfMember
from ..paging import Page, PageRequest


class Zones(Protocol):
    """Zones, and what role somebody has in one."""

    def create(self, zone: Zone, request_hash: str, entry: AuditEntry) -> Zone:
        """Keep a new zone with its creator as admin; the repeat of the same request finds the first.

        Raises
        ------
        Conflict
            The id belongs to a different request.
        """
        ...

    def rename(self, seen: Zone, name: str, entry: AuditEntry) -> None:
        """Give the zone another name (:class:`Conflict` when it is not called what it was)."""
        ...

    def get(self, zone_id: str) -> Zone | None: ...

    def of_member(self, user: str, page: PageRequest) -> Page[ZoneOfMember]:
        """The zones that a person belongs to, with their role in each."""
        ...

    def role_of(self, zone_id: str, user: str) -> Role | None: ...


class Members(Protocol):
    """The people of zones. Every write keeps one admin at least, and happens only while `by` (a user) is
    an admin of the zone, or is the member that it is about.

    Raises
    ------
    Forbidden
        `by` is no admin any more.
    Conflict
        The zone would be left without an admin, or the member is not what was seen.
    """

    def of_zone(self, zone_id: str, page: PageRequest) -> Page[Member]: ...

    def get(self, zone_id: str, member_id: str) -> Member | None: ...

    def add(self, zone_id: str, member: Member, by: str, entry: AuditEntry) -> None: ...

    def change(self, zone_id: str, seen: Member, role: Role, by: str, entry: AuditEntry) -> None: ...

    def remove(self, zone_id: str, seen: Member, by: str, entry: AuditEntry) -> None: ...
