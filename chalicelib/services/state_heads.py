"""From a spec to its state: the folder of its objects, and the row that decides."""

from ..domain.errors import NotFound
from ..domain.spec import Spec
from ..domain.state import StateHead
from .ports.states import SpecLookup, StateRows


class StateHeads:
    """Finds the state of a spec."""

    def __init__(self, specs: SpecLookup, rows: StateRows) -> None:
        self._specs = specs
        self._rows = rows

    def folder(self, spec_id: str) -> str:
        """Where the spec's objects lie: ``{zone_id}/{state_name}/terraform.tfstate``."""
        return self._spec(spec_id).state_key

    def of_spec(self, spec_id: str) -> StateHead:
        """The head of the spec's state, read consistently; :class:`NotFound` when it claims none."""
        spec = self._spec(spec_id)
        head = self._rows.head(spec.zone_id, spec.state_name)
        if head is None or head.spec_id != spec_id:
            raise NotFound("This spec has no terraform state.")
        return head

    def _spec(self, spec_id: str) -> Spec:
        spec = self._specs.get(spec_id)
        if spec is None:
            raise NotFound("There is no such spec.")
        return spec
