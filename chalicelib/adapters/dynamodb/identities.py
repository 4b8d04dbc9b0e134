"""Rows of linked cloud accounts, and of what was last fetched from them."""

from contextlib import suppress
from typing import Any

from pynamodb.expressions.condition import Condition

from ...domain.audit import AuditEntry
from ...domain.errors import Conflict, NotFound
from ...domain.identity import FetchedResources, Identity
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
from .rows import assign, record
from .tables import IdentityRow, ResourcesRow, zone_pk
from .zones import OTHER_REQUEST

IDENTITY = "IDENTITY#"
RESOURCES = "RESOURCES#"
EDITED = (
    "name",
    "account_id",
    "method",
    "role_reference",
    "worker_role_reference",
    "gcp",
    "azure",
    "region",
)
"""What people say of an identity; everything else is said by tests."""

CHANGED_SINCE = "The cloud identity changed meanwhile. Look at it again, then repeat."


def identity_key(zone_id: str, identity_id: str) -> tuple[str, str]:
    """Both halves of an identity's key."""
    return zone_pk(zone_id), IDENTITY + identity_id


def resources_key(zone_id: str, identity_id: str) -> tuple[str, str]:
    """Both halves of the key of what was last fetched from its account."""
    return zone_pk(zone_id), RESOURCES + identity_id


class DynamoIdentities:
    """:class:`~chalicelib.services.ports.identities.IdentityStore` on the specs table."""

    def create(self, identity: Identity, request_hash: str, entry: AuditEntry | None = None) -> Identity:
        """One transaction: the row and the entry."""
        key = identity_key(identity.zone_id, identity.identity_id)
        fields = {
            name: value for name, value in identity.model_dump(mode="json").items() if value is not None
        }
        try:
            with Transaction() as write:
                row = IdentityRow(*key, request_hash=request_hash, **fields)
                write.put("the identity", row, absent(IdentityRow))
                if entry is not None:
                    write.put("the audit entry", audit_row(entry))
        except ConditionFailed:
            first = get_or_none(IdentityRow, *key)
            if first is None or first.request_hash != request_hash:
                raise Conflict(OTHER_REQUEST) from None
            return record(Identity, first)
        return identity

    def get(self, zone_id: str, identity_id: str) -> Identity | None:
        """One GetItem."""
        row = get_or_none(IdentityRow, *identity_key(zone_id, identity_id))
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

    def edit(self, seen: Identity, changed: Identity, entry: AuditEntry, *, untested_at: str | None) -> None:
        """One transaction, conditioned on what was seen."""
        changes: dict[str, Any] = {name: getattr(changed, name) for name in EDITED}
        if untested_at is not None:
            changes |= dict.fromkeys(("problem", "tested_at", "test_job_id", "resources_at"))
            changes |= {"status": str(changed.status), "tested_as_of": untested_at}
        try:
            with Transaction() as write:
                row = IdentityRow(*identity_key(seen.zone_id, seen.identity_id))
                write.update("the identity", row, assign(IdentityRow, changes), _as_seen(seen))
                if untested_at is not None:
                    write.delete("its resources", _resources(seen))
                write.put("the audit entry", audit_row(entry))
        except ConditionFailed:
            raise Conflict(CHANGED_SINCE) from None

    def note_proved(self, identity: Identity) -> None:
        """One conditional update."""
        row = IdentityRow(*identity_key(identity.zone_id, identity.identity_id))
        role = str(identity.role_reference)
        with suppress(ConditionFailed), dynamodb_errors():
            row.update([IdentityRow.proved_role.set(role)], condition=IdentityRow.role_reference == role)

    def delete(self, seen: Identity, entry: AuditEntry) -> None:
        """One transaction: the row, what was fetched, the entry."""
        try:
            with Transaction() as write:
                row = IdentityRow(*identity_key(seen.zone_id, seen.identity_id))
                write.delete("the identity", row, present(IdentityRow))
                write.delete("its resources", _resources(seen))
                write.put("the audit entry", audit_row(entry))
        except ConditionFailed:
            raise NotFound("There is no such thing here, or it is not yours.") from None

    def resources(self, zone_id: str, identity_id: str) -> FetchedResources | None:
        """One GetItem."""
        row = get_or_none(ResourcesRow, *resources_key(zone_id, identity_id))
        return None if row is None else FetchedResources.model_validate(row.fetched)


def _resources(identity: Identity) -> ResourcesRow:
    return ResourcesRow(*resources_key(identity.zone_id, identity.identity_id))


def _as_seen(seen: Identity) -> Condition:
    """That nobody changed what people say, and no test its status."""
    condition: Condition = present(IdentityRow) & (IdentityRow.status == str(seen.status))
    for name, value in seen.model_dump(mode="json", include=set(EDITED)).items():
        attribute = getattr(IdentityRow, name)
        condition &= attribute.does_not_exist() if value is None else attribute == value
    return condition
