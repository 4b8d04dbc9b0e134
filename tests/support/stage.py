"""Around the app's services: what they call outside of the process, played, and the zone that they are about.

:class:`Stage` is the base of what tests act on; rows are real (DynamoDB), the state machine is the real file,
and its functions are the app's.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from chalicelib import bootstrap
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.identity import Identity
from chalicelib.domain.job import ANY_RUNNER
from chalicelib.domain.runner import RunnerKind
from chalicelib.domain.state import StateHead, StateVersion
from chalicelib.services.access import Principal
from chalicelib.services.identities import IdentityForm
from chalicelib.services.plan_guard import PlanGuard
from chalicelib.services.ports.jobs import JobRecord
from chalicelib.services.ports.runner_tasks import RunnerTask
from chalicelib.services.ports.workflow import Workflow
from chalicelib.settings import Settings
from chalicelib.workflow import steps

from .api import TestContainer, issuer_in
from .builders import ACCOUNT, ROLE, FakeClock
from .customer_stacks import MemoryStacks
from .state_machine import PlayedStepFunctions

FUNCTIONS = {
    name: getattr(steps, name)
    for name in (
        "dispatch_runner",
        "record_plan",
        "await_review",
        "check_digests",
        "finalize",
        "mark_run",
        "worker_stack",
    )
}
ADA = Principal("ada")
DEFINITION = "arn:aws:ecs:eu-west-1:000000000000:task-definition/runner:7"


@dataclass
class FakeTasks:
    """Containers that were asked for."""

    started: list[RunnerTask] = field(default_factory=list)
    told_to_stop: list[str] = field(default_factory=list)
    ended_unheard: dict[str, str] = field(default_factory=dict)
    """Containers in customers' clusters that have stopped, and why: known to whoever asks."""
    definition: str = DEFINITION
    available: bool = True
    self_hosted: set[str] = field(default_factory=lambda: {ANY_RUNNER})
    """Runners that come by themselves: there is nothing to start for them."""

    def current_definition(self, runner: str) -> str | None:
        return self.definition

    def start(self, task: RunnerTask) -> str | None:
        if task.runner in self.self_hosted:
            return None
        if not self.available:
            raise Unavailable("No runner could be started: no capacity.")
        self.started.append(task)
        return f"arn:aws:ecs:eu-west-1:000000000000:task/alethia/{task.attempt_id}"

    def stop(self, runner: str, task_arn: str, reason: str) -> None:
        self.told_to_stop.append(task_arn)

    def stopped(self, runner: str, task_arn: str) -> str | None:
        return self.ended_unheard.get(task_arn)


@dataclass
class FakeStates:
    """The terraform state, as a test wants it."""

    version: StateVersion | None = None
    known: Collection[tuple[str, str | None]] | None = ()

    def head(self, zone_id: str, name: str) -> StateHead | None:
        return StateHead(zone_id=zone_id, spec_id="any", name=name, version=self.version)

    def addresses(self, zone_id: str, name: str) -> Collection[tuple[str, str | None]] | None:
        return self.known


class RunsContainer(TestContainer):
    """The real services, but for what leaves the process."""

    @cached_property
    def workflow(self) -> Workflow:
        return PlayedStepFunctions(FUNCTIONS)

    @cached_property
    def runner_tasks(self) -> FakeTasks:
        return FakeTasks()

    @cached_property
    def customer_stacks(self) -> MemoryStacks:
        return MemoryStacks(self.clock)

    @cached_property
    def state_reader(self) -> Any:
        return FakeStates()

    @cached_property
    def plan_guard(self) -> PlanGuard:
        return PlanGuard(self.job_store, self.spec_reader, self.state_reader, self.metrics)


class Stage:
    """A zone of ada's, the services, and what is played around them."""

    def __init__(self, container: RunsContainer, clock: FakeClock, zone_id: str) -> None:
        self.container = container
        self.clock = clock
        self.zone_id = zone_id

    @property
    def machine(self) -> PlayedStepFunctions:
        machine = self.container.workflow
        assert isinstance(machine, PlayedStepFunctions)
        return machine

    @property
    def tasks(self) -> FakeTasks:
        return self.container.runner_tasks

    def job_of(self, job_id: str) -> JobRecord:
        job = self.container.job_store.get(job_id)
        assert job is not None
        return job


def on_stage(settings: Settings, issuer_folder: Path) -> tuple[RunsContainer, FakeClock]:
    """The services, which the app uses from now on, and their clock."""
    clock = FakeClock()
    container = RunsContainer(settings, issuer_in(issuer_folder), clock)
    bootstrap.use(container)
    return container, clock


def a_zone(container: RunsContainer, request: str = "zone-request") -> str:
    """Ada's, in a deployment that has its platform's runner; its id."""
    container.runner_credentials.register("platform", kind=RunnerKind.FARGATE, name="Platform")
    return container.zones.create(ADA, "Shop", None, request).zone_id


def an_identity(container: RunsContainer, zone_id: str, name: str, **more: Any) -> Identity:
    """A linked account that was verified."""
    form = IdentityForm(name=name, account_id=ACCOUNT, role_reference=ROLE, **more)
    return container.identities.seed_verified(zone_id, form)
