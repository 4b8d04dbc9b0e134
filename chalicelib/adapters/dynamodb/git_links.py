"""Rows of linked git hosts, and the lock that whoever rewrites a host's secret holds."""

from contextlib import suppress
from datetime import datetime

from ...domain.audit import AuditEntry
from ...domain.errors import Unavailable
from ...domain.git import GitLink
from ...services.paging import Page, PageRequest
from ...services.ports.clock import unix
from .audit import audit_row
from .connection import (
    ConditionFailed,
    Transaction,
    absent,
    decode_cursor,
    dynamodb_errors,
    encode_cursor,
    get_or_none,
)
from .rows import assign, record
from .tables import GitLinkRow, GitLockRow, zone_pk

LINK = "GIT#"
LOCK = "GITLOCK#"


class DynamoGitLinks:
    """:class:`~chalicelib.services.ports.git.GitLinkStore` on the specs table."""

    def get(self, zone_id: str, host: str) -> GitLink | None:
        """One GetItem."""
        row = get_or_none(GitLinkRow, zone_pk(zone_id), LINK + host)
        return None if row is None else record(GitLink, row)

    def of_zone(self, zone_id: str, page: PageRequest) -> Page[GitLink]:
        """One Query page of the zone's links."""
        pk = zone_pk(zone_id)
        key = decode_cursor(page.cursor, within=pk)
        with dynamodb_errors():
            rows = GitLinkRow.query(
                pk, GitLinkRow.sk.startswith(LINK), limit=page.limit, last_evaluated_key=key
            )
            items = [record(GitLink, row) for row in rows]
            return Page(items=items, next_cursor=encode_cursor(rows.last_evaluated_key))

    def lock(self, zone_id: str, host: str, holder: str, *, now: datetime, until: datetime) -> bool:
        """One conditional put."""
        row = GitLockRow(zone_pk(zone_id), LOCK + host, holder=holder, until=unix(until))
        free = absent(GitLockRow) | (GitLockRow.until <= unix(now)) | (GitLockRow.holder == holder)
        try:
            with dynamodb_errors():
                row.save(free)
        except ConditionFailed:
            return False
        return True

    def unlock(self, zone_id: str, host: str, holder: str) -> None:
        """One conditional delete."""
        with suppress(ConditionFailed), dynamodb_errors():
            GitLockRow(zone_pk(zone_id), LOCK + host).delete(GitLockRow.holder == holder)

    def put(self, link: GitLink, holder: str, entry: AuditEntry) -> None:
        """One transaction."""
        fields = {name: value for name, value in link.model_dump(mode="json").items() if value is not None}
        row = GitLinkRow(zone_pk(link.zone_id), LINK + link.host, **fields)
        with _LockedTransaction(link, holder, entry) as write:
            write.put("the link", row)

    def delete(self, link: GitLink, holder: str, entry: AuditEntry) -> None:
        """One transaction."""
        with _LockedTransaction(link, holder, entry) as write:
            write.delete("the link", GitLinkRow(zone_pk(link.zone_id), LINK + link.host))

    def note_problem(self, link: GitLink, problem: str, at: str) -> None:
        """One conditional update."""
        row = GitLinkRow(zone_pk(link.zone_id), LINK + link.host)
        actions = assign(GitLinkRow, {"problem": problem, "problem_at": at})
        with suppress(ConditionFailed), dynamodb_errors():
            row.update(actions, condition=GitLinkRow.version == link.version)


class _LockedTransaction(Transaction):
    """Holds only while the lock is the holder's, and writes the audit entry as well."""

    def __init__(self, link: GitLink, holder: str, entry: AuditEntry) -> None:
        super().__init__()
        key = (zone_pk(link.zone_id), LOCK + link.host)
        self.check("the lock", GitLockRow, key, GitLockRow.holder == holder)
        self.put("the audit entry", audit_row(entry))

    def _commit(self) -> None:
        try:
            super()._commit()
        except ConditionFailed as error:
            raise Unavailable("Somebody else rewrites this link. Try again shortly.") from error
