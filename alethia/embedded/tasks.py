"""Where the tasks come from that this machine runs: clusters of emulated ECS, which only keeps rows.

The platform's own cluster is in the emulated AWS of the control plane, and the end of a task there is told as
EventBridge would. Clusters of deployed runners are in the emulated cloud, in any account and region; what
happens there reaches the control plane only when it asks.
"""

import time
from collections.abc import Callable, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Protocol

import httpx

from .customers import owner

Clients = Callable[[str], Any]
"""botocore client by service name."""

Task = dict[str, Any]
"""A task, as DescribeTasks tells of it."""


@dataclass(frozen=True)
class Look:
    """What a source wants to run now."""

    wanted: frozenset[str]
    """ARNs of every task that is to run; of what runs, the rest is to stop."""
    fresh: tuple[Task, ...] = ()
    """Those of them that were not seen before."""


class TaskSource(Protocol):
    """Clusters that this machine runs the tasks of."""

    def look(self, seen: Set[str]) -> Look:
        """What is to run now."""
        ...

    def environment(self, task: Task) -> dict[str, str]:
        """What ECS would give the task's container: its definition's, its secrets, and the overrides."""
        ...

    def ended(self, task: Task, reason: str, code: int | None) -> None:
        """Write down, and tell whom it concerns, that the task's container has ended; called again until it
        succeeds."""
        ...


class PlatformTasks:
    """The platform's own cluster.

    Parameters
    ----------
    clients : Callable[[str], Any]
        boto3 client of the emulated control plane by service name; called again after a restart.
    deliver : Callable[[dict], None]
        Takes the ``ECS Task State Change`` event; raises when it could not be delivered.
    """

    def __init__(self, clients: Clients, cluster: str, deliver: Callable[[dict[str, Any]], None]) -> None:
        self._clients = clients
        self._cluster = cluster
        self._deliver = deliver
        self._definitions: dict[str, dict[str, Any]] = {}

    def look(self, seen: Set[str]) -> Look:
        """ListTasks, and DescribeTasks for what is new."""
        ecs = self._clients("ecs")
        wanted: list[str] = []
        for page in ecs.get_paginator("list_tasks").paginate(cluster=self._cluster, desiredStatus="RUNNING"):
            wanted += page["taskArns"]
        fresh = [arn for arn in wanted if arn not in seen][:100]
        tasks = ecs.describe_tasks(cluster=self._cluster, tasks=fresh)["tasks"] if fresh else []
        return Look(frozenset(wanted), tuple(tasks))

    def environment(self, task: Task) -> dict[str, str]:
        """From the emulated control plane's ECS and Secrets Manager."""
        return environment(task, self._clients, self._definitions)

    def ended(self, task: Task, reason: str, code: int | None) -> None:
        """StopTask, and the event."""
        event = stopped_event(task, reason, code)
        self._clients("ecs").stop_task(cluster=self._cluster, task=task["taskArn"], reason=reason)
        self._deliver(event)


class CustomerTasks:
    """The clusters of deployed runners, in every emulated account and region, by one question for all.

    Parameters
    ----------
    endpoint : str
        The emulated cloud.
    """

    IDLE_SECONDS = 2.0
    """How long after an answer without any cluster the next question comes: deploying one takes longer."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._http = httpx.Client(base_url=endpoint, trust_env=False, timeout=10)
        self._definitions: dict[str, dict[str, Any]] = {}
        self._not_before = 0.0

    def look(self, seen: Set[str]) -> Look:
        """One GET; none for a while where nobody has a cluster."""
        if time.monotonic() < self._not_before:
            return Look(frozenset())
        answer = self._http.get("/_alethia/tasks").raise_for_status().json()
        if not answer["clusters"]:
            self._not_before = time.monotonic() + self.IDLE_SECONDS
        wanted = {task["taskArn"]: task for task in answer["tasks"] if task["desiredStatus"] == "RUNNING"}
        return Look(frozenset(wanted), tuple(task for arn, task in wanted.items() if arn not in seen))

    def environment(self, task: Task) -> dict[str, str]:
        """From the account's own ECS and Secrets Manager, as its owner."""
        region, account = place_of(task)

        def client(service: str) -> Any:
            return owner(self._endpoint, account, service, region)

        return environment(task, client, self._definitions)

    def ended(self, task: Task, reason: str, code: int | None) -> None:
        """Written down there. No event: those of a customer's account don't reach us on AWS either."""
        body = {"taskArn": task["taskArn"], "reason": reason, "exitCode": code}
        answer = self._http.post("/_alethia/tasks/stopped", json=body)
        if answer.status_code != HTTPStatus.NOT_FOUND:  # its account is not there any more
            answer.raise_for_status()


def environment(task: Task, clients: Clients, definitions: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Task definition, its secrets resolved, and the overrides: in ECS's order. A definition never changes:
    `definitions` keeps what was read."""
    arn = task["taskDefinitionArn"]
    if arn not in definitions:
        found = clients("ecs").describe_task_definition(taskDefinition=arn)
        definitions[arn] = found["taskDefinition"]["containerDefinitions"][0]
    container = definitions[arn]
    environ = {item["name"]: item["value"] for item in container.get("environment", [])}
    for secret in container.get("secrets", []):
        answer = clients("secretsmanager").get_secret_value(SecretId=secret["valueFrom"])
        environ[secret["name"]] = answer["SecretString"]
    for override in task["overrides"].get("containerOverrides", []):
        environ |= {item["name"]: item["value"] for item in override.get("environment", [])}
    return environ


def place_of(task: Task) -> tuple[str, str]:
    """Region and account of a task."""
    region, account = task["taskArn"].split(":")[3:5]
    return region, account


def stopped_event(task: Task, reason: str, code: int | None) -> dict[str, Any]:
    """The event that EventBridge delivers for a task that ended."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    region, account = place_of(task)
    container: dict[str, Any] = {"name": "runner", "lastStatus": "STOPPED"}
    if code is not None:
        container["exitCode"] = code
    return {
        "version": "0",
        "id": task["taskArn"].rsplit("/", 1)[-1],
        "detail-type": "ECS Task State Change",
        "source": "aws.ecs",
        "account": account,
        "time": now,
        "region": region,
        "resources": [task["taskArn"]],
        "detail": {
            "taskArn": task["taskArn"],
            "clusterArn": task["clusterArn"],
            "taskDefinitionArn": task["taskDefinitionArn"],
            "lastStatus": "STOPPED",
            "desiredStatus": "STOPPED",
            "stopCode": "EssentialContainerExited",
            "stoppedReason": reason,
            "stoppedAt": now,
            "startedBy": task.get("startedBy", ""),
            "overrides": task["overrides"],
            "containers": [container],
        },
    }
