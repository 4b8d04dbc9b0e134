"""AWS: each of a provider's answers comes from the module that is named after it."""

from collections.abc import Mapping
from typing import Any

from chalicelib.domain.errors import FieldProblem
from chalicelib.domain.spec import ComponentFacts
from chalicelib.domain.spec_config import Owner, SpecConfig
from chalicelib.domain.words import CloudProvider, ComponentKind, Stage

from ..base import Configuration
from . import addresses, defaults, outputs, rules, tfvars
from .catalogue import CATALOGUE


class Aws:
    """The provider for Amazon Web Services (see :class:`chalicelib.providers.base.Provider`)."""

    name = CloudProvider.AWS
    template = "aws"
    catalogue = CATALOGUE

    def defaults(self, stage: Stage) -> Mapping[str, Mapping[str, Any]]:
        return defaults.DEFAULTS[stage]

    def validate(self, config: Configuration) -> list[FieldProblem]:
        return rules.validate(config)

    def to_tfvars(self, config: SpecConfig, owner: Owner) -> dict[str, Any]:
        return tfvars.to_tfvars(config, owner)

    def outputs_to_components(self, config: SpecConfig, outputs_: Mapping[str, Any]) -> list[ComponentFacts]:
        return outputs.outputs_to_components(config, outputs_)

    def component_of(self, address: str) -> tuple[ComponentKind, str] | None:
        return addresses.component_of(address)

    def group_of(self, resource_type: str) -> str:
        return addresses.group_of(resource_type)
