"""Rows of linked cloud accounts."""

from ...domain.errors import Conflict
from ...domain.identity import Identity
from ...services.paging import Page, PageRequest
from .connection import ConditionFailed, absent, decode_cursor, dynamodb_errors, encode_cursor, get_or_none
from .rows import record
from .tables import IdentityRow, zone_pk
from .zones import OTHER_REQUEST

IDENTITY = "IDENTITY#"
RESOURCES = "RESOURCES#"


def identity_key(zone_id: str, identity_id: str) -> tuple[str, str]:
    """Both halves of an identity's key."""
    return zone_pk(zone_id), IDENTITY + identity_id


def resources_key(zone_id: str, identity_id: str) -> tuple[str, str]:
    """Both halves of the key of what was last fetched from its account."""
    return zone_pk(zone_id), RESOURCES + identity_id


class DynamoIdentities:
    """:class:`~chalicelib.services.ports.identities.IdentityStore` on the specs table."""

    def create(self, identity: Identity, request_hash: str) -> Identity:
        """One conditional put."""
        pk, sk = zone_pk(identity.zone_id), IDENTITY + identity.identity_id
        fields = {
            name: value for name, value in identity.model_dump(mode="json").items() if value is not None
        }
        try:
            with dynamodb_errors():
                IdentityRow(pk, sk, request_hash=request_hash, **fields).save(absent(IdentityRow))
        except ConditionFailed:
            first = get_or_none(IdentityRow, pk, sk)
            if first is None or first.request_hash != request_hash:
                raise Conflict(OTHER_REQUEST) from None
            return record(Identity, first)
        return identity

    def get(self, zone_id: str, identity_id: str) -> Identity | None:
        """One GetItem."""
        row = get_or_none(IdentityRow, zone_pk(zone_id), IDENTITY + identity_id)
        return None if row is None else record(Identity, row)

    def of_zone(self, zone_id: str, page: PageRequest) -> Page[Identity]:
        """One Query page of the zone's identities, by id."""
        pk = zone_pk(zone_id)
        key = decode_cursor(page.cursor, within=pk)
        with dynamodb_errors():
            rows = IdentityRow.query(
                pk, IdentityRow.sk.startswith(IDENTITY), limit=page.limit, last_evaluated_key=key
            )
            items = [record(Identity, row) for row in rows]
            return Page(items=items, next_cursor=encode_cursor(rows.last_evaluated_key))
