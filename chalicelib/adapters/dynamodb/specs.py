"""Rows of specs: what a list shows and a lifecycle moves, pointing at the revision that counts."""

from typing import Any

from pynamodb.expressions.condition import Condition

from ...domain.audit import AuditEntry
from ...domain.errors import Conflict, NotFound, StaleEdit, Unavailable
from ...domain.lifecycle.spec import SpecStatus
from ...domain.spec import Spec
from ...services.paging import Page, PageRequest
from ...services.ports.specs import Form, StoredSpec
from . import revisions, state_claims
from .audit import audit_row
from .connection import ConditionFailed, Transaction, absent, dynamodb_errors, get_or_none
from .paging import newest_first
from .rows import SPEC_SK, assign, record
from .tables import SpecRow, spec_pk, zone_pk
from .zones import OTHER_REQUEST

READ_TRIES = 3
SCALARS = (
    "project_name",
    "environment_stage",
    "provider",
    "region",
    "terraform_version",
    "cloud_identity",
)
"""Fields of the form that live on the spec's own row."""

EDITED = (*SCALARS, "current_rev", "config_hash", "updated_at")
SPEC = "the spec"


def specs_of_zone(zone_id: str) -> str:
    """Partition of the index by_zone that holds a zone's specs."""
    return f"{zone_pk(zone_id)}#SPECS"


