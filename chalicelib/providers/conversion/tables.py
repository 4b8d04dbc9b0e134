"""Values that have a counterpart: machines, engines, versions and sizes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from chalicelib.domain.conversion import Outcome

from ..base import Choice, Engine
from ..equivalents import Table
from ..equivalents.engines import CACHE_ENGINES, DATABASE_ENGINES, release_of, same_release
from ..equivalents.sizes import (
    CACHE_NODE_TYPES,
    CAPACITY_RANGES,
    CAPACITY_STEPS,
    GIB_OF_A_UNIT,
    INSTANCE_TYPES,
    MACHINE_OPTIONS,
    step_for,
    units_of,
)
from .draft import Draft, Note
from .move import Move, converted, label_of, lost, undecided
from .paths import OPTIONS_FIELD, Path

ENGINES = (("databases", DATABASE_ENGINES), ("caches", CACHE_ENGINES))
"""Collection → what its engines are elsewhere."""

ENOUGH = 0.9
"""Part of a cache's memory that a person need not be asked about."""


@dataclass(frozen=True)
class Size:
    """A kind of size, and what each cloud offers of it."""

    what: str
    table: Table
    here: Sequence[Choice]
    there: Sequence[Choice]

    def nearest(self, move: Move, was: str, becomes: str) -> str:
        """Why `becomes`: what it has, and what `was` had, where the catalogues say so."""
        there = label_of(becomes, self.there)
        here = label_of(was, self.here) or label_of(self.table.same_as.get(was), self.here)
        sizes = f": {there}, for {here}" if there and here else ""
        return f"The {self.what} of {move.target.label} nearest to it{sizes}."


def convert_tables(draft: Draft, move: Move) -> None:
    """Give every value that a table knows its counterpart."""
    for collection, table in ENGINES:
        for path in _present(draft, collection):
            _engine(draft, move, (*path, "engine"), table)
    _machines(draft, move)
    _cache_nodes(draft, move)
    for collection, engines in (
        ("databases", move.target.catalogue.database_engines),
        ("caches", move.target.catalogue.cache_engines),
    ):
        for path in _present(draft, collection):
            _version(draft, path, engines)
    for path in _present(draft, "databases"):
        _capacity(draft, move, path)


def _present(draft: Draft, collection: str) -> Iterator[Path]:
    """Where each component is that was not left out."""
    for index, _ in enumerate(draft.source[collection]):
        if draft.get((collection, index)) is not None:
            yield (collection, index)


def _take(
    draft: Draft, component: Path, path: Path, becomes: str | None, why: str, offered: Sequence[Choice] = ()
) -> None:
    """Put what the target has usually; where it has nothing of the kind, the component can't be."""
    label = label_of(becomes, offered)
    if becomes is None:
        draft.leave_out(component, undecided(f"{why}, and nothing is taken instead."))
    else:
        draft.put(
            path, becomes, undecided(f"{why}; the draft takes {becomes}{f' ({label})' if label else ''}.")
        )


def _engine(draft: Draft, move: Move, path: Path, table: Table) -> None:
    value = draft.get(path)
    found = move.counterpart(table, value)
    if found is not None:
        draft.put(path, found, converted(f"{found} of {move.target.label} speaks the same protocol."))
    else:
        _take(draft, path[:2], path, move.default(path), unknown(move, value))


def _cache_nodes(draft: Draft, move: Move) -> None:
    here, there = move.source.catalogue.cache_node_types, move.target.catalogue.cache_node_types
    size = Size("size", CACHE_NODE_TYPES, here, there)
    for component in _present(draft, "caches"):
        path: Path = (*component, "node_type")
        value = draft.get(path)
        found = move.counterpart(size.table, value)
        if found is not None and _memory(found, there) < ENOUGH * _memory(value, here):
            why = f"{size.nearest(move, value, found)} That is less memory: look whether it is enough."
            draft.put(path, found, undecided(why))
        elif found is not None:
            draft.put(path, found, converted(size.nearest(move, value, found)))
        else:
            # What this cloud offers and no row holds is larger than all of them.
            largest = size.table.column(move.target.name)[-1:] if label_of(value, here) else ()
            _take(
                draft,
                component,
                path,
                next(iter(largest), move.default(path)),
                unknown(move, value, here),
                there,
            )


