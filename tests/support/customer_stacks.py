"""CloudFormation in customers' accounts, in memory: for faults that can't be caused otherwise.

A stack takes ``pace`` steps each time somebody looks at it. ``fails`` and ``keeps`` name a resource that
can't be made or deleted; ``refuses`` names methods that the account forbids; ``silent`` counts calls that get
no answer. What a real CloudFormation does is in the contract tests.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chalicelib.domain.errors import CloudRefused, Unavailable
from chalicelib.domain.stack_work import STACK_TYPE
from chalicelib.domain.worker import StackEvent, StackFacts
from chalicelib.services.ports.clock import Clock, iso
from chalicelib.services.ports.customer_stacks import CustomerPlace

RESOURCES = {
    "Log": "AWS::Logs::LogGroup",
    "Credential": "AWS::SecretsManager::Secret",
    "Cluster": "AWS::ECS::Cluster",
    "Task": "AWS::ECS::TaskDefinition",
}
REASON = "Resource handler returned message: 'Service limit exceeded'"
BESIDE = "Resource creation cancelled"


@dataclass
class MemoryStack:
    """One stack, and what is still to happen to it."""

    name: str
    stack_id: str
    parameters: Mapping[str, str]
    tags: Mapping[str, str]
    status: str
    before: Mapping[str, str] | None = None
    made: set[str] = field(default_factory=set)
    events: list[StackEvent] = field(default_factory=list)
    script: list[tuple[str, str, str | None]] = field(default_factory=list)
    """Logical id (the stack's name for itself), status, reason."""


class MemoryStacks:
    """:class:`~chalicelib.services.ports.customer_stacks.CustomerStacks`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._numbers = itertools.count(1)
        self.stacks: dict[str, MemoryStack] = {}
        """By id, also those that are gone."""
        self.secrets: dict[str, str] = {}
        self.revisions: dict[str, int] = {}
        """Of task definitions, by family."""
        self.tasks: set[str] = set()
        self.takes_to_stop = 0
        """How many times they are told to stop before they have."""
        self.networks: dict[str, str] = {}
        """Of the customer's own subnets, by subnet."""
        self.left: list[str] = []
        """ARNs that stay, whatever is deleted."""
        self.orders: list[str] = []
        """What was begun: ``create``, ``update``, ``delete``; a repeat with its token begins nothing."""
        self.tokens: set[str] = set()
        self.pace = 3
        self.places: list[CustomerPlace] = []
        self.fails: str | None = None
        self.keeps: str | None = None
        self.refuses: set[str] = set()
        self.silent: dict[str, int] = {}

    # --- the port -------------------------------------------------------------------------------------------

    def subnets(self, place: CustomerPlace, subnet_ids: Sequence[str]) -> Mapping[str, str]:
        self._asked("subnets", place)
        return {one: self.networks[one] for one in subnet_ids if one in self.networks}

    def facts(self, place: CustomerPlace, stack: str) -> StackFacts | None:
        self._asked("facts", place)
        found = self._find(stack)
        if found is None:
            return None
        for _ in range(self.pace):
            self._advance(found)
        if found.status == "DELETE_COMPLETE":
            return None
        return StackFacts(
            stack_id=found.stack_id,
            status=found.status,
            reason=f"The following resource(s) failed: [{self.fails or self.keeps}]."
            if found.status.endswith(("FAILED", "ROLLBACK_COMPLETE"))
            else None,
            outputs=self._outputs(found) if found.status.endswith("COMPLETE") else {},
            resources=len(found.made),
        )

    def create(
        self,
        place: CustomerPlace,
        stack: str,
        *,
        template: str,
        parameters: Mapping[str, str],
        tags: Mapping[str, str],
        token: str,
    ) -> str:
        self._asked("create", place)
        there = self._find(stack)
        if there is not None:
            assert token in self.tokens, "there is such a stack"
            return there.stack_id
        self._order("create", token)
        arn = f"arn:aws:cloudformation:{place.region}:{place.account_id}:stack/{stack}/{next(self._numbers)}"
        made = MemoryStack(stack, arn, dict(parameters), dict(tags), "CREATE_IN_PROGRESS")
        self.stacks[arn] = made
        self._tell(made, stack, "CREATE_IN_PROGRESS", "User Initiated")
        for name in RESOURCES:
            made.script.append((name, "CREATE_IN_PROGRESS", None))
            if name == self.fails:
                made.script += [(name, "CREATE_FAILED", REASON), ("Task", "CREATE_FAILED", BESIDE)]
                made.script.append((stack, "ROLLBACK_IN_PROGRESS", f"failed to create: [{name}, Task]"))
                made.script.append(("*", "DELETE_COMPLETE", None))
                made.script.append((stack, "ROLLBACK_COMPLETE", None))
                return arn
            made.script.append((name, "CREATE_COMPLETE", None))
        made.script.append((stack, "CREATE_COMPLETE", None))
        return arn

    def update(
        self,
        place: CustomerPlace,
        stack: str,
        *,
        template: str,
        parameters: Mapping[str, str],
        tags: Mapping[str, str],
        token: str,
    ) -> bool:
        self._asked("update", place)
        found = self._find(stack)
        assert found is not None and not found.script, "such a stack can't be updated"
        if token in self.tokens:
            return True
        if dict(parameters) == dict(found.parameters):
            return False
        self._order("update", token)
        found.before, found.parameters = found.parameters, dict(parameters)
        name = found.name
        self._now(found, name, "UPDATE_IN_PROGRESS", "User Initiated")
        found.script = [("Task", "UPDATE_IN_PROGRESS", None)]
        if self.fails:
            found.script += [
                ("Task", "UPDATE_FAILED", REASON),
                (name, "UPDATE_ROLLBACK_IN_PROGRESS", "failed to update: [Task]"),
                (name, "UPDATE_ROLLBACK_COMPLETE", None),
            ]
        else:
            found.script += [("Task", "UPDATE_COMPLETE", None), (name, "UPDATE_COMPLETE", None)]
        return True

    def delete(self, place: CustomerPlace, stack: str, *, token: str) -> None:
        self._asked("delete", place)
        found = self._find(stack)
        if found is None:
            return
        if found.status.endswith("_IN_PROGRESS") and found.status != "CREATE_IN_PROGRESS":
            raise Unavailable(f"The stack is {found.status}.")
        self._order("delete", token)
        self._now(found, found.name, "DELETE_IN_PROGRESS", "User Initiated")
        found.script = []
        for name in sorted(found.made):
            found.script.append((name, "DELETE_IN_PROGRESS", None))
            if name == ("Cluster" if self.tasks else self.keeps):
                found.script += [(name, "DELETE_FAILED", REASON), (found.name, "DELETE_FAILED", None)]
                return
            found.script.append((name, "DELETE_COMPLETE", None))
        found.script.append((found.name, "DELETE_COMPLETE", None))

    def events(self, place: CustomerPlace, stack_id: str, *, after: str | None) -> Sequence[StackEvent]:
        self._asked("events", place)
        events = self.stacks[stack_id].events
        ids = [event.event_id for event in events]
        return events[ids.index(after) + 1 :] if after in ids else list(events)

    def put_credential(self, place: CustomerPlace, secret_arn: str, credential: str) -> None:
        self._asked("put_credential", place)
        self.secrets[secret_arn] = credential

    def stop_tasks(self, place: CustomerPlace, cluster: str, reason: str) -> int:
        self._asked("stop_tasks", place)
        if self.tasks and self.takes_to_stop:
            self.takes_to_stop -= 1
            return len(self.tasks)
        self.tasks.clear()
        return 0

    def remove_task_definitions(self, place: CustomerPlace, family: str) -> None:
        self._asked("remove_task_definitions", place)
        self.revisions.pop(family, None)

    def left_behind(self, place: CustomerPlace, tags: Mapping[str, str]) -> Sequence[str]:
        self._asked("left_behind", place)
        standing = [
            stack.stack_id
            for stack in self.stacks.values()
            if stack.status != "DELETE_COMPLETE" and tags.items() <= stack.tags.items()
        ]
        return sorted([*self.left, *standing, *(f"arn:task-definition/{name}" for name in self.revisions)])

    def seed(self, name: str, parameters: Mapping[str, str], tags: Mapping[str, str]) -> None:
        """A stack that has been there for long."""
        arn = f"arn:aws:cloudformation:eu-west-1:210987654321:stack/{name}/{next(self._numbers)}"
        stack = MemoryStack(name, arn, dict(parameters), dict(tags), "CREATE_COMPLETE", made=set(RESOURCES))
        self.stacks[arn] = stack
        self._tell(stack, name, "CREATE_COMPLETE", None)
        self.revisions[name] = 1

    # --- what tests look at ---------------------------------------------------------------------------------

    @property
    def standing(self) -> list[MemoryStack]:
        """Stacks that are not gone."""
        return [stack for stack in self.stacks.values() if stack.status != "DELETE_COMPLETE"]

    # --- inside ---------------------------------------------------------------------------------------------

    def _asked(self, method: str, place: CustomerPlace) -> None:
        self.places.append(place)
        if method in self.refuses:
            raise CloudRefused(f"The role may not {method}.", details={"cause": "refused"})
        if self.silent.get(method, 0) > 0:
            self.silent[method] -= 1
            raise Unavailable("AWS did not answer.")

    def _order(self, what: str, token: str) -> None:
        self.tokens.add(token)
        self.orders.append(what)

    def _find(self, stack: str) -> MemoryStack | None:
        found = [one for one in self.stacks.values() if stack in (one.stack_id, one.name)]
        standing = [one for one in found if one.status != "DELETE_COMPLETE"]
        return standing[-1] if standing else None

    def _advance(self, stack: MemoryStack) -> None:
        if not stack.script:
            return
        name, status, reason = stack.script.pop(0)
        if name == "*":
            for one in sorted(stack.made):
                self._tell(stack, one, status, reason)
            stack.made.clear()
        elif name == stack.name:
            self._now(stack, name, status, reason)
        else:
            self._tell(stack, name, status, reason)
        if status == "CREATE_COMPLETE" and name in RESOURCES:
            stack.made.add(name)
        if status == "DELETE_COMPLETE":
            stack.made.discard(name)
        if name == "Task" and status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            self.revisions[stack.name] = self.revisions.get(stack.name, 0) + 1
        if status == "UPDATE_ROLLBACK_COMPLETE":
            assert stack.before is not None
            stack.parameters = stack.before

    def _now(self, stack: MemoryStack, name: str, status: str, reason: str | None) -> None:
        stack.status = status
        self._tell(stack, name, status, reason)

    def _tell(self, stack: MemoryStack, name: str, status: str, reason: str | None) -> None:
        event = StackEvent(
            event_id=f"event-{next(self._numbers)}",
            at=iso(self._clock.now()),
            logical_id=name,
            resource_type=RESOURCES.get(name, STACK_TYPE),
            status=status,
            reason=reason,
        )
        stack.events.append(event)

    def _outputs(self, stack: MemoryStack) -> dict[str, Any]:
        return {
            "ClusterArn": f"arn:aws:ecs:eu-west-1:210987654321:cluster/{stack.name}",
            "TaskDefinitionArn": f"arn:task-definition/{stack.name}:{self.revisions.get(stack.name, 0)}",
            "SubnetIds": "subnet-1,subnet-2",
            "SecurityGroupId": "sg-1",
            "CredentialSecretArn": f"arn:secret:{stack.name}",
            "AssignPublicIp": stack.parameters["AssignPublicIp"],
        }
