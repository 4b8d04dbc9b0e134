"""Rows of zones, and of what zones a person is in. Members' own rows: :mod:`.members`."""

from ...domain.audit import AuditEntry
from ...domain.errors import Conflict
from ...domain.words import Role
from ...domain.zone import Member, Zone, ZoneOfMember, member_id_of
from ...services.paging import Page, PageRequest
from . import members
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
from .members import member_sk, user_pk
from .rows import record
from .tables import MemberRow, MembershipRow, ZoneRow, zone_pk

__all__ = ["OTHER_REQUEST", "ZONE", "DynamoZones", "member_sk", "user_pk"]

ZONE = "ZONE"
OTHER_REQUEST = "This idempotency key was used for a different request."


class DynamoZones:
    """:class:`~chalicelib.services.ports.zones.Zones` on the specs table."""

    def create(self, zone: Zone, request_hash: str, entry: AuditEntry) -> Zone:
        """One transaction: the zone, and its creator as admin under both keys."""
        pk, user = zone_pk(zone.zone_id), zone.created_by
        creator = Member(
            member_id=member_id_of(zone.zone_id, user), user=user, role=Role.ADMIN, since=zone.created_at
        )
        try:
            with Transaction() as write:
                row = ZoneRow(pk, ZONE, request_hash=request_hash, admins=1, **zone.model_dump())
                write.put("the zone", row, absent(ZoneRow))
                members.put(write, zone.zone_id, creator)
                write.put("the audit entry", audit_row(entry))
        except ConditionFailed:
            first = get_or_none(ZoneRow, pk, ZONE)
            if first is None or first.request_hash != request_hash:
                raise Conflict(OTHER_REQUEST) from None
            return record(Zone, first)
        return zone

    def rename(self, seen: Zone, name: str, entry: AuditEntry) -> None:
        """One transaction: the name is kept nowhere else."""
        row = ZoneRow(zone_pk(seen.zone_id), ZONE)
        try:
            with Transaction() as write:
                write.update("the zone", row, [ZoneRow.name.set(name)], ZoneRow.name == seen.name)
                write.put("the audit entry", audit_row(entry))
        except ConditionFailed:
            raise Conflict("Somebody renamed the zone meanwhile. Look again, then repeat.") from None

    def get(self, zone_id: str) -> Zone | None:
        """One GetItem."""
        row = get_or_none(ZoneRow, zone_pk(zone_id), ZONE)
        return None if row is None else record(Zone, row)

    def of_member(self, user: str, page: PageRequest) -> Page[ZoneOfMember]:
        """One Query page of the person's memberships, and one BatchGetItem of those zones' names."""
        pk = user_pk(user)
        key = decode_cursor(page.cursor, within=pk)
        with dynamodb_errors():
            rows = MembershipRow.query(
                pk, MembershipRow.sk.startswith("ZONE#"), limit=page.limit, last_evaluated_key=key
            )
            roles = {row.zone_id: Role(row.role) for row in rows}
            keys = [(zone_pk(zone_id), ZONE) for zone_id in roles]
            found = ZoneRow.batch_get(keys, consistent_read=True) if keys else ()
            names = {row.zone_id: row.name for row in found}
            items = [
                ZoneOfMember(zone_id=zone_id, name=names[zone_id], role=role)
                for zone_id, role in roles.items()
                if zone_id in names
            ]
            return Page(items=items, next_cursor=encode_cursor(rows.last_evaluated_key))

    def role_of(self, zone_id: str, user: str) -> Role | None:
        """One GetItem."""
        row = get_or_none(MemberRow, zone_pk(zone_id), member_sk(zone_id, user))
        return None if row is None else Role(row.role)
