"""What is observed of a spec's components, apart from what was asked for."""

from collections.abc import Sequence
from typing import Protocol

from ...domain.model import Model
from ...domain.spec import ComponentFacts


class Work(Model):
    """What terraform has in hand for one component, within one attempt."""

    attempt_id: str
    seen: int = 0
    """Number of the last event that was taken in: a repeat changes nothing."""
    left: int = 0
    """Planned steps (a replacement is two) that are not complete."""
    running: list[str] = []
    """Addresses begun and not ended."""


class ComponentRecord(ComponentFacts):
    """A component's facts with what the control plane keeps beside them."""

    work: Work | None = None
    version: int = 0
    """Rises with each write; a writer that read an older one loses."""
    updated_at: str = ""


class FactStore(Protocol):
    """Rows of facts."""

    def of_spec(self, spec_id: str) -> Sequence[ComponentRecord]:
        """All of a spec's components that were ever observed."""

    def put(self, spec_id: str, components: Sequence[ComponentRecord]) -> None:
        """Write each one whose version is still the one that was read; leave the others alone."""
