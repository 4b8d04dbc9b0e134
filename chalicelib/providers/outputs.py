"""terraform's outputs → what is known of each component.

Outputs name credentials, they never hold one. After an apply that broke off, some are missing; their
components are then left out rather than reported empty.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.domain.lifecycle.component import ComponentStatus
from chalicelib.domain.spec import ComponentFacts, each_component
from chalicelib.domain.spec_config import SpecConfig
from chalicelib.domain.words import ComponentKind

Facts = dict[str, Any]


@dataclass(frozen=True)
class FactOutputs:
    """Where a template's outputs hold the facts."""

    single: Mapping[ComponentKind, Mapping[str, str]]
    """Kind of which a spec has one → fact → output that holds it."""
    many: Mapping[ComponentKind, str]
    """Kind of which a spec has many → output with the facts of each by name."""

    def of(self, kind: ComponentKind, name: str, outputs: Mapping[str, Any]) -> Facts:
        """The facts of one component, without those that have no value."""
        if kind in self.single:
            found = {fact: outputs.get(output) for fact, output in self.single[kind].items()}
        elif kind in self.many:
            found = (outputs.get(self.many[kind]) or {}).get(name) or {}
        else:
            return {}
        return {fact: value for fact, value in found.items() if value not in (None, "", [])}


def outputs_to_components(
    where: FactOutputs, config: SpecConfig, outputs: Mapping[str, Any]
) -> list[ComponentFacts]:
    """The facts of every component of `config` that `outputs` mention; each of them is ACTIVE."""
    return list(_observed(where, config, outputs))


def _observed(where: FactOutputs, config: SpecConfig, outputs: Mapping[str, Any]) -> Iterator[ComponentFacts]:
    for kind, name, _component in each_component(config):
        facts = where.of(kind, name, outputs)
        if facts:
            yield ComponentFacts(kind=kind, name=name, status=ComponentStatus.ACTIVE, facts=facts)
