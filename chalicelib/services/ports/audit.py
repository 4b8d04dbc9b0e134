"""Where audit entries are kept."""

from typing import Protocol

from ...domain.audit import AuditEntry
from ..paging import Page, PageRequest


class AuditStore(Protocol):
    """Entries by zone. Entries of changes are written by the change's own transaction."""

    def append(self, entry: AuditEntry) -> None:
        """Keep an entry that has no change beside it, such as a refusal; a repeat changes nothing."""
        ...

    def of_zone(
        self, zone_id: str, page: PageRequest, *, since: str | None = None, until: str | None = None
    ) -> Page[AuditEntry]:
        """Newest first; `since` and `until` are times as rows carry them, both inclusive."""
        ...
