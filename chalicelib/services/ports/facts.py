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
    planned: int = 0
    """Steps that terraform announced; a replacement is two."""
    ended: int = 0
    running: list[str] = []
    """Addresses begun and not ended."""
    failed: bool = False

    @property
    def complete(self) -> bool:
        """Everything that was announced is done."""
        return 0 < self.planned <= self.ended and not self.running and not self.failed


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
