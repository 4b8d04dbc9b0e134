"""Where global tables are copied to: regions of one's choice, or one multi-region."""

from ..equivalents.regions import MULTI_REGIONS, REGIONS, MultiRegion
from .draft import GAP, Draft
from .move import Move, converted, lost, undecided
from .paths import Path
from .tables import unknown


def convert_copies(draft: Draft, move: Move) -> None:
    """Give each copy of a global table its region; one that is copied nowhere is a standard one."""
    for index, table in enumerate(draft.source["nosql_tables"]):
        if table["global_replicas"]:
            path: Path = ("nosql_tables", index)
            if move.target.name in MULTI_REGIONS:
                _within_one(draft, move, (*path, "global_replicas"), MULTI_REGIONS[move.target.name])
            else:
                _each(draft, move, (*path, "global_replicas"))
            if all(place is GAP for place in draft.get((*path, "global_replicas"))):
                why = "None of its copies has a place there; choose one, or leave the table in one region."
                draft.put((*path, "table_type"), "standard", undecided(why))


def _each(draft: Draft, move: Move, path: Path) -> None:
    kept: set[str] = set()
    for index, region in enumerate(draft.get(path)):
        becomes = _counterpart(move, region)
        if becomes is None:
            draft.leave_out((*path, index), undecided(f"{unknown(move, region)}; choose one."))
        elif becomes == move.region or becomes in kept:
            where = "the draft's own region" if becomes == move.region else "in the list already"
            draft.leave_out((*path, index), lost(f"There it is {becomes}, which is {where}."))
        else:
            kept.add(becomes)
            draft.put((*path, index), becomes, converted(f"{becomes} is where {region} is, or the nearest."))


def _counterpart(move: Move, region: str) -> str | None:
    """The region's, or one in the same part of the world as a multi-region."""
    multi = MULTI_REGIONS.get(move.source.name, {}).get(region)
    if multi is None:
        return move.counterpart(REGIONS, region)
    places = [move.counterpart(REGIONS, place) for place in multi.stands_for]
    return next((place for place in places if place not in (None, move.region)), None)


def _within_one(draft: Draft, move: Move, path: Path, offered: dict[str, MultiRegion]) -> None:
    """The multi-region that most of the copies, and the draft itself, are in; the first of several."""
    regions: list[str] = draft.get(path)
    there = {region: move.counterpart(REGIONS, region) or "" for region in regions}
    held = {
        name: sum(place.startswith(multi.begins) for place in there.values())
        for name, multi in offered.items()
    }
    best = max(held, key=lambda name: (held[name], move.region.startswith(offered[name].begins)))
    if not held[best]:
        for index, region in enumerate(regions):
            why = f"{move.target.label} has no multi-region where {region} is; it has {', '.join(held)}."
            draft.leave_out((*path, index), undecided(why))
        return
    begins = offered[best].begins
    whole = held[best] == len(regions) and move.region.startswith(begins)
    first = next(index for index, region in enumerate(regions) if there[region].startswith(begins))
    for index, region in enumerate(regions):
        if index == first and whole:
            draft.put((*path, index), best, converted(f"{best} is the multi-region that {region} is in."))
        elif index == first:
            draft.put((*path, index), best, undecided(_outside(move, best, begins)))
        else:
            draft.leave_out((*path, index), lost(f"The table is in {best}, which has its own copies."))


def _outside(move: Move, best: str, begins: str) -> str:
    """What is not where it was, when a table is in the multi-region `best`."""
    rule = f"{move.target.label} keeps a table within one multi-region"
    if move.region.startswith(begins):
        return f"{rule}: it is in {best} alone, with no copy elsewhere."
    return f"{rule}: all of it is in {best} then, and nothing in {move.region}, where the draft is."
