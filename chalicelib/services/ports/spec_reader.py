"""What runs need to know about a spec."""

from typing import Protocol

from ...domain.messages import CloudAccess
from ...domain.spec import Spec


class SpecReader(Protocol):
    """Strongly consistent reads of one spec as it is now."""

    def get(self, spec_id: str) -> Spec | None: ...

    def snapshot(self, spec_id: str) -> tuple[Spec, str, str]:
        """The spec, the canonical text of its configuration, and that text's hash."""
        ...

    def require_ready_to_plan(self, spec_id: str) -> None:
        """:class:`~chalicelib.domain.errors.InvalidInput` naming each thing that a plan lacks."""
        ...

    def cloud_access(self, spec_id: str) -> CloudAccess:
        """How a runner gets credentials for the spec's account."""
        ...
