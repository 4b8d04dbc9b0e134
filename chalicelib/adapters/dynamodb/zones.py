"""Rows of zones, and of the people in them (kept twice: by zone and by person)."""

from ...domain.errors import Conflict
from ...domain.words import Role
from ...domain.zone import Zone, ZoneOfMember, member_id_of
from ...services.paging import Page, PageRequest
from .connection import (
    ConditionFailed,
    Transaction,
    absent,
    decode_cursor,
    dynamodb_errors,
    encode_cursor,
    get_or_none,
)
from .rows import record
from .tables import MemberRow, MembershipRow, ZoneRow, zone_pk

ZONE = "ZONE"
OTHER_REQUEST = "This idempotency key was used for a different request."


def user_pk(user: str) -> str:
    """Partition of one person."""
    return f"USER#{user}"


def member_sk(zone_id: str, user: str) -> str:
    """Sort key of a person in the zone's partition."""
    return f"MEMBER#{member_id_of(zone_id, user)}"


class DynamoZones:
    """:class:`~chalicelib.services.ports.zones.Zones` on the specs table."""

    def create(self, zone: Zone, request_hash: str) -> Zone:
        """One transaction: the zone, and its creator as admin under both keys."""
        pk, user = zone_pk(zone.zone_id), zone.created_by
        role = str(Role.ADMIN)
        membership = MembershipRow(user_pk(user), pk, zone_id=zone.zone_id, name=zone.name, role=role)
        try:
            with Transaction() as write:
                row = ZoneRow(pk, ZONE, request_hash=request_hash, **zone.model_dump())
                write.put("the zone", row, absent(ZoneRow))
                write.put(
                    "the member",
                    MemberRow(pk, member_sk(zone.zone_id, user), user=user, role=role, since=zone.created_at),
                )
                write.put("the membership", membership)
        except ConditionFailed:
            first = get_or_none(ZoneRow, pk, ZONE)
            if first is None or first.request_hash != request_hash:
                raise Conflict(OTHER_REQUEST) from None
            return record(Zone, first)
        return zone

    def get(self, zone_id: str) -> Zone | None:
        """One GetItem."""
        row = get_or_none(ZoneRow, zone_pk(zone_id), ZONE)
        return None if row is None else record(Zone, row)

    def of_member(self, user: str, page: PageRequest) -> Page[ZoneOfMember]:
        """One Query page of the person's memberships."""
        pk = user_pk(user)
        key = decode_cursor(page.cursor, within=pk)
        with dynamodb_errors():
            rows = MembershipRow.query(
                pk, MembershipRow.sk.startswith("ZONE#"), limit=page.limit, last_evaluated_key=key
            )
            items = [
                ZoneOfMember(zone_id=row.zone_id, name=row.name or "", role=Role(row.role)) for row in rows
            ]
            return Page(items=items, next_cursor=encode_cursor(rows.last_evaluated_key))

    def role_of(self, zone_id: str, user: str) -> Role | None:
        """One GetItem."""
        row = get_or_none(MemberRow, zone_pk(zone_id), member_sk(zone_id, user))
        return None if row is None else Role(row.role)
