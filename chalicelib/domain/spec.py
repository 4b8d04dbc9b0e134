"""The Spec: one configuration of one environment, as the form sends it and as Alethia keeps it."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from .components import (
    COLLECTIONS,
    SINGLETONS,
    Cache,
    Cluster,
    ContainerRegistry,
    Database,
    Dns,
    Label,
    Network,
    NosqlTable,
    Queue,
    Repositories,
    Secret,
    StorageBucket,
    Topic,
)
from .errors import FieldProblem, InvalidInput
from .lifecycle.component import ComponentStatus
from .lifecycle.spec import SpecStatus
from .model import Model
from .words import CloudProvider, ComponentKind, Stage

MAX_OF_A_KIND = 100
"""Most components of one kind in a spec."""

DEFAULT_TERRAFORM_VERSION = "1.11.4"

TerraformVersion = Annotated[str, StringConstraints(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")]


class Components(Model):
    """Every component of a spec. A singleton that is ``None`` is a section that is switched off."""

    network: Network | None = None
    cluster: Cluster | None = None
    dns: Dns | None = None
    repositories: Repositories | None = None
    databases: list[Database] = Field([], max_length=MAX_OF_A_KIND)
    caches: list[Cache] = Field([], max_length=MAX_OF_A_KIND)
    queues: list[Queue] = Field([], max_length=MAX_OF_A_KIND)
    topics: list[Topic] = Field([], max_length=MAX_OF_A_KIND)
    nosql_tables: list[NosqlTable] = Field([], max_length=MAX_OF_A_KIND)
    container_registries: list[ContainerRegistry] = Field([], max_length=MAX_OF_A_KIND)
    storage_buckets: list[StorageBucket] = Field([], max_length=MAX_OF_A_KIND)
    secrets: list[Secret] = Field([], max_length=MAX_OF_A_KIND)


class SpecForm(Components):
    """What a person fills in. ``cloud_identity`` is the id of a linked account; a draft may lack it."""

    project_name: Label = Field(description="Lower-case DNS label, at most 32 characters.")
    environment_stage: Stage
    provider: CloudProvider = CloudProvider.AWS
    region: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    terraform_version: TerraformVersion = DEFAULT_TERRAFORM_VERSION
    cloud_identity: str | None = None


class ComponentFacts(Model):
    """What is observed of one component, kept apart from what was asked for.

    ``facts`` holds names, endpoints, ARNs and *references* to credentials; never a credential.
    """

    kind: ComponentKind
    name: str
    status: ComponentStatus = ComponentStatus.PENDING
    facts: dict[str, Any] = {}


class Spec(Model):
    """A spec's own row: identity, lifecycle and which revision of the components counts."""

    spec_id: str
    zone_id: str
    project_name: str
    environment_stage: Stage
    provider: CloudProvider
    region: str
    terraform_version: str
    cloud_identity: str | None
    status: SpecStatus
    settled_status: SpecStatus
    """The status before the work in hand: what a withdrawn DEPLOY or DESTROY goes back to."""
    current_rev: int
    config_hash: str
    applied_config_hash: str | None = None
    """Hash of the configuration that terraform last applied in full; differs → "changes not applied"."""
    live_run: str | None = None
    """Id of the run that holds this spec; at most one."""
    created_at: str
    created_by: str
    updated_at: str

    @property
    def state_name(self) -> str:
        """``{project}-{stage}-{region}``: with the zone, the name of one terraform state."""
        return f"{self.project_name}-{self.environment_stage}-{self.region}"

    @property
    def state_key(self) -> str:
        """Folder of the state's objects in the store: ``{zone_id}/{state_name}/terraform.tfstate``."""
        return f"{self.zone_id}/{self.state_name}/terraform.tfstate"


FROZEN_BY_STATE = ("project_name", "environment_stage", "region", "provider")
"""Fields that name the state; they can't change once a state exists."""


def with_stage_defaults(form: Mapping[str, Any], defaults: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Fill what a person left out of `form` with the stage's defaults, and touch nothing that they set.

    Parameters
    ----------
    form : Mapping
        The raw body, before validation; wrong shapes pass through for validation to name.
    defaults : Mapping
        Field of the form (``"network"``, ``"databases"``) → default values of one such component.
    """
    filled = dict(form)
    for field, values in defaults.items():
        given = filled.get(field)
        if isinstance(given, Mapping):
            filled[field] = {**values, **given}
        elif isinstance(given, list):
            filled[field] = [{**values, **item} if isinstance(item, Mapping) else item for item in given]
    return filled


def each_component(components: Components) -> Iterator[tuple[ComponentKind, str, Model]]:
    """Every component of a spec as ``(kind, name, model)``; a singleton's name is its kind."""
    for kind, field in SINGLETONS.items():
        component = getattr(components, field)
        if component is not None:
            yield kind, kind.value, component
    for kind, field in COLLECTIONS.items():
        for component in getattr(components, field):
            yield kind, component.name, component


def check_names_unique(components: Components) -> None:
    """Refuse two components of one kind with the same name (:class:`InvalidInput`)."""
    problems = []
    for field in COLLECTIONS.values():
        seen: dict[str, int] = {}
        for index, component in enumerate(getattr(components, field)):
            if component.name in seen:
                problems.append(
                    FieldProblem(
                        (field, index, "name"),
                        f"{component.name!r} is already the name of {field}[{seen[component.name]}]; "
                        "names are unique within a kind",
                    )
                )
            seen.setdefault(component.name, index)
    if problems:
        raise InvalidInput(problems)


NEEDS_NETWORK = ("cluster", "databases", "caches")
"""Fields whose components can't exist outside a network."""


def check_ready_to_plan(form: SpecForm, *, identity_verified: bool) -> None:
    """Refuse a plan whose preconditions don't hold (:class:`InvalidInput` with one problem for each)."""
    problems = []
    if not form.cloud_identity:
        problems.append(FieldProblem(("cloud_identity",), "choose a linked cloud identity before planning"))
    elif not identity_verified:
        problems.append(
            FieldProblem(("cloud_identity",), "the cloud identity is not verified; test its connection first")
        )
    if form.network is None:
        users = [field for field in NEEDS_NETWORK if getattr(form, field)]
        if users:
            problems.append(
                FieldProblem(
                    ("network",), f"{', '.join(users)} need a network: add one or name an existing one"
                )
            )
    if problems:
        raise InvalidInput(problems)
