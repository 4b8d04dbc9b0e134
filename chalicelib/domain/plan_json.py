"""From ``terraform show -json`` to what a reviewer looks at.

Two roads lead to the same counts: terraform's plan events, which are there first (:func:`summarise`), and the
plan's JSON, which adds every attribute (:func:`convert`). Data sources, moves and no-ops are left out. A
value that terraform marks sensitive, at any depth and on either side of the change, never leaves here.

Speed matters for large plans (``benchmarks/plan_json.py``): rows are built as plain dicts and become models
in one call into pydantic's compiled core.
"""

import gc
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from .plan import Action, Counts, Group, PlanSummary, ResourceChange
from .words import ComponentKind

GroupOf = Callable[[str], str]
"""A resource type → the service's name, such as ``AWS EKS``."""

ComponentOf = Callable[[str], tuple[ComponentKind, str] | None]
"""A resource address → the component of the spec that it belongs to."""

MAX_VALUE_CHARS = 16 * 1024
"""Longer strings are cut; what is left names length and sha256, so that a change stays visible."""


class ConvertedPlan(NamedTuple):
    """A plan, ready for review. Both lists are ordered by group and address."""

    summary: PlanSummary
    changes: list[ResourceChange]
    drift: list[ResourceChange]


def action_of(actions: list[str]) -> Action:
    """terraform's list of actions as one: a delete and a create in either order are a replacement."""
    if len(actions) == 1:
        return _ACTIONS[actions[0]]
    return Action.REPLACE


def summarise(
    changes: Iterable[tuple[str, Action]], group_of: GroupOf, *, outputs_changed: int = 0
) -> PlanSummary:
    """Counts in all and by group, from pairs of resource type and action."""
    totals = dict.fromkeys(_COUNTED, 0)
    groups: dict[str, dict[Action, int]] = {}
    for resource_type, action in changes:
        if action in totals:
            totals[action] += 1
            group = groups.setdefault(group_of(resource_type), dict.fromkeys(_COUNTED, 0))
            group[action] += 1
    return PlanSummary(
        counts=_counts(totals),
        groups=[Group(name=name, counts=_counts(groups[name])) for name in sorted(groups)],
        outputs_changed=outputs_changed,
    )


def convert(plan: Mapping[str, Any], *, group_of: GroupOf, component_of: ComponentOf) -> ConvertedPlan:
    """Turn a plan's JSON into counts, changes and drift.

    Parameters
    ----------
    plan : Mapping
        The answer of ``terraform show -json <plan file>``.
    """
    with _no_cycle_collection():
        changes = list(_rows(plan.get("resource_changes") or [], group_of, component_of))
        drifted = _rows(plan.get("resource_drift") or [], group_of, component_of)
        drift = [row for row in drifted if _is_real_drift(row)]
        outputs = (plan.get("output_changes") or {}).values()
        summary = summarise(
            ((row["resource_type"], row["action"]) for row in changes),
            group_of,
            outputs_changed=sum(output["actions"] != ["no-op"] for output in outputs),
        )
        return ConvertedPlan(summary, _models(changes), _models(drift))


