"""People in zones, put there without asking anybody."""

from chalicelib.adapters.dynamodb.tables import MemberRow, zone_pk
from chalicelib.adapters.dynamodb.zones import member_sk
from chalicelib.services.access import Principal

from .builders import NOW


def join(zone_id: str, user: str, role: str) -> Principal:
    """`user` is a member of the zone, with this role and no other."""
    row = MemberRow(zone_pk(zone_id), member_sk(zone_id, user), user=user, role=str(role), since=NOW)
    row.save()
    return Principal(user)
