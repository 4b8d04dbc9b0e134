"""People in zones, put there without asking anybody."""

from chalicelib.adapters.dynamodb.connection import Transaction, get_or_none
from chalicelib.adapters.dynamodb.members import count_admins, put
from chalicelib.adapters.dynamodb.tables import ZoneRow, zone_pk
from chalicelib.domain.words import Role
from chalicelib.domain.zone import Member, member_id_of
from chalicelib.services.access import Principal

from .builders import NOW


def join(zone_id: str, user: str, role: str) -> Principal:
    """`user`, who was no member of the zone, is one with this role."""
    member = Member(member_id=member_id_of(zone_id, user), user=user, role=Role(role), since=NOW)
    with Transaction() as write:
        put(write, zone_id, member)
        if get_or_none(ZoneRow, zone_pk(zone_id), "ZONE"):
            count_admins(write, zone_id, None, member.role)
    return Principal(user)
