"""The frozen configuration of a job, and the hash that an approval is bound to.

A snapshot is stored as canonical JSON text (RFC 8785) and hashed *as stored*. Dumping a model again would
let a new default change the hash of every waiting plan; parsing the text never changes it.
"""

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import rfc8785

from .components import COLLECTIONS, SINGLETONS

SCHEMA = 1
"""Raised when the snapshot's shape changes; a runner refuses a schema that it does not know."""

EXACT = 2**53 - 1
"""Beyond it, JSON integers stop being exact, and RFC 8785 refuses them; floats it writes as they are."""


def canonical_json(value: Any) -> str:
    """RFC 8785 text of a JSON value; DynamoDB's ``Decimal`` becomes the number it stands for."""
    return rfc8785.dumps(_plain(value)).decode()


def sha256_hex(data: str | bytes) -> str:
    """Lower-case hex sha256 of bytes, or of a text's UTF-8."""
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def config_hash(snapshot_text: str) -> str:
    """The hash of a stored snapshot, over exactly the text that was stored."""
    return sha256_hex(snapshot_text)


def build_snapshot(
    *, form: Mapping[str, Any], provider: str, account_id: str | None, role_reference: str | None
) -> str:
    """Assemble the configuration into one canonical text.

    Parameters
    ----------
    form : Mapping
        The spec's stored configuration (the form's fields, defaults filled in at the time it was saved).
    account_id, role_reference : str or None
        What the cloud identity resolves to now: where an apply would go, and as whom.

    Returns
    -------
    str
        Canonical JSON with no status, time, cost, row id or token in it. ``git_access_token`` is present
        and empty, as the runner fetches one when it needs one.
    """
    snapshot: dict[str, Any] = {
        "schema": SCHEMA,
        "provider": provider,
        "account_id": account_id,
        "role_reference": role_reference,
        "git_access_token": "",
    }
    for name in ("project_name", "environment_stage", "region", "terraform_version"):
        snapshot[name] = form[name]
    for field in SINGLETONS.values():
        snapshot[field] = form.get(field)
    for field in COLLECTIONS.values():
        snapshot[field] = sorted(form.get(field, []), key=lambda item: item["name"])
    return canonical_json(snapshot)


def changed_fields(before: str, after: str) -> list[str]:
    """The paths at which two snapshots differ, such as ``databases[orders].max_capacity``, in order."""
    changes: list[str] = []
    _compare(json.loads(before), json.loads(after), "", changes)
    return changes


def _compare(before: Any, after: Any, path: str, changes: list[str]) -> None:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            _compare(before.get(key), after.get(key), f"{path}.{key}" if path else key, changes)
    elif _named(before) and _named(after) and (before or after):
        olds, news = ({item["name"]: item for item in items} for items in (before, after))
        for name in sorted(olds.keys() | news.keys()):
            _compare(olds.get(name), news.get(name), f"{path}[{name}]", changes)
    elif before != after:
        changes.append(path)


def _named(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) and "name" in item for item in value)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return _whole(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float) and value.is_integer():
        return _whole(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _whole(value: Decimal | float) -> int | float:
    """``1.0`` is ``1``; beyond what JSON carries exactly, a number stays the float that it is."""
    return int(value) if abs(float(value)) <= EXACT else float(value)
