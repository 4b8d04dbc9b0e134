"""Revisions of a spec: immutable sets of component rows under a number of their own.

A writer first claims a number by putting the revision's *head* (how many components, for which request),
then writes the components. Nobody reads a revision until the spec's row points at it, so a torn one is
invisible; two writers never share a number, so they can't mix. A reader compares the head's count with what
it read: a revision that was purged under a slow reader shows as incomplete, never as an empty spec.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from ...domain.components import COLLECTIONS, SINGLETONS
from ...domain.errors import Unavailable
from ...domain.words import ComponentKind
from .connection import ConditionFailed, absent, dynamodb_errors, get_or_none
from .tables import ComponentRow, spec_pk

Configs = dict[str, Any]
"""Field of the form (``network``, ``databases``) → what was saved of it."""

HEAD_KIND = "revision"
MAX_CLAIMS = 50
"""Numbers tried before giving up: each one taken is another writer, now or torn."""

PURGE_ROWS = 1000


def claim_first(spec_id: str, configs: Configs, request_hash: str) -> bool:
    """Claim revision 1 for a request; its repeat may write it again. ``False``: another request has it."""
    same_request = ComponentRow.request_hash == request_hash
    return _claim(spec_id, 1, configs, request_hash, absent(ComponentRow) | same_request)


def claim_after(spec_id: str, rev: int, configs: Configs, request_hash: str) -> int:
    """Claim the first free number after `rev`."""
    for number in range(rev + 1, rev + 1 + MAX_CLAIMS):
        if _claim(spec_id, number, configs, request_hash, absent(ComponentRow)):
            return number
    raise Unavailable("Too many edits of this spec at once. Try again shortly.")


def write(spec_id: str, rev: int, configs: Configs) -> None:
    """Write a claimed revision's components, 25 rows at a time."""
    with dynamodb_errors(), ComponentRow.batch_write() as batch:
        for kind, name, config in _each(configs):
            sk = f"{_prefix(rev)}#{kind}#{name}"
            batch.save(ComponentRow(spec_pk(spec_id), sk, kind=str(kind), name=name, config=config))


def read(spec_id: str, rev: int) -> Configs | None:
    """A whole revision in one Query; ``None`` when it is not (or no longer) whole."""
    with dynamodb_errors():
        rows = ComponentRow.query(
            spec_pk(spec_id), ComponentRow.sk.between(_prefix(rev), f"{_prefix(rev)}#~"), consistent_read=True
        )
        found = list(rows)
    if not found:
        return None
    head, *components = found
    if head.kind != HEAD_KIND or head.config["components"] != len(components):
        return None
    configs: Configs = dict.fromkeys(SINGLETONS.values())
    configs |= {field: [] for field in COLLECTIONS.values()}
    for row in components:
        kind = ComponentKind(row.kind)
        if kind in SINGLETONS:
            configs[SINGLETONS[kind]] = row.config
        else:
            configs[COLLECTIONS[kind]].append(row.config)
    return configs


def written_for(spec_id: str, rev: int) -> str | None:
    """The request that a revision was written for."""
    head = get_or_none(ComponentRow, spec_pk(spec_id), _prefix(rev))
    return None if head is None else head.request_hash


def purge(spec_id: str, *, keep: tuple[int, ...]) -> None:
    """Drop revisions up to the newest in `keep`, except those; best effort, as nothing points at them."""
    newest = max(keep, default=99_999_999)
    kept = tuple(_prefix(rev) for rev in keep)
    with suppress(Unavailable, ConditionFailed), dynamodb_errors():
        rows = ComponentRow.query(
            spec_pk(spec_id), ComponentRow.sk.between("REV#", f"{_prefix(newest)}#~"), limit=PURGE_ROWS
        )
        with ComponentRow.batch_write() as batch:
            for row in rows:
                if not row.sk.startswith(kept):
                    batch.delete(row)


def _claim(spec_id: str, rev: int, configs: Configs, request_hash: str, condition: Any) -> bool:
    size = sum(1 for _ in _each(configs))
    head = ComponentRow(
        spec_pk(spec_id),
        _prefix(rev),
        kind=HEAD_KIND,
        name="",
        config={"components": size},
        request_hash=request_hash,
    )
    try:
        with dynamodb_errors():
            head.save(condition)
    except ConditionFailed:
        return False
    return True


def _each(configs: Mapping[str, Any]) -> list[tuple[ComponentKind, str, dict[str, Any]]]:
    singles = [
        (kind, kind.value, configs[field])
        for kind, field in SINGLETONS.items()
        if configs.get(field) is not None
    ]
    many = [
        (kind, item["name"], item) for kind, field in COLLECTIONS.items() for item in configs.get(field, [])
    ]
    return singles + many


def _prefix(rev: int) -> str:
    return f"REV#{rev:08}"
