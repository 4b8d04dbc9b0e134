"""What admins do with states: compare versions, take one out, go back to one, break a lock.

Each act is recorded with who, when and why, beside the state and in the zone's audit: in the same write as
what it changes, or before anything is shown. A repeat with the same idempotency key finds that record and
gets the same answer.
"""

import json

from ..domain.audit import AuditEntry
from ..domain.components import JsonValue
from ..domain.errors import Conflict, NotFound, RunInProgress, StaleEdit
from ..domain.ids import id_for, new_id
from ..domain.messages import ObjectPurpose
from ..domain.snapshot import sha256_hex
from ..domain.spec import Spec
from ..domain.state import ActKind, StateAct, StateHead, StateVersion, VersionStatus
from ..domain.state_file import diff_states, parse_state, with_serial
from ..domain.store_names import object_name
from ..domain.words import Role
from .access import Principal
from .audit import Audit
from .ports.clock import Clock, iso
from .ports.states import KeptAct, StateRows
from .sealed import SealedObjects
from .state_history import StateHistory, version_view
from .state_reader import StateReader
from .state_views import BreakLock, DiffView, PulledState, RollBack, SealedDownload, StateView, VersionView
from .states import lock_details, locked_by

INLINE_BYTES = 5_500_000
"""Largest state, quoted as an answer quotes it, that is sent inline: a Lambda answers at most 6 MB."""


ACTIONS = {
    ActKind.BREAK_LOCK: "state.unlocked",
    ActKind.ROLL_BACK: "state.rolled_back",
    ActKind.PULL: "state.pulled",
    ActKind.DIFF: "state.compared",
}
"""What the audit calls them."""


