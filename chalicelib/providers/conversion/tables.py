"""Values that have a counterpart: machines, engines, versions and sizes."""

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.domain.conversion import Outcome

from ..base import Engine
from ..equivalents import Table
from ..equivalents.engines import CACHE_ENGINES, DATABASE_ENGINES, same_release
from ..equivalents.sizes import CACHE_NODE_TYPES, CAPACITY_RANGES, CAPACITY_STEPS, INSTANCE_TYPES, step_for
from .draft import Draft
from .move import Move, converted, undecided
from .paths import Path


@dataclass(frozen=True)
class Lookup:
    """A field whose values a table knows."""

    collection: str
    name: str
    table: Table
    same: str
    """How the counterpart is like it, as the end of a sentence."""


LOOKUPS = (
    Lookup("databases", "engine", DATABASE_ENGINES, "speaks the same protocol"),
    Lookup("caches", "engine", CACHE_ENGINES, "speaks the same protocol"),
    Lookup("caches", "node_type", CACHE_NODE_TYPES, "is the size nearest to it"),
)


def convert_tables(draft: Draft, move: Move) -> None:
    """Give every value that a table knows its counterpart."""
    for lookup in LOOKUPS:
        for index, _ in enumerate(draft.source[lookup.collection]):
            _look_up(draft, move, (lookup.collection, index, lookup.name), lookup)
    _machines(draft, move)
    for collection, engines in (
        ("databases", move.target.catalogue.database_engines),
        ("caches", move.target.catalogue.cache_engines),
    ):
        for index, _ in enumerate(draft.source[collection]):
            _version(draft, (collection, index), engines)
    for index, _ in enumerate(draft.source["databases"]):
        _capacity(draft, move, ("databases", index))


def _look_up(draft: Draft, move: Move, path: Path, lookup: Lookup) -> None:
    value = draft.get(path)
    found = move.counterpart(lookup.table, value)
    if found is not None:
        draft.put(path, found, converted(f"{found} of {move.target.label} {lookup.same}."))
    else:
        becomes = move.default(path)
        draft.put(path, becomes, undecided(f"{unknown(move, value)}; the draft takes {becomes}."))


def _machines(draft: Draft, move: Move) -> None:
    """A cluster keeps the machines that have a counterpart; without any, the stage's."""
    if draft.get(("cluster",)) is None:
        return
    path = ("cluster", "instance_types")
    types = draft.get(path)
    found = [move.counterpart(INSTANCE_TYPES, name) for name in types]
    for index, (name, becomes) in enumerate(zip(types, found, strict=True)):
        if becomes is not None:
            same = "is the machine nearest to it"
            draft.put((*path, index), becomes, converted(f"{becomes} of {move.target.label} {same}."))
        elif any(found) or index:
            draft.leave_out((*path, index), undecided(f"{unknown(move, name)}; the others stay."))
        else:
            usual = move.default(path)[0]
            draft.put((*path, index), usual, undecided(f"{unknown(move, name)}; the draft takes {usual}."))


def _version(draft: Draft, path: Path, engines: Sequence[Engine]) -> None:
    was, becomes = (draft.source[str(path[0])][path[1]]["engine"], draft.get((*path, "engine")))
    offered = next((engine.versions for engine in engines if engine.name == becomes), ())
    version = draft.get((*path, "engine_version"))
    same = same_release(was, version, offered) if _same_engine(draft, path) else None
    if same is not None:
        draft.put((*path, "engine_version"), same, converted(f"{becomes} {same} is the same release."))
    elif offered:
        why = f"{becomes} has no such release as {was} {version} there; the draft takes {offered[0]}."
        draft.put((*path, "engine_version"), offered[0], undecided(why))


def _same_engine(draft: Draft, path: Path) -> bool:
    """Whether the engine has a counterpart, so that its releases mean something."""
    note = draft.notes.get((*path, "engine"))
    return note is None or note.outcome is not Outcome.DECISION


def _capacity(draft: Draft, move: Move, path: Path) -> None:
    """One size for a range, where the target has fixed sizes; it holds the most that the range could."""
    if move.target.name in CAPACITY_RANGES or move.source.name not in CAPACITY_RANGES:
        return
    most = draft.get((*path, "max_capacity"))
    step = step_for(most)
    if step is None:
        becomes = float(CAPACITY_STEPS[-1])
        note = undecided(f"{move.target.label} has nothing for {most:g} units; the draft takes the largest.")
    else:
        becomes = float(step)
        label = move.target.label
        note = converted(f"{label} has fixed sizes: the smallest that holds {most:g} units, at all times.")
    for name in ("min_capacity", "max_capacity"):
        draft.put((*path, name), becomes, note)


def unknown(move: Move, value: str) -> str:
    """The beginning of a sentence about a value that no table knows."""
    return f"{value} of {move.source.label} has no counterpart on {move.target.label} that is known here"
