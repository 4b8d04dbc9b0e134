"""States in DynamoDB: every change of the head is one conditional write against the head that was seen.

The epoch is the fence. It rises with each lock that is granted, and with whatever a person does to the head
by hand; so "the epoch is still the one I saw" means "nobody took over since", and is part of every condition.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from ...domain.audit import AuditEntry
from ...domain.state import Lock, StateAct, StateHead, StateVersion
from ...services.paging import Page, PageRequest
from ...services.ports.states import KeptAct
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
from .paging import newest_first
from .rows import SPEC_SK
from .tables import SpecRow, StateActRow, StateRow, StateVersionRow, spec_pk, state_pk

HEAD = "HEAD"
VERSION = "VERSION#"
ACT = "ACT#"


class DynamoStates:
    """The state rows of the specs table."""

    def head(self, zone_id: str, name: str) -> StateHead | None:
        row = get_or_none(StateRow, state_pk(zone_id, name), HEAD)
        return _head(row) if row else None

    def take_lock(self, seen: StateHead, lock: Lock) -> bool:
        return _update(seen, [_epoch(lock.epoch), *_locked_by(lock)], _as_seen(seen))

    def release_lock(self, seen: StateHead) -> bool:
        return _update(seen, _unlocked(), _as_seen(seen))

    def move_head(self, seen: StateHead, version: StateVersion) -> bool:
        write = Transaction()
        write.put("the version", _version_row(seen, version), absent(StateVersionRow))
        # The lock may come or go meanwhile; it is the epoch that says whether the commit is still due.
        write.update("the head", _key(seen), _pointer(version), _same_epoch(seen) & _same_version(seen))
        return _happens(write)

    def keep(self, head: StateHead, version: StateVersion) -> None:
        with suppress(ConditionFailed), dynamodb_errors():
            _version_row(head, version).save(condition=absent(StateVersionRow))

    def version(self, head: StateHead, version_id: str) -> StateVersion | None:
        row = get_or_none(StateVersionRow, _pk(head), VERSION + version_id)
        return StateVersion.model_validate(row.version) if row else None

    def versions(self, head: StateHead, page: PageRequest) -> Page[StateVersion]:
        key = decode_cursor(page.cursor, within=_pk(head))
        with dynamodb_errors():
            rows = StateVersionRow.query(
                _pk(head),
                StateVersionRow.sk.startswith(VERSION),
                scan_index_forward=False,
                limit=page.limit,
                last_evaluated_key=key,
            )
            items = [StateVersion.model_validate(row.version) for row in rows]
            return Page(items=items, next_cursor=encode_cursor(rows.last_evaluated_key))

    def record(self, head: StateHead, kept: KeptAct, entry: AuditEntry) -> bool:
        return _happens(_acting(head, kept, entry))

    def break_lock(self, seen: StateHead, kept: KeptAct, entry: AuditEntry) -> bool:
        write = _acting(seen, kept, entry)
        fenced = [_epoch(seen.epoch + 1), *_granted_to_nobody()]
        write.update("the head", _key(seen), [*fenced, *_unlocked()], _as_seen(seen))
        return _happens(write)

    def roll_back(self, seen: StateHead, version: StateVersion, kept: KeptAct, entry: AuditEntry) -> bool:
        write = _acting(seen, kept, entry)
        nobody_runs = SpecRow.live_run.does_not_exist()
        write.check("the spec", SpecRow, (spec_pk(seen.spec_id), SPEC_SK), nobody_runs)
        write.put("the version", _version_row(seen, version), absent(StateVersionRow))
        write.update(
            "the head",
            _key(seen),
            [_epoch(version.epoch), *_granted_to_nobody(), *_pointer(version)],
            _as_seen(seen) & _same_version(seen),
        )
        return _happens(write)

    def act(self, head: StateHead, act_id: str) -> KeptAct | None:
        row = get_or_none(StateActRow, _pk(head), ACT + act_id)
        return KeptAct(StateAct.model_validate(row.act), row.request_hash) if row else None

    def acts(self, head: StateHead, page: PageRequest) -> Page[StateAct]:
        return newest_first(
            StateActRow,
            StateActRow.by_zone,
            _acts_of(head),
            page.limit,
            page.cursor,
            lambda row: StateAct.model_validate(row.act),
        )


# Rows and records.


def _pk(head: StateHead) -> str:
    return state_pk(head.zone_id, head.name)


def _key(head: StateHead) -> StateRow:
    return StateRow(_pk(head), HEAD)


def _acts_of(head: StateHead) -> str:
    return f"{_pk(head)}#ACTS"


def _head(row: StateRow) -> StateHead:
    return StateHead(
        zone_id=row.zone_id,
        spec_id=row.spec_id,
        name=row.name,
        epoch=int(row.epoch),
        lock=_lock(row.lock) if row.lock_id else None,
        granted=_lock(row.granted),
        version=StateVersion.model_validate(row.version) if row.version else None,
    )


def _lock(value: Mapping[str, Any] | None) -> Lock | None:
    return Lock.model_validate(value) if value else None


def _version_row(head: StateHead, version: StateVersion) -> StateVersionRow:
    return StateVersionRow(
        _pk(head),
        VERSION + version.id,
        serial=version.serial,
        sha256=version.sha256,
        status=str(version.status),
        version=version.model_dump(mode="json"),
    )


def _act_row(head: StateHead, kept: KeptAct) -> StateActRow:
    return StateActRow(
        _pk(head),
        ACT + kept.act.act_id,
        zone_key=_acts_of(head),
        listed_at=f"{kept.act.at}#{kept.act.act_id}",
        act=kept.act.model_dump(mode="json"),
        request_hash=kept.request_hash,
    )


# What a write does.


def _acting(head: StateHead, kept: KeptAct, entry: AuditEntry) -> Transaction:
    """An act of a person, which nobody did before, and its audit entry."""
    write = Transaction()
    write.put("the act", _act_row(head, kept), absent(StateActRow))
    write.put("the audit entry", audit_row(entry))
    return write


def _epoch(epoch: int) -> Action:
    return StateRow.epoch.set(epoch)


def _locked_by(lock: Lock) -> list[Action]:
    record = lock.model_dump(mode="json")
    return [StateRow.lock_id.set(lock.info.id), StateRow.lock.set(record), StateRow.granted.set(record)]


def _unlocked() -> list[Action]:
    return [StateRow.lock_id.remove(), StateRow.lock.remove()]


def _granted_to_nobody() -> list[Action]:
    return [StateRow.granted.remove()]


def _pointer(version: StateVersion) -> list[Action]:
    return [
        StateRow.serial.set(version.serial),
        StateRow.sha256.set(version.sha256),
        StateRow.version.set(version.model_dump(mode="json")),
    ]


# On which conditions.


def _as_seen(seen: StateHead) -> Condition:
    """Nobody took, broke or released the lock since, and the same spec still claims the state."""
    condition: Condition = _same_epoch(seen) & _same_lock(seen)
    return condition


def _same_epoch(seen: StateHead) -> Condition:
    condition: Condition = (StateRow.spec_id == seen.spec_id) & (StateRow.epoch == seen.epoch)
    return condition


def _same_lock(seen: StateHead) -> Condition:
    if seen.lock is None:
        return StateRow.lock_id.does_not_exist()
    condition: Condition = StateRow.lock_id == seen.lock.info.id
    return condition


def _same_version(seen: StateHead) -> Condition:
    if seen.version is None:
        return StateRow.serial.does_not_exist()
    same_serial = StateRow.serial == seen.version.serial
    condition: Condition = same_serial & (StateRow.sha256 == seen.version.sha256)
    return condition


def _update(seen: StateHead, actions: list[Action], condition: Condition) -> bool:
    # A plain update, as two transactions on one item would refuse each other without judging the condition.
    try:
        with dynamodb_errors():
            _key(seen).update(actions=actions, condition=condition)
    except ConditionFailed:
        return False
    return True


def _happens(write: Transaction) -> bool:
    try:
        with write:
            pass
    except ConditionFailed:
        return False
    return True