def _memory(node_type: str, offered: Sequence[Choice]) -> float:
    """The first number of what people call it; 0 for what is not offered."""
    number = re.match(r"[\d.]+", label_of(node_type, offered) or "")
    return float(number[0]) if number else 0.0


def _machines(draft: Draft, move: Move) -> None:
    """A cluster keeps the machines that have a counterpart; without any, the stage's."""
    if draft.get(("cluster",)) is None:
        return
    path = ("cluster", "instance_types")
    here, there = move.source.catalogue.instance_types, move.target.catalogue.instance_types
    size = Size("machine", INSTANCE_TYPES, here, there)
    types = draft.get(path)
    found = [move.counterpart(INSTANCE_TYPES, name) for name in types]
    for index, (name, becomes) in enumerate(zip(types, found, strict=True)):
        if becomes in found[:index] and becomes is not None:
            draft.leave_out((*path, index), lost(f"There it is {becomes}, which is in the list already."))
        elif becomes is not None:
            draft.put((*path, index), becomes, converted(size.nearest(move, name, becomes)))
        elif any(found) or index:
            draft.leave_out((*path, index), undecided(f"{unknown(move, name, here)}; the others stay."))
        else:
            usual = next(iter(move.default(path) or ()), None)
            _take(draft, ("cluster",), (*path, index), usual, unknown(move, name, here), there)
            if usual is None:
                return


def _version(draft: Draft, path: Path, engines: Sequence[Engine]) -> None:
    was, becomes = (draft.source[str(path[0])][path[1]]["engine"], draft.get((*path, "engine")))
    offered = next((engine.versions for engine in engines if engine.name == becomes), ())
    version = draft.get((*path, "engine_version"))
    same = same_release(was, version, offered) if _same_engine(draft, path) else None
    if same is not None:
        why = f"{becomes} {same} is of the same release, {release_of(was, version)}."
        draft.put((*path, "engine_version"), same, converted(why))
    elif offered:
        why = f"{becomes} has no such release as {was} {version} there; the draft takes {offered[0]}."
        draft.put((*path, "engine_version"), offered[0], undecided(why))


def _same_engine(draft: Draft, path: Path) -> bool:
    """Whether the engine has a counterpart, so that its releases mean something."""
    note = draft.notes.get((*path, "engine"))
    return note is None or note.outcome is not Outcome.DECISION


def _capacity(draft: Draft, move: Move, path: Path) -> None:
    """The same memory: of the machine, if one is named, or else the most that a range could grow to."""
    machine = draft.get((*path, OPTIONS_FIELD, MACHINE_OPTIONS.get(move.source.name, "")))
    most = draft.get((*path, "max_capacity"))
    ranges = move.target.name in CAPACITY_RANGES
    if machine is not None:
        _put_capacity(draft, path, *_of_machine(move, machine, most, ranges=ranges))
    elif not ranges and move.source.name in CAPACITY_RANGES:
        why = f"{move.target.label} has fixed sizes: this one holds the {most:g} units that it could grow to"
        _put_capacity(draft, path, *_step(move, most, f"{why}, and is paid for at all times."))


def _of_machine(move: Move, machine: str, most: float, *, ranges: bool) -> tuple[float, Note]:
    units = units_of(machine)
    if units is None:
        return most, undecided(
            f"How much memory {machine} has is not known here; say what the database needs."
        )
    why = f"{machine} has {units * GIB_OF_A_UNIT:g} GiB, and a unit is {GIB_OF_A_UNIT} GiB."
    if ranges:
        return min(max(1.0, ceil(units * 2) / 2), 256.0), converted(why)
    return _step(move, units, why)


def _step(move: Move, units: float, why: str) -> tuple[float, Note]:
    """The smallest fixed size that holds `units`."""
    step = step_for(units)
    if step is not None:
        return float(step), converted(why)
    largest = float(CAPACITY_STEPS[-1])
    return largest, undecided(
        f"{move.target.label} has nothing for {units:g} units; the draft takes the largest."
    )


def _put_capacity(draft: Draft, path: Path, becomes: float, note: Note) -> None:
    for name in ("min_capacity", "max_capacity"):
        draft.put((*path, name), becomes, note)


def unknown(move: Move, value: str, offered: Sequence[Choice] = ()) -> str:
    """The beginning of a sentence about a value that has no counterpart where the draft is."""
    label = label_of(value, offered)
    told = f"{value} ({label})" if label else value
    return f"{told} of {move.source.label} has no counterpart on {move.target.label} that is known here"
