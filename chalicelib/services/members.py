"""The people of a zone: who is in it, with which role. Admins decide; anybody may leave; one admin stays."""

from ..domain.errors import Conflict, Forbidden, NotFound
from ..domain.words import Role
from ..domain.zone import Member, member_id_of
from .access import Access, Principal
from .audit import Audit
from .paging import Page, PageRequest
from .ports.clock import Clock, iso
from .ports.zones import Members

ME = "me"
"""In place of a member id: the caller's own."""


class MemberService:
    """Members of zones."""

    def __init__(self, members: Members, access: Access, audit: Audit, clock: Clock) -> None:
        self._members = members
        self._access = access
        self._audit = audit
        self._clock = clock

    def list(self, principal: Principal, zone_id: str, page: PageRequest) -> Page[Member]:
        """Everybody in the zone, for everybody in it."""
        self._access.require(principal, zone_id, Role.VIEWER)
        return self._members.of_zone(zone_id, page)

    def read(self, principal: Principal, zone_id: str, member_id: str) -> Member:
        """One member."""
        self._access.require(principal, zone_id, Role.VIEWER)
        return self._get(principal, zone_id, member_id)

    def add(self, principal: Principal, zone_id: str, user: str, role: Role) -> Member:
        """Make `user` a member. Somebody who has that very role already is answered as they are.

        Raises
        ------
        Conflict
            They are a member with another role: change that instead.
        """
        self._access.require(principal, zone_id, Role.ADMIN)
        member_id = member_id_of(zone_id, user)
        if there := self._members.get(zone_id, member_id):
            if there.role is role:
                return there
            raise Conflict(
                f"{user} is a member already, with the role {there.role}. Change that role instead.",
                details={"member_id": member_id, "role": str(there.role)},
            )
        member = Member(member_id=member_id, user=user, role=role, since=iso(self._clock.now()))
        entry = self._audit.entry(
            zone_id,
            actor=f"user:{principal.user}",
            action="member.added",
            subject=member_id,
            after={"user": user, "role": str(role)},
        )
        self._members.add(zone_id, member, principal.user, entry)
        return member

    def change(self, principal: Principal, zone_id: str, member_id: str, role: Role) -> Member:
        """Give a member another role.

        Raises
        ------
        Conflict
            They are the zone's last admin, or were changed meanwhile.
        """
        self._access.require(principal, zone_id, Role.ADMIN)
        seen = self._get(principal, zone_id, member_id)
        if seen.role is role:
            return seen
        if seen.user == principal.user and seen.role is not Role.ADMIN:
            raise Forbidden("This needs the role admin in the zone. A zone admin can change yours.")
        entry = self._audit.entry(
            zone_id,
            actor=f"user:{principal.user}",
            action="member.changed",
            subject=seen.member_id,
            before={"user": seen.user, "role": str(seen.role)},
            after={"user": seen.user, "role": str(role)},
        )
        self._members.change(zone_id, seen, role, principal.user, entry)
        return seen.model_copy(update={"role": role})

    def remove(self, principal: Principal, zone_id: str, member_id: str) -> None:
        """Take a member out of the zone; oneself (``me``) is leaving it, which every member may.

        Raises
        ------
        Conflict
            They are the zone's last admin, or were changed meanwhile.
        """
        own = member_id in (ME, member_id_of(zone_id, principal.user))
        self._access.require(principal, zone_id, Role.VIEWER if own else Role.ADMIN)
        seen = self._get(principal, zone_id, member_id)
        entry = self._audit.entry(
            zone_id,
            actor=f"user:{principal.user}",
            action="member.left" if own else "member.removed",
            subject=seen.member_id,
            before={"user": seen.user, "role": str(seen.role)},
        )
        self._members.remove(zone_id, seen, principal.user, entry)

    def _get(self, principal: Principal, zone_id: str, member_id: str) -> Member:
        wanted = member_id_of(zone_id, principal.user) if member_id == ME else member_id
        member = self._members.get(zone_id, wanted)
        if member is None:
            raise NotFound("There is no such member of this zone.")
        return member
