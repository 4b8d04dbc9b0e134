"""Who owns a state's name: the claim that a spec makes when it is created, and gives up when it is deleted.

The claim is the state's own head row, so that a zone, project, stage and region name one state for one spec.
A row that terraform never used is deleted when it is released. One that was used stays, with nobody as its
spec: its epoch must never fall (an old runner could slip past the fence), and its lineage goes on under the
next spec.
"""

from ...domain.errors import Conflict
from ...domain.spec import Spec
from .connection import Transaction, absent, get_or_none
from .tables import StateRow, state_pk

HEAD = "HEAD"
NOBODY = ""
CLAIM = "the state's claim"
RELEASE = "the state's release"


def head_row(spec: Spec) -> StateRow | None:
    """The head of the state that the spec's fields name."""
    return get_or_none(StateRow, state_pk(spec.zone_id, spec.state_name), HEAD)


def claim(write: Transaction, spec: Spec) -> None:
    """Let `write` make the state's name the spec's (:class:`Conflict` when another spec has it)."""
    row = head_row(spec)
    key = (state_pk(spec.zone_id, spec.state_name), HEAD)
    nobody_has_it = StateRow.spec_id == NOBODY
    if row is None:
        fresh = StateRow(*key, zone_id=spec.zone_id, spec_id=spec.spec_id, name=spec.state_name, epoch=0)
        write.put(CLAIM, fresh, absent(StateRow))
    elif row.spec_id == NOBODY:
        write.update(CLAIM, row, [StateRow.spec_id.set(spec.spec_id)], nobody_has_it)
    elif row.spec_id == spec.spec_id:
        write.check(CLAIM, StateRow, key, StateRow.spec_id == spec.spec_id)
    else:
        raise taken(spec, row.spec_id)


def release(write: Transaction, spec: Spec) -> None:
    """Let `write` give the name up, unless somebody holds the state's lock."""
    row = head_row(spec)
    if row is None or row.spec_id != spec.spec_id:
        return
    ours_and_unlocked = (StateRow.spec_id == spec.spec_id) & StateRow.lock_id.does_not_exist()
    never_used = (StateRow.epoch == 0) & StateRow.version.does_not_exist()
    if row.epoch == 0 and row.version is None:
        write.delete(RELEASE, row, ours_and_unlocked & never_used)
    else:
        write.update(RELEASE, row, [StateRow.spec_id.set(NOBODY)], ours_and_unlocked)


def taken(spec: Spec, owner: str) -> Conflict:
    """The refusal of a second spec with the same four."""
    return Conflict(
        f"The spec {owner} already has project {spec.project_name}, stage {spec.environment_stage} and "
        f"region {spec.region} in this zone. Edit it, or choose another project name, stage or region.",
        field="project_name",
        details={"spec_id": owner},
    )
