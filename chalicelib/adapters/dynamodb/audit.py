"""Rows of the audit trail: one partition for each zone, sorted by time."""

from ...domain.audit import AuditEntry
from ...services.paging import Page, PageRequest
from .connection import ConditionFailed, absent, decode_cursor, dynamodb_errors, encode_cursor
from .tables import AuditRow

PLATFORM = "PLATFORM"
"""In place of a zone, for what belongs to none."""


def audit_pk(zone_id: str | None) -> str:
    """Partition of one zone's entries."""
    return f"AUDIT#{zone_id or PLATFORM}"


def audit_row(entry: AuditEntry) -> AuditRow:
    """The row of an entry, to be put in the transaction of the change that it tells of."""
    return AuditRow(
        audit_pk(entry.zone_id), f"{entry.at}#{entry.entry_id}", entry=entry.model_dump(mode="json")
    )


class DynamoAudit:
    """:class:`~chalicelib.services.ports.audit.AuditStore` on the jobs table."""

    def append(self, entry: AuditEntry) -> None:
        """One conditional put."""
        try:
            with dynamodb_errors():
                audit_row(entry).save(absent(AuditRow))
        except ConditionFailed:
            return  # the same entry is there

    def of_zone(
        self, zone_id: str, page: PageRequest, *, since: str | None = None, until: str | None = None
    ) -> Page[AuditEntry]:
        """One Query page, newest first."""
        pk = audit_pk(zone_id)
        # "~" sorts after every symbol of an id.
        first, last = since or "0", f"{until or '9'}~"
        key = decode_cursor(page.cursor, within=pk, between=(first, last))
        between = AuditRow.sk.between(first, last)
        with dynamodb_errors():
            rows = AuditRow.query(
                pk, between, limit=page.limit, scan_index_forward=False, last_evaluated_key=key
            )
            items = [AuditEntry.model_validate(row.entry) for row in rows]
            return Page(items=items, next_cursor=encode_cursor(rows.last_evaluated_key))
