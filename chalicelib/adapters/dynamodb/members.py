"""Rows of the people in zones, kept twice: by zone and by person. The zone's row counts the admins.

The count is the condition that keeps the last one: whoever stops being an admin takes one off it in the same
transaction, which fails rather than reach none. Whoever acts as an admin must still be one in it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from ...domain.audit import AuditEntry
from ...domain.errors import Conflict, Forbidden
from ...domain.words import Role
from ...domain.zone import Member, member_id_of
from ...services.paging import Page, PageRequest
from .audit import audit_row
from .connection import (
    ConditionFailed,
    Transaction,
    absent,
    decode_cursor,
    dynamodb_errors,
    encode_cursor,
    get_or_none,
    present,
)
from .rows import record
from .tables import MemberRow, MembershipRow, ZoneRow, zone_pk

ACTOR = "the actor"
MEMBER = "the member"
ADMINS = "the zone's admins"
PREFIX = "MEMBER#"
NO_LONGER = "This needs the role admin in the zone, and yours was changed meanwhile. A zone admin can help."


def user_pk(user: str) -> str:
    """Partition of one person."""
    return f"USER#{user}"


def member_sk(zone_id: str, user: str) -> str:
    """Sort key of a person in the zone's partition."""
    return PREFIX + member_id_of(zone_id, user)


class DynamoMembers:
    """:class:`~chalicelib.services.ports.zones.Members` on the specs table."""

    def of_zone(self, zone_id: str, page: PageRequest) -> Page[Member]:
        """One Query page."""
        pk = zone_pk(zone_id)
        key = decode_cursor(page.cursor, within=pk)
        with dynamodb_errors():
            rows = MemberRow.query(
                pk, MemberRow.sk.startswith(PREFIX), limit=page.limit, last_evaluated_key=key
            )
            items = [_member(row) for row in rows]
            return Page(items=items, next_cursor=encode_cursor(rows.last_evaluated_key))

    def get(self, zone_id: str, member_id: str) -> Member | None:
        """One GetItem."""
        row = get_or_none(MemberRow, zone_pk(zone_id), PREFIX + member_id)
        return None if row is None else _member(row)

    def add(self, zone_id: str, member: Member, by: str, entry: AuditEntry) -> None:
        """One transaction."""
        with _refusals(member), Transaction() as write:
            check_admin(write, zone_id, by)
            put(write, zone_id, member)
            count_admins(write, zone_id, None, member.role)
            write.put("the audit entry", audit_row(entry))

    def change(self, zone_id: str, seen: Member, role: Role, by: str, entry: AuditEntry) -> None:
        """One transaction."""
        with _refusals(seen), Transaction() as write:
            if by != seen.user:
                check_admin(write, zone_id, by)
            set_role(write, zone_id, seen, role)
            count_admins(write, zone_id, seen.role, role)
            write.put("the audit entry", audit_row(entry))

    def remove(self, zone_id: str, seen: Member, by: str, entry: AuditEntry) -> None:
        """One transaction."""
        with _refusals(seen), Transaction() as write:
            if by != seen.user:
                check_admin(write, zone_id, by)
            write.delete(MEMBER, _key(zone_id, seen), MemberRow.role == str(seen.role))
            write.delete("the membership", MembershipRow(user_pk(seen.user), zone_pk(zone_id)))
            count_admins(write, zone_id, seen.role, None)
            write.put("the audit entry", audit_row(entry))


# Parts of a transaction.


def check_admin(write: Transaction, zone_id: str, user: str) -> None:
    """Let `write` fail unless `user` is an admin of the zone when it happens."""
    key = (zone_pk(zone_id), member_sk(zone_id, user))
    write.check(ACTOR, MemberRow, key, MemberRow.role == str(Role.ADMIN))


def put(write: Transaction, zone_id: str, member: Member) -> None:
    """Let `write` make somebody a member who is none yet."""
    row = _key(zone_id, member)
    row.user, row.role, row.since = member.user, str(member.role), member.since
    write.put(MEMBER, row, absent(MemberRow))
    pk, sk = user_pk(member.user), zone_pk(zone_id)
    write.put("the membership", MembershipRow(pk, sk, zone_id=zone_id, role=str(member.role)))


def set_role(write: Transaction, zone_id: str, seen: Member, role: Role) -> None:
    """Let `write` change a member's role, if it is still the one seen."""
    write.update(
        MEMBER, _key(zone_id, seen), [MemberRow.role.set(str(role))], MemberRow.role == str(seen.role)
    )
    membership = MembershipRow(user_pk(seen.user), zone_pk(zone_id))
    write.update("the membership", membership, [MembershipRow.role.set(str(role))], present(MembershipRow))


def count_admins(write: Transaction, zone_id: str, before: Role | None, after: Role | None) -> None:
    """Let `write` count an admin who comes, or who goes unless they are the last."""
    step = (after is Role.ADMIN) - (before is Role.ADMIN)
    if step == 0:
        return
    row = ZoneRow(zone_pk(zone_id), "ZONE")
    others = present(ZoneRow) if step > 0 else ZoneRow.admins > 1
    write.update(ADMINS, row, [ZoneRow.admins.set((ZoneRow.admins | 1) + step)], others)


@contextmanager
def _refusals(member: Member) -> Iterator[None]:
    try:
        yield
    except ConditionFailed as lost:
        if ACTOR in lost.failed:
            raise Forbidden(NO_LONGER) from None
        if ADMINS in lost.failed:
            raise Conflict(
                f"A zone always has at least one admin, and {member.user} is its last one. "
                f"Make another member an admin first; {member.user} can.",
                details={"last_admin": member.user},
            ) from None
        raise Conflict("Somebody changed this member meanwhile. Look again, then repeat.") from None


def _key(zone_id: str, member: Member) -> MemberRow:
    return MemberRow(zone_pk(zone_id), PREFIX + member.member_id)


def _member(row: MemberRow) -> Member:
    return record(Member, row, member_id=row.sk.removeprefix(PREFIX))
