"""What the steps of one job share. Each field is filled by the step that its comment names."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from chalicelib.domain.job import ApplyProgress, Diagnostic
from chalicelib.domain.messages import Assignment, ResourceEvent
from chalicelib.domain.plan import CostEstimate, PlanResult
from chalicelib.domain.results import JobResult
from chalicelib.domain.spec_config import Owner, SpecConfig
from chalicelib.domain.words import CloudProvider, ComponentKind, Phase, Stream

from .api import Api
from .artifact import Artifact
from .clouds import Cloud
from .journal import Journal
from .link import Link
from .loopback import Loopback
from .masking import Masker
from .own_log import OwnLog
from .settings import Settings
from .state_session import StateSession
from .stop import Stop
from .terraform import Terraform
from .vault import Vault
from .workspaces import Workspaces


class Provider(Protocol):
    """What the runner needs of a cloud provider (:mod:`chalicelib.providers`)."""

    @property
    def template(self) -> str: ...

    def to_tfvars(self, config: SpecConfig, owner: Owner) -> dict[str, Any]: ...

    def group_of(self, resource_type: str) -> str: ...

    def component_of(self, address: str) -> tuple[ComponentKind, str] | None: ...


ProviderOf = Callable[[CloudProvider], Provider]


@dataclass
class JobContext:
    """One claimed job."""

    settings: Settings
    assignment: Assignment
    provider_of: ProviderOf
    versions: Mapping[str, str]
    """terraform's versions here → program."""
    folder: Path
    """Scratch of this job, mode 0700."""
    temp: Path
    """terraform's temporary files, and its plugins' sockets."""
    masker: Masker
    api: Api = field(repr=False)
    journal: Journal
    link: Link
    vault: Vault
    session: StateSession
    loopback: Loopback
    stop: Stop
    log: OwnLog
    """For the runner's operator; what a job's people read goes to :meth:`say`."""
    workspaces: Workspaces

    config: SpecConfig | None = None
    """snapshot"""
    provider: Provider | None = None
    """snapshot"""
    cloud: Cloud | None = field(default=None, repr=False)
    """connect, credentials"""
    cloud_environment: dict[str, str] = field(default_factory=dict, repr=False)
    """credentials"""
    artifact: Artifact | None = None
    """artifact: a DEPLOY's, verified but for the template and the state"""
    terraform: Terraform | None = None
    """workspace"""
    template_digest: str = ""
    """workspace"""
    has_changes: bool = False
    """plan"""
    warnings: list[Diagnostic] = field(default_factory=list)
    """plan"""
    plan: PlanResult | None = None
    """artifact, of a PLAN"""
    cost: CostEstimate | None = None
    """cost"""
    events: list[ResourceEvent] = field(default_factory=list)
    """apply, destroy"""
    progress: ApplyProgress | None = None
    """collect"""
    outputs: dict[str, Any] | None = None
    """collect"""
    state_serial: int | None = None
    """lock, of a BOOTSTRAP"""
    result: JobResult | None = None
    """The step of a job type with a typed result; also when it then fails."""

    def say(self, text: str) -> None:
        """A line of the runner's own, in the present phase."""
        self.journal.log(self.link.phase, Stream.RUNNER, text)

    def enter(self, phase: Phase) -> None:
        """From here on, lines and heartbeats belong to `phase`."""
        self.link.phase = phase

    @property
    def ready(self) -> "Ready":
        """The fields that the early steps fill, known to be there."""
        assert self.config is not None and self.provider is not None
        return Ready(self.config, self.provider)

    @property
    def running(self) -> Terraform:
        assert self.terraform is not None
        return self.terraform


@dataclass(frozen=True)
class Ready:
    """What every later step may rely on."""

    config: SpecConfig
    provider: Provider