class StateAdmin:
    """Acts on states."""

    def __init__(
        self,
        history: StateHistory,
        rows: StateRows,
        reader: StateReader,
        sealed: SealedObjects,
        audit: Audit,
        clock: Clock,
        *,
        inline_bytes: int = INLINE_BYTES,
    ) -> None:
        self._history = history
        self._rows = rows
        self._reader = reader
        self._sealed = sealed
        self._audit = audit
        self._clock = clock
        self._inline_bytes = inline_bytes

    def diff(self, principal: Principal, spec_id: str, before: str, after: str) -> DiffView:
        """Which resources and attributes differ between two versions; never a value."""
        _, head = self._history.state(principal, spec_id, Role.ADMIN)
        older, newer = (self._history.find(head, version_id) for version_id in (before, after))
        self._record(principal, head, ActKind.DIFF, "compare two versions", before=before, after=after)
        diff = diff_states(*(parse_state(self._reader.clear(head, version)) for version in (older, newer)))
        return DiffView(before=before, after=after, diff=diff)

    def pull(self, principal: Principal, spec_id: str, reason: str, version_id: str | None) -> PulledState:
        """A version (the head unless told) in clear; one that an answer can't hold sealed, with its key."""
        _, head = self._history.state(principal, spec_id, Role.ADMIN)
        version = self._history.find(head, version_id) if version_id else head.version
        if version is None:
            raise NotFound("Nothing was ever committed to this state.")
        self._record(principal, head, ActKind.PULL, reason, version=version.id)
        text = self._for_an_answer(self._reader.clear(head, version))
        return PulledState(
            version_id=version.id,
            serial=version.serial,
            lineage=version.lineage,
            sha256=version.sha256,
            state=text,
            sealed=self._sealed_download(head, version) if text is None else None,
        )

    def _for_an_answer(self, clear: bytes) -> str | None:
        """``None`` for what is too large, and for bytes that no terraform wrote, which are no text."""
        try:
            text = clear.decode()
        except UnicodeDecodeError:
            return None
        return text if _quoted_bytes(text) <= self._inline_bytes else None

    def break_lock(
        self, principal: Principal, spec_id: str, body: BreakLock, key: str | None, request_hash: str
    ) -> StateView:
        """Drop a lock and fence its holder.

        Raises
        ------
        Conflict
            Another lock is held by now, or its holder may still be writing and nobody insisted.
        """
        _, head = self._history.state(principal, spec_id, Role.ADMIN)
        act_id = _act_id(principal, spec_id, ActKind.BREAK_LOCK, key)
        if self._done_before(head, act_id, request_hash):
            return self._history.view(principal, spec_id)
        if head.lock is None:
            raise Conflict("The state is not locked; there is nothing to break.")
        if head.lock.info.id != body.lock_id:
            raise Conflict(
                "Another lock is held by now; look at it before you break it.",
                details=lock_details(head.lock),
            )
        lock = self._history.lock_view(head.lock)
        if not lock.safe_to_break and not body.even_if_alive:
            raise Conflict(
                f"{lock.why} Say even_if_alive to break the lock all the same.",
                details=lock_details(head.lock),
            )
        act = self._act(
            principal, act_id, ActKind.BREAK_LOCK, body.reason,
            {"lock_id": body.lock_id, "job_id": head.lock.job_id, "was_safe": lock.safe_to_break},
        )  # fmt: skip
        if not self._rows.break_lock(head, KeptAct(act, request_hash), self._entry(head, act)):
            self._explain_lost_write(head, act_id, request_hash)
        return self._history.view(principal, spec_id)

    def roll_back(
        self, principal: Principal, spec_id: str, body: RollBack, key: str | None, request_hash: str
    ) -> VersionView:
        """Make an older (or a rejected) version the newest, under a serial above the head's and its own.

        The epoch rises: what the last holder may still commit no longer counts.

        Raises
        ------
        StateLocked, RunInProgress
            Somebody works with the state.
        StaleEdit
            The head is not the one that was seen.
        """
        spec, head = self._history.state(principal, spec_id, Role.ADMIN)
        act_id = _act_id(principal, spec_id, ActKind.ROLL_BACK, key)
        done = self._done_before(head, act_id, request_hash)
        if done is None:
            wanted = self._rollback_target(spec, head, body)
            version = self._made_anew(principal, spec, head, wanted, act_id, body.reason)
            act = self._act(
                principal, act_id, ActKind.ROLL_BACK, body.reason,
                {"to": wanted.id, "from": body.head_version_id, "made": version.id},
            )  # fmt: skip
            if self._rows.roll_back(head, version, KeptAct(act, request_hash), self._entry(head, act)):
                return VersionView(version_id=version.id, is_head=True, version=version)
            done = self._explain_lost_write(head, act_id, request_hash)
        _, head = self._history.state(principal, spec_id, Role.ADMIN)
        return version_view(head, self._history.find(head, str(done.details["made"])))

    def _rollback_target(self, spec: Spec, head: StateHead, body: RollBack) -> StateVersion:
        if head.lock:
            raise locked_by(head.lock)
        if spec.live_run:
            raise RunInProgress(
                "A run of this spec is under way; end it before you change its state.",
                details={"run_id": spec.live_run},
            )
        if (head.version.id if head.version else None) != body.head_version_id:
            raise StaleEdit("The state has a newer version than the one you saw. Look again, then repeat.")
        wanted = self._history.find(head, body.version_id)
        if head.version and wanted.id == head.version.id:
            raise Conflict("This version is the head already.")
        if head.version and wanted.lineage != head.version.lineage:
            raise Conflict("This version is of another lineage: it belongs to a different state.")
        return wanted

    def _made_anew(
        self,
        principal: Principal,
        spec: Spec,
        head: StateHead,
        wanted: StateVersion,
        act_id: str,
        reason: str,
    ) -> StateVersion:
        """Store the wanted version again, as the successor of the head."""
        serial = max(wanted.serial, head.version.serial if head.version else 0) + 1
        clear = with_serial(self._reader.clear(head, wanted), serial)
        name = object_name(spec.state_key, ObjectPurpose.STATE, act_id, serial)
        return StateVersion(
            serial=serial,
            lineage=wanted.lineage,
            spec_id=head.spec_id,
            sha256=sha256_hex(clear),
            object=self._sealed.write(name, clear, zone_id=head.zone_id, spec_id=head.spec_id),
            status=VersionStatus.ROLLBACK,
            by=principal.user,
            reason=reason,
            resources=wanted.resources,
            created_at=iso(self._clock.now()),
            epoch=head.epoch + 1,
            rollback_of=wanted.id,
        )

    def _sealed_download(self, head: StateHead, version: StateVersion) -> SealedDownload:
        opened = self._sealed.lend(version.object, zone_id=head.zone_id, spec_id=version.spec_id)
        return SealedDownload(url=opened.url, sha256=version.object.sha256, key=opened.key)

    def _record(
        self, principal: Principal, head: StateHead, kind: ActKind, reason: str, **details: str
    ) -> None:
        act = self._act(principal, new_id("act"), kind, reason, dict(details))
        self._rows.record(head, KeptAct(act, request_hash=""), self._entry(head, act))

    def _entry(self, head: StateHead, act: StateAct) -> AuditEntry:
        return self._audit.entry(
            head.zone_id,
            actor=f"user:{act.by}",
            action=ACTIONS[act.kind],
            subject=head.spec_id,
            reason=act.reason,
            after=act.details,
        )

    def _act(
        self,
        principal: Principal,
        act_id: str,
        kind: ActKind,
        reason: str,
        details: dict[str, JsonValue],
    ) -> StateAct:
        return StateAct(
            act_id=act_id,
            kind=kind,
            by=principal.user,
            at=iso(self._clock.now()),
            reason=reason,
            details=details,
        )

    def _done_before(self, head: StateHead, act_id: str, request_hash: str) -> StateAct | None:
        kept = self._rows.act(head, act_id)
        if kept is None:
            return None
        if kept.request_hash != request_hash:
            raise Conflict("This idempotency key was used for a different request.")
        return kept.act

    def _explain_lost_write(self, head: StateHead, act_id: str, request_hash: str) -> StateAct:
        """The act, when its own twin wrote it meanwhile; else somebody else was faster."""
        done = self._done_before(head, act_id, request_hash)
        if done is None:
            raise StaleEdit("The state changed meanwhile. Look again, then repeat.")
        return done


def _act_id(principal: Principal, spec_id: str, kind: ActKind, key: str | None) -> str:
    return id_for("act", f"user:{principal.user} {kind} {spec_id}", key)


def _quoted_bytes(text: str) -> int:
    """Bytes of `text` as a string of a JSON answer that is itself a string in the Lambda's answer."""
    return len(json.dumps(json.dumps(text)))