class DynamoSpecs:
    """:class:`~chalicelib.services.ports.specs.SpecStore` on the specs table."""

    def get(self, spec_id: str) -> Spec | None:
        """One consistent GetItem."""
        row = self._row(spec_id)
        return None if row is None else _spec(row)

    def read(self, spec_id: str) -> StoredSpec | None:
        """The row, then one Query of the revision it points at; again when that was purged in between."""
        for _ in range(READ_TRIES):
            spec = self.get(spec_id)
            if spec is None:
                return None
            configs = revisions.read(spec_id, spec.current_rev)
            if configs is not None:
                scalars = {
                    name: value for name, value in spec.model_dump(mode="json").items() if name in SCALARS
                }
                return StoredSpec(spec, scalars | configs)
        raise Unavailable("The spec is being edited faster than it can be read. Try again shortly.")

    def of_zone(self, zone_id: str, page: PageRequest) -> Page[Spec]:
        """One Query page of the index by_zone."""
        return newest_first(
            SpecRow,
            SpecRow.by_zone,
            specs_of_zone(zone_id),
            page.limit,
            page.cursor,
            _spec,
        )

    def create(self, spec: Spec, form: Form, request_hash: str, entry: AuditEntry) -> Spec:
        """Revision 1, then one transaction: the spec's row and its state's claim."""
        if first := self._first_answer(spec.spec_id, request_hash):
            return first
        try:
            with Transaction() as write:
                state_claims.claim(write, spec)
                if not revisions.claim_first(spec.spec_id, form, request_hash):
                    raise Conflict(OTHER_REQUEST)
                revisions.write(spec.spec_id, 1, form)
                write.put(SPEC, _new_row(spec, request_hash), absent(SpecRow))
                write.put("the audit entry", audit_row(entry))
        except ConditionFailed as lost:
            if SPEC in lost.failed and (first := self._first_answer(spec.spec_id, request_hash)):
                return first
            raise self._claim_lost(spec) from None
        return spec

    def edit(
        self,
        seen: Spec,
        expected_rev: int,
        changed: Spec,
        form: Form,
        request_hash: str,
        entry: AuditEntry,
    ) -> Spec:
        """A new revision, then one transaction that makes the row point at it."""
        if seen.current_rev != expected_rev:
            return self._edit_lost(expected_rev, changed, request_hash)
        rev = revisions.claim_after(seen.spec_id, seen.current_rev, form, request_hash)
        revisions.write(seen.spec_id, rev, form)
        edited = changed.model_copy(update={"current_rev": rev})
        try:
            self._flip(seen, edited, entry)
        except ConditionFailed:
            return self._edit_lost(expected_rev, edited, request_hash)
        revisions.purge(seen.spec_id, keep=(seen.current_rev, rev))
        return edited

    def delete(self, seen: Spec, entry: AuditEntry) -> None:
        """One transaction: the row goes, the claim is released; revisions follow, best effort."""
        nothing_began_since = (
            (SpecRow.current_rev == seen.current_rev)
            & (SpecRow.status == str(seen.status))
            & SpecRow.live_run.does_not_exist()
        )
        try:
            with Transaction() as write:
                state_claims.release(write, seen)
                write.delete(SPEC, _key(seen.spec_id), nothing_began_since)
                write.put("the audit entry", audit_row(entry))
        except ConditionFailed:
            raise Conflict("The spec changed while it was being deleted. Look at it again first.") from None
        revisions.purge(seen.spec_id, keep=())

    def has_state(self, spec: Spec) -> bool:
        """One GetItem of the state's head."""
        head = state_claims.head_row(spec)
        return head is not None and head.spec_id == spec.spec_id and head.version is not None

    def refresh_hash(self, seen: Spec, config_hash: str) -> None:
        """One conditional update."""
        same_revision_and_hash = (SpecRow.current_rev == seen.current_rev) & (
            SpecRow.config_hash == seen.config_hash
        )
        try:
            with dynamodb_errors():
                _key(seen.spec_id).update([SpecRow.config_hash.set(config_hash)], same_revision_and_hash)
        except ConditionFailed:
            return  # an edit came between, with a hash of its own

    def _row(self, spec_id: str) -> SpecRow | None:
        return get_or_none(SpecRow, spec_pk(spec_id), SPEC_SK)

    def _first_answer(self, spec_id: str, request_hash: str) -> Spec | None:
        row = self._row(spec_id)
        if row is None:
            return None
        if row.request_hash != request_hash:
            raise Conflict(OTHER_REQUEST)
        return _spec(row)

    def _flip(self, seen: Spec, edited: Spec, entry: AuditEntry) -> None:
        as_seen = SpecRow.current_rev == seen.current_rev
        actions = assign(SpecRow, edited.model_dump(mode="json", include=set(EDITED)))
        with Transaction() as write:
            if edited.state_name != seen.state_name:
                as_seen &= _untouched()
                state_claims.claim(write, edited)
                state_claims.release(write, seen)
            write.update(SPEC, _key(seen.spec_id), actions, as_seen)
            write.put("the audit entry", audit_row(entry))

    def _edit_lost(self, expected_rev: int, edited: Spec, request_hash: str) -> Spec:
        now = self.get(edited.spec_id)
        if now is None:
            raise NotFound("The spec was deleted meanwhile.")
        if now.current_rev == expected_rev:
            raise self._claim_lost(edited)
        if revisions.written_for(now.spec_id, now.current_rev) == request_hash:
            return now  # the repeat of an edit whose answer was lost
        raise stale(now)

    def _claim_lost(self, spec: Spec) -> Conflict:
        head = state_claims.head_row(spec)
        if head is not None and head.spec_id not in (state_claims.NOBODY, spec.spec_id):
            return state_claims.taken(spec, head.spec_id)
        return Conflict("Something else changed this spec or its state at the same moment. Try again.")


def stale(now: Spec) -> StaleEdit:
    """The refusal of an edit that was made against an older revision."""
    return StaleEdit(
        f"The spec was edited meanwhile and is at revision {now.current_rev}. Load it, then edit again.",
        field="expected_rev",
        details={"current_rev": now.current_rev},
    )


def _untouched() -> Condition:
    """Nothing was ever provisioned from the spec, and nothing is under way."""
    untouched: Condition = (SpecRow.status == str(SpecStatus.DRAFT)) & SpecRow.live_run.does_not_exist()
    return untouched


def _spec(row: SpecRow) -> Spec:
    return record(Spec, row, cloud_identity=row.cloud_identity)


def _key(spec_id: str) -> SpecRow:
    return SpecRow(spec_pk(spec_id), SPEC_SK)


def _new_row(spec: Spec, request_hash: str) -> SpecRow:
    fields: dict[str, Any] = {
        name: value for name, value in spec.model_dump(mode="json").items() if value is not None
    }
    return SpecRow(
        spec_pk(spec.spec_id),
        SPEC_SK,
        zone_key=specs_of_zone(spec.zone_id),
        listed_at=f"{spec.created_at}#{spec.spec_id}",
        request_hash=request_hash,
        **fields,
    )
