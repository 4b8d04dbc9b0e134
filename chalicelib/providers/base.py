"""What Alethia asks of a cloud: one small value, and one file (or folder) behind it for each cloud.

A provider is pure. It knows names, limits and shapes; it never speaks to its cloud. The rest of Alethia is
cloud neutral because it asks these questions and nothing else. What differs between clouds is data and three
functions (``problems``, ``variables``, ``cluster_login``); what doesn't is done here for all of them: unknown
options are refused, outputs become facts, addresses become components.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.domain.errors import FieldProblem, InvalidInput
from chalicelib.domain.kubeconfig import Kubeconfig
from chalicelib.domain.model import Model
from chalicelib.domain.spec import ComponentFacts, SpecForm
from chalicelib.domain.spec_config import Owner, SpecConfig
from chalicelib.domain.words import CloudProvider, ComponentKind, Stage

from . import addresses
from .options import Options, problems_of_options
from .outputs import FactOutputs, outputs_to_components

Configuration = SpecForm | SpecConfig
"""What can be judged: a form on its way in, or a frozen configuration."""

Defaults = Mapping[str, Mapping[str, Any]]
"""Field of the form (``"network"``, ``"databases"``) → default values of one such component."""

Tfvars = dict[str, Any]
"""Terraform variable → value."""

Path = tuple[str | int, ...]
"""Where a field is: ``("databases", 0, "engine")``."""


class Choice(Model):
    """One value that a form offers, and what people call it."""

    value: str
    label: str


class Engine(Model):
    """A database or cache engine and its versions, the preferred one first."""

    name: str
    label: str
    versions: tuple[str, ...]
    default_port: int


class Catalogue(Model):
    """What a form can offer for this cloud; in each list the preferred value comes first."""

    regions: tuple[Choice, ...]
    kubernetes_versions: tuple[str, ...]
    instance_types: tuple[Choice, ...]
    database_engines: tuple[Engine, ...]
    cache_engines: tuple[Engine, ...]
    cache_node_types: tuple[Choice, ...]
    subscription_protocols: tuple[str, ...]


def choices(labels: Mapping[str, str]) -> tuple[Choice, ...]:
    """Value → label, as a form offers them."""
    return tuple(Choice(value=value, label=label) for value, label in labels.items())


@dataclass(frozen=True)
class Provider:
    """One cloud."""

    name: CloudProvider
    label: str
    """What people call it: ``AWS``, ``GCP``, ``Azure``."""
    template: str
    """Folder under ``templates/``."""
    catalogue: Catalogue
    stages: Mapping[Stage, Defaults]
    """What each stage fills in where a person said nothing."""
    options: Options
    """What may stand in each kind's ``provider_config``."""
    problems: Callable[[Configuration], Iterable[FieldProblem]]
    """Everything else that this cloud would refuse."""
    variables: Callable[[SpecConfig, Owner], Tfvars]
    """Every value of a configuration, as the template's variables."""
    facts: FactOutputs
    """Which outputs of the template tell of which component."""
    groups: Mapping[str, str]
    """Beginning of a resource type → what people call the service; the longest match counts."""
    cluster_login: Callable[[SpecConfig, Mapping[str, Any]], Kubeconfig]
    """From the facts of a cluster that stands: how ``kubectl`` signs in to it."""

    def defaults(self, stage: Stage) -> Defaults:
        """What `stage` fills in."""
        return self.stages[stage]

    def validate(self, config: Configuration) -> list[FieldProblem]:
        """Everything that this cloud would refuse; empty when there is nothing."""
        return [*self.problems(config), *problems_of_options(config, self.options, self.label)]

    def to_tfvars(self, config: SpecConfig, owner: Owner) -> Tfvars:
        """Every value of `config` as the template's variables.

        Raises
        ------
        InvalidInput
            A ``provider_config`` has a key that means nothing here, or a value of the wrong kind.
        """
        unknown = list(problems_of_options(config, self.options, self.label))
        if unknown:
            raise InvalidInput(unknown)
        return self.variables(config, owner)

    def outputs_to_components(self, config: SpecConfig, outputs: Mapping[str, Any]) -> list[ComponentFacts]:
        """What terraform's outputs (name → plain value) tell of each component that they mention."""
        return outputs_to_components(self.facts, config, outputs)

    def component_of(self, address: str) -> tuple[ComponentKind, str] | None:
        """Kind and name of the component that a resource's terraform address belongs to."""
        return addresses.component_of(address)

    def group_of(self, resource_type: str) -> str:
        """What people call the service of a terraform resource type, such as ``AWS EKS``."""
        return addresses.group_of(resource_type, self.groups)
