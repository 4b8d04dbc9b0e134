"""Where linked cloud accounts are kept."""

from typing import Protocol

from ...domain.audit import AuditEntry
from ...domain.identity import FetchedResources, Identity
from ..paging import Page, PageRequest


class IdentityStore(Protocol):
    """Linked accounts by zone. Each change is written with the audit entry that tells of it."""

    def create(self, identity: Identity, request_hash: str, entry: AuditEntry | None = None) -> Identity:
        """Keep a new identity; the repeat of the same request finds the first.

        Raises
        ------
        Conflict
            The id belongs to a different request.
        """
        ...

    def get(self, zone_id: str, identity_id: str) -> Identity | None: ...

    def of_zone(self, zone_id: str, page: PageRequest) -> Page[Identity]: ...

    def edit(self, seen: Identity, changed: Identity, entry: AuditEntry, *, untested_at: str | None) -> None:
        """Put what people say of it in the place of what was seen.

        `untested_at` (a time) makes it PENDING again and forgets what was found there: what a test that
        began before says no longer counts.

        Raises
        ------
        Conflict
            Somebody else edited or deleted it since, or a test ended meanwhile.
        """
        ...

    def note_proved(self, identity: Identity) -> None:
        """Keep that its role was seen to ask for the external id, unless it names another role by now."""
        ...

    def delete(self, seen: Identity, entry: AuditEntry) -> None:
        """Drop it and what was fetched from it (:class:`NotFound` when it is gone already)."""
        ...

    def resources(self, zone_id: str, identity_id: str) -> FetchedResources | None:
        """What was last fetched from its account."""
        ...
