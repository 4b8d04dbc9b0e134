"""Moving a spec to another cloud: the same form in the other cloud's words, and a line about every field.

::

    source's form ─► what belongs to the source's account is left behind      bound
                  ─► values that have a counterpart get it                    tables
                  ─► copies of global tables get their region                 copies
                  ─► options and receivers that the target lacks are left out bound
                  ─► what will do something else there gets a remark          meanings
                  ─► what the target still refuses is mended                  mending
                  ─► draft's form, and the report                             draft

Nothing here knows which clouds there are: tables of ``equivalents`` and the target's own rules decide.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from chalicelib.domain.conversion import Conversion
from chalicelib.domain.errors import FieldProblem, InvalidInput
from chalicelib.domain.problems import problems_of
from chalicelib.domain.spec import SpecForm

from ..base import Provider
from ..equivalents.regions import REGIONS
from .bound import convert_options, convert_subscriptions, leave_behind
from .copies import convert_copies
from .draft import Draft
from .meanings import remark_on_meanings
from .mending import Mending
from .move import Move, converted, label_of, undecided
from .tables import convert_tables

__all__ = ["convert"]

STEPS = (
    *(leave_behind, convert_tables, convert_copies, convert_options, convert_subscriptions),
    remark_on_meanings,
)


def convert(
    form: Mapping[str, Any],
    source: Provider,
    target: Provider,
    *,
    region: str | None = None,
    project_name: str | None = None,
) -> Conversion:
    """Turn a form of `source` into one that `target` accepts. The same question has the same answer.

    Parameters
    ----------
    form : Mapping
        A stored form of the source; the source's rules need not accept it any more.
    region : str, optional
        Of the target; without one, the counterpart of the source's.
    project_name : str, optional
        What the draft's project is called; without one, as the source's.

    Raises
    ------
    InvalidInput
        The target is the source, the region has no counterpart or is not offered, or the name is refused.
    """
    if target.name is source.name:
        problem = f"is {target.name} already; choose another cloud to move the spec to"
        raise InvalidInput([FieldProblem(("provider",), problem)])
    whole = _whole(form)
    move = Move(source, target, whole.environment_stage, region or _counterpart(whole.region, source, target))
    draft = Draft(whole.model_dump(mode="json"))
    _readdress(draft, move, asked_region=region, project_name=project_name)
    for step in STEPS:
        step(draft, move)
    Mending(draft, move).mend()
    return Conversion(
        source=source.name,
        target=target.name,
        form=_whole(draft.form()).model_dump(mode="json"),
        report=draft.report(),
    )


def _readdress(draft: Draft, move: Move, *, asked_region: str | None, project_name: str | None) -> None:
    """Where the draft is, what it is called, and that its account is to be chosen."""
    draft.put(("provider",), move.target.name.value, converted("As you asked."))
    draft.put(("region",), move.region, converted(_place(move, draft.get(("region",)), asked_region)))
    if project_name is not None:
        draft.put(("project_name",), project_name, converted("As you asked."))
    why = f"Choose a linked account of {move.target.label}; until then the draft can't be planned."
    draft.leave_out(("cloud_identity",), undecided(why))


def _place(move: Move, was: str, asked_region: str | None) -> str:
    """Where the draft is, in people's words: the nearest region may be in another country."""
    here = label_of(was, move.source.catalogue.regions) or was
    there = label_of(move.region, move.target.catalogue.regions) or move.region
    how = "As you asked" if asked_region else "The same place, or the nearest"
    return f"{how}: {there} of {move.target.label}, for {here} of {move.source.label}."


def _counterpart(region: str, source: Provider, target: Provider) -> str:
    found = REGIONS.counterpart(region, source.name, target.name)
    if found is None:
        offered = ", ".join(choice.value for choice in target.catalogue.regions)
        problem = f"say which: {region} has no counterpart on {target.label}; there are {offered}"
        raise InvalidInput([FieldProblem(("region",), problem)])
    return found


def _whole(form: Mapping[str, Any]) -> SpecForm:
    try:
        return SpecForm.model_validate(form)
    except ValidationError as error:
        raise InvalidInput(problems_of(error)) from None
