"""Where linked cloud accounts are kept."""

from typing import Protocol

from ...domain.identity import Identity
from ..paging import Page, PageRequest


class IdentityStore(Protocol):
    """Linked accounts by zone."""

    def create(self, identity: Identity, request_hash: str) -> Identity:
        """Keep a new identity; the repeat of the same request finds the first.

        Raises
        ------
        Conflict
            The id belongs to a different request.
        """
        ...

    def get(self, zone_id: str, identity_id: str) -> Identity | None: ...

    def of_zone(self, zone_id: str, page: PageRequest) -> Page[Identity]: ...