@contextmanager
def _no_cycle_collection() -> Iterator[None]:
    """Keep the collector from walking a hundred thousand new objects, none of them in a cycle.

    It halves the time of :func:`convert`.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


_ACTIONS = {
    "create": Action.CREATE,
    "update": Action.UPDATE,
    "delete": Action.DESTROY,
    "read": Action.READ,
    "forget": Action.FORGET,
    "no-op": Action.NO_OP,
}
_COUNTED = (Action.CREATE, Action.UPDATE, Action.REPLACE, Action.DESTROY)
_LEFT_OUT = frozenset({Action.READ, Action.NO_OP})

_REASONS = {
    "replace_because_tainted": "it is tainted: an earlier apply left it half made",
    "replace_because_cannot_update": "a change can't be made in place",
    "replace_by_request": "its replacement was asked for",
    "replace_by_triggers": "something that it depends on is replaced",
    "delete_because_no_resource_config": "it is no longer in the configuration",
    "delete_because_no_module": "its module is no longer in the configuration",
    "delete_because_wrong_repetition": "its count or for_each changed",
    "delete_because_count_index": "its index is beyond the count",
    "delete_because_each_key": "its key is no longer in for_each",
    "delete_because_no_move_target": "it was moved to an address that is not configured",
}

Row = dict[str, Any]
_ROWS = TypeAdapter(list[ResourceChange])


def _models(rows: list[Row]) -> list[ResourceChange]:
    rows.sort(key=lambda row: (row["group"], row["address"]))
    return _ROWS.validate_python(rows)


def _counts(totals: Mapping[Action, int]) -> Counts:
    return Counts(
        create=totals[Action.CREATE],
        update=totals[Action.UPDATE],
        replace=totals[Action.REPLACE],
        destroy=totals[Action.DESTROY],
    )


def _rows(resources: list[Any], group_of: GroupOf, component_of: ComponentOf) -> Iterator[Row]:
    for resource in resources:
        change = resource["change"]
        action = action_of(change["actions"])
        if action in _LEFT_OUT or resource.get("mode") == "data":
            continue
        address, resource_type = resource["address"], resource["type"]
        kind, name = component_of(address) or (None, None)
        reason = resource.get("action_reason")
        yield {
            "address": address,
            "resource_type": resource_type,
            "group": group_of(resource_type),
            "action": action,
            "component_kind": kind,
            "component_name": name,
            "reason": reason and _REASONS.get(reason, reason.replace("_", " ")),
            "attributes": _attributes(change),
        }


def _attributes(change: Mapping[str, Any]) -> list[Row]:
    found: list[Row] = []
    _compare(
        "",
        change.get("before"),
        change.get("after"),
        change.get("after_unknown"),
        change.get("before_sensitive"),
        change.get("after_sensitive"),
        found,
    )
    if change.get("replace_paths"):
        forcing = [_joined(path) for path in change["replace_paths"]]
        for row in found:
            row["forces_replacement"] = any(_overlap(row["path"], path) for path in forcing)
    return found


def _compare(
    path: str, before: Any, after: Any, unknown: Any, hidden_before: Any, hidden_after: Any, found: list[Row]
) -> None:
    """Append a row for each leaf that differs.

    ``unknown`` and the two ``hidden`` mirror the value's shape, with ``True`` where a whole branch is
    unknown or sensitive, and may be absent or shorter wherever nothing is.
    """
    if hidden_before is True or hidden_after is True:
        if unknown is True or before != after:
            found.append({"path": path, "sensitive": True, "unknown": unknown is True})
        return
    if unknown is True:
        row = {"path": path, "unknown": True}
        found.append(row | ({"sensitive": True} if _any(hidden_before) else {"before": _shortened(before)}))
        return
    if before == after and not unknown:
        return
    if isinstance(after, dict) or isinstance(before, dict):
        old, new = {} if before is None else before, {} if after is None else after
        if isinstance(old, dict) and isinstance(new, dict):
            unknowns = unknown if isinstance(unknown, dict) else {}
            hidden_old = hidden_before if isinstance(hidden_before, dict) else {}
            hidden_new = hidden_after if isinstance(hidden_after, dict) else {}
            for key in {**old, **new, **unknowns}:
                one, other, not_known = old.get(key), new.get(key), unknowns.get(key)
                if one == other and not not_known:
                    continue
                here = path + _key(key) if path else _key(key).lstrip(".")
                old_mark, new_mark = hidden_old.get(key), hidden_new.get(key)
                if (
                    type(other) in _SCALARS
                    and type(one) in _SCALARS
                    and not (not_known or old_mark or new_mark)
                ):
                    found.append({"path": here, "before": _shortened(one), "after": _shortened(other)})
                else:
                    _compare(here, one, other, not_known, old_mark, new_mark, found)
            return
    elif isinstance(after, list) or isinstance(before, list):
        old, new = [] if before is None else before, [] if after is None else after
        if isinstance(old, list) and isinstance(new, list):
            marks = unknown if isinstance(unknown, list) else []
            for index in range(max(len(old), len(new), len(marks))):
                _compare(
                    f"{path}[{index}]",
                    _at(old, index),
                    _at(new, index),
                    _at(marks, index),
                    _at(hidden_before, index),
                    _at(hidden_after, index),
                    found,
                )
            return
    if before == after:
        return
    if _any(hidden_before) or _any(hidden_after):
        found.append({"path": path, "sensitive": True})
    else:
        found.append({"path": path, "before": _shortened(before), "after": _shortened(after)})


def _at(items: Any, index: int) -> Any:
    return items[index] if isinstance(items, list) and index < len(items) else None


def _any(marks: Any) -> bool:
    """Whether anything below is marked."""
    if isinstance(marks, dict):
        return any(_any(mark) for mark in marks.values())
    if isinstance(marks, list):
        return any(_any(mark) for mark in marks)
    return marks is True


def _shortened(value: Any) -> Any:
    if isinstance(value, str):
        if len(value) <= MAX_VALUE_CHARS:
            return value
        digest = hashlib.sha256(value.encode()).hexdigest()
        return f"{value[:MAX_VALUE_CHARS]}… (cut: {len(value)} characters, sha256 {digest})"
    if isinstance(value, dict):
        return {key: _shortened(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_shortened(item) for item in value]
    return value


_SCALARS = frozenset({str, int, float, bool, type(None)})
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*").fullmatch
_KEYS: dict[str, str] = {}
"""Attribute names repeat thousands of times in a plan; at most a few thousand differ."""


def _key(key: str) -> str:
    step = _KEYS.get(key)
    if step is None:
        step = f".{key}" if _PLAIN_KEY(key) else f'["{key}"]'
        if len(_KEYS) < 10_000:
            _KEYS[key] = step
    return step


def _joined(path: list[str | int]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else _key(step) for step in path).lstrip(".")


def _overlap(path: str, other: str) -> bool:
    """Whether one of two paths is the other or lies inside it."""
    short, long = sorted((path, other), key=len)
    return long == short or (long.startswith(short) and long[len(short)] in ".[")


def _is_real_drift(row: Row) -> bool:
    """Whether anything is left without changes between null and empty, which providers report at random."""
    row["attributes"] = [
        attribute
        for attribute in row["attributes"]
        if attribute.get("sensitive")
        or not (_empty(attribute.get("before")) and _empty(attribute.get("after")))
    ]
    return bool(row["attributes"]) or row["action"] is not Action.UPDATE


def _empty(value: Any) -> bool:
    return value is None or value in ("", [], {})
