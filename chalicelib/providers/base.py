"""What Alethia asks of a cloud: one small interface, and one file (or folder) behind it for each cloud.

A provider is pure. It knows names, limits and shapes; it never speaks to its cloud. The rest of Alethia is
cloud neutral because it asks these questions and nothing else.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from chalicelib.domain.errors import FieldProblem
from chalicelib.domain.model import Model
from chalicelib.domain.spec import ComponentFacts, SpecForm
from chalicelib.domain.spec_config import Owner, SpecConfig
from chalicelib.domain.words import CloudProvider, ComponentKind, Stage

Configuration = SpecForm | SpecConfig
"""What can be judged: a form on its way in, or a frozen configuration."""


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


class Provider(Protocol):
    """One cloud."""

    name: CloudProvider
    template: str
    """Folder under ``templates/``."""
    catalogue: Catalogue

    def defaults(self, stage: Stage) -> Mapping[str, Mapping[str, Any]]:
        """Field of the form (``"network"``, ``"databases"``) → default values of one such component."""

    def validate(self, config: Configuration) -> list[FieldProblem]:
        """Everything that this cloud would refuse; empty when there is nothing."""

    def to_tfvars(self, config: SpecConfig, owner: Owner) -> dict[str, Any]:
        """Every value of `config` as the template's variables.

        Raises
        ------
        InvalidInput
            A ``provider_config`` has a key that means nothing here, or a value of the wrong kind.
        """

    def outputs_to_components(self, config: SpecConfig, outputs: Mapping[str, Any]) -> list[ComponentFacts]:
        """What terraform's outputs (name → plain value) tell of each component that they mention."""

    def component_of(self, address: str) -> tuple[ComponentKind, str] | None:
        """Kind and name of the component that a resource's terraform address belongs to."""

    def group_of(self, resource_type: str) -> str:
        """What people call the service of a terraform resource type, such as ``AWS EKS``."""
