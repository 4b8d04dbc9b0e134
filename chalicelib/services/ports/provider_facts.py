"""What a cloud's provider knows about terraform's addresses and outputs."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from ...domain.spec import ComponentFacts
from ...domain.spec_config import SpecConfig
from ...domain.words import ComponentKind


class ProviderFacts(Protocol):
    """One provider's reading of what terraform says."""

    def component_of(self, address: str) -> tuple[ComponentKind, str] | None:
        """The component that a resource address belongs to; ``None`` for shared plumbing."""
        ...

    def outputs_to_components(
        self, config: SpecConfig, outputs: Mapping[str, Any]
    ) -> Sequence[ComponentFacts]:
        """Names, endpoints, ARNs and references to credentials, for each component that has some."""
        ...
