"""Moving a spec to another cloud: a draft beside it, and what became of each of its fields.

The spec itself is not touched. The draft is an ordinary one: it can be edited, planned and deleted.
"""

from pydantic import Field

from ..domain.components import Label
from ..domain.conversion import Conversion, FieldReport, Outcome
from ..domain.errors import NotFound
from ..domain.model import Model
from ..domain.snapshot import canonical_json, config_hash
from ..domain.words import CloudProvider, Role
from ..providers import provider_of
from ..providers.conversion import convert
from .access import Principal
from .ports.specs import Form, SpecStore, StoredSpec
from .spec_views import SpecDetail
from .specs import NOT_THERE, Specs


class ConversionWish(Model):
    """Where a spec is to be moved."""

    provider: CloudProvider = Field(description="The other cloud.")
    region: str | None = Field(
        None, min_length=1, max_length=64, description="Without one, the region in the same place."
    )
    project_name: Label | None = Field(None, description="Of the draft; without one, as the spec's.")


class ConversionView(Model):
    """A draft for another cloud, and how it came about."""

    source_spec_id: str
    source: CloudProvider
    target: CloudProvider
    counts: dict[Outcome, int] = Field(description="Lines of the report by outcome.")
    report: tuple[FieldReport, ...] = Field(description="One line for each field that was filled in.")
    form: Form = Field(description="The draft's configuration when it was made.")
    spec: SpecDetail | None = Field(description="The draft; null when nothing was made.")


class Conversions:
    """Makes drafts of specs for other clouds."""

    def __init__(self, specs: Specs, store: SpecStore) -> None:
        self._specs = specs
        self._store = store

    def preview(self, principal: Principal, spec_id: str, wish: ConversionWish) -> ConversionView:
        """What a conversion would give; nothing is made."""
        self._specs.require(principal, spec_id, Role.VIEWER)
        return _view(spec_id, _converted(self._read(spec_id).form, wish), None)

    def convert(
        self, principal: Principal, spec_id: str, wish: ConversionWish, key: str | None, request_hash: str
    ) -> ConversionView:
        """Make the draft.

        A repeat finds the first draft. When the spec was edited between the two, they are different requests.

        Raises
        ------
        InvalidInput
            The wish can't be granted; each problem is of one of its fields.
        Conflict
            Another spec of the zone has the draft's project, stage and region, or the key was used before.
        """
        self._specs.require(principal, spec_id, Role.PLANNER)
        source, form = self._read(spec_id)
        made = _converted(form, wish)
        same = config_hash(canonical_json({"request": request_hash, "form": made.form}))
        draft = self._specs.create(principal, source.zone_id, made.form, key, same, converted_from=source)
        return _view(spec_id, made, draft)

    def _read(self, spec_id: str) -> StoredSpec:
        found = self._store.read(spec_id)
        if found is None:
            raise NotFound(NOT_THERE)
        return found


def _converted(form: Form, wish: ConversionWish) -> Conversion:
    return convert(
        form,
        provider_of(CloudProvider(form["provider"])),
        provider_of(wish.provider),
        region=wish.region,
        project_name=wish.project_name,
    )


def _view(spec_id: str, made: Conversion, draft: SpecDetail | None) -> ConversionView:
    return ConversionView(
        source_spec_id=spec_id,
        source=made.source,
        target=made.target,
        counts={outcome: made.count(outcome) for outcome in Outcome},
        report=made.report,
        form=made.form,
        spec=draft,
    )
