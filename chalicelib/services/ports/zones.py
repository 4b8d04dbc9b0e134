"""Where zones and their members are kept."""

from typing import Protocol

from ...domain.words import Role
from ...domain.zone import Zone, ZoneOfMember
from ..paging import Page, PageRequest


class Zones(Protocol):
    """Zones and the people in them."""

    def create(self, zone: Zone, request_hash: str) -> Zone:
        """Keep a new zone with its creator as admin; the repeat of the same request finds the first.

        Raises
        ------
        Conflict
            The id belongs to a different request.
        """
        ...

    def get(self, zone_id: str) -> Zone | None: ...

    def of_member(self, user: str, page: PageRequest) -> Page[ZoneOfMember]:
        """The zones that a person belongs to, with their role in each."""
        ...

    def role_of(self, zone_id: str, user: str) -> Role | None: ...
