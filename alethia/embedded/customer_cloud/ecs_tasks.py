"""ECS tasks: rows with the life of a Fargate task, whose containers somebody else runs.

moto's tasks run for one look and then stop by themselves. Here a task is PENDING until an agent has taken it
(:func:`waiting`), RUNNING until the agent says that its container has ended (:func:`ended`), and a task that
is to stop says so by its desired status. Beyond that, as on AWS:

* RunTask knows a repeat by its ``clientToken``, within a cluster; other parameters with it are a conflict.
* Nothing runs in a cluster that is deleted, or of a task definition that is deregistered.
* ListTasks lists what is to run, unless asked otherwise. A task that stopped is remembered for an hour.
* A container needs no memory of its own beside its task's. Symptom: RunTask ends in a TypeError.
* A task runs in a VPC without DNS host names too. Symptom: RunTask ends in an AttributeError.
* The network interface of a task goes with it, so that its subnet can be deleted.
"""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from moto.core.resource_tagging import TaggedResource
from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.models import ec2_backends
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ecs.exceptions import EcsClientException, ECSException, InvalidParameterException
from moto.ecs.models import EC2ContainerServiceBackend, Task, ecs_backends
from moto.ecs.responses import DESCRIBE_TASKS_TAGS, EC2ContainerServiceResponse

from .patching import Method, around

REMEMBERED = timedelta(hours=1)


class ClusterInactive(ECSException):
    def __init__(self) -> None:
        super().__init__("ClusterNotFoundException", "The referenced cluster was inactive.")


class Conflict(ECSException):
    """The token of another request."""

    code = "ConflictException"

    def __init__(self, tasks: list[str]) -> None:
        super().__init__("The specified client token is already in use with other parameters.")
        self.resource_ids = tasks


def close_gaps() -> None:
    NetworkInterface.private_dns_name = ""
    _make_tasks_wait_for_an_agent()
    _know_repeats()
    _list_what_is_to_run()

    @around(EC2ContainerServiceResponse, "stop_task")
    def ask_to_stop(_original: Method, response: Any) -> ActionResult:
        arn = response._get_param("task")
        task = _find(response.ecs_backend, response._get_param("cluster", "default"), arn)
        if task is None:
            raise InvalidParameterException("The referenced task was not found.")
        stop(task, response._get_param("reason") or "", "UserInitiated")
        return ActionResult({"task": task})

    @around(EC2ContainerServiceResponse, "describe_tasks")
    def say_which_are_missing(_original: Method, response: Any) -> ActionResult:
        backend, cluster = response.ecs_backend, response._get_param("cluster", "default")
        wanted = response._get_param("tasks", [])
        if not wanted:
            raise InvalidParameterException("Tasks cannot be empty.")
        found = {name: _find(backend, cluster, name) for name in wanted}
        shown = "TAGS" in response._get_param("include", [])
        (response._include_in_response if shown else response._exclude_from_response)(DESCRIBE_TASKS_TAGS)
        missing = [
            {"arn": _arn(backend, cluster, name), "reason": "MISSING"}
            for name, task in found.items()
            if task is None
        ]
        return ActionResult({"tasks": [task for task in found.values() if task], "failures": missing})

    @around(EC2ContainerServiceBackend, "iter_tagged_resources")
    def forget_what_stopped_long_ago(original: Method, backend: Any) -> Iterator[TaggedResource]:
        remembered = {task.task_arn for task in _all_tasks(backend)}
        return (one for one in original(backend) if one.resource_type != "ecs:task" or one.arn in remembered)


def stop(task: Any, reason: str, code: str) -> None:
    """Let a task end: at once if nobody has taken it, else when its agent says so."""
    if task.last_status == "STOPPED":
        return
    task.desired_status = "STOPPED"
    task.stopped_reason, task.stop_code = reason, code
    task.stopping_at = utcnow()
    if task.last_status == "PENDING":
        _stopped(task, None)


def waiting() -> list[dict[str, Any]]:
    """Every task of every account and region whose container is to run or runs, for the agent; from now on
    they are taken."""
    tasks = [task for backend in _backends() for task in _all_tasks(backend) if task.last_status != "STOPPED"]
    for task in tasks:
        if task.last_status == "PENDING":
            task.last_status, task.started_at = "RUNNING", utcnow()
            for container in task.containers:
                container.last_status = "RUNNING"
    return [_row(task) for task in tasks]


def clusters() -> int:
    """How many clusters there are, in all accounts and regions."""
    return sum(cluster.status == "ACTIVE" for backend in _backends() for cluster in backend.clusters.values())


def ended(arn: str, reason: str, exit_code: int | None) -> bool:
    """The agent says that a task's container has ended; ``False`` when there is no such task."""
    region, account = arn.split(":")[3:5]
    task = next(
        (one for one in _all_tasks(ecs_backends[account][region]) if one.task_arn == arn),
        None,
    )
    if task is None:
        return False
    if task.last_status != "STOPPED":
        if task.desired_status != "STOPPED":
            task.desired_status = "STOPPED"
            task.stop_code = "EssentialContainerExited" if exit_code is not None else "TaskFailedToStart"
            task.stopped_reason = reason
        _stopped(task, exit_code)
    return True


def running_in(backend: Any, cluster_name: str) -> list[Any]:
    """The tasks of a cluster that have not stopped."""
    return [task for task in _tasks_of(backend, cluster_name) if task.last_status != "STOPPED"]


def _make_tasks_wait_for_an_agent() -> None:
    @around(Task, "__init__")
    def pending(original: Method, task: Any, *args: Any, **kwargs: Any) -> None:
        original(task, *args, **kwargs)
        task._status = "PENDING"
        task.created_at = utcnow()
        task.availability_zone = f"{task.region_name}a"
        task.connectivity = "CONNECTED"
        task.version = 1
        for container in task.containers:
            container.exitCode = None
            container.task_arn = task.task_arn

    def last_status(task: Any) -> str:
        return str(task._status)

    def set_status(task: Any, value: str) -> None:
        task._status = value

    def of_no_instance(_definition: Any) -> dict[str, Any]:
        return {}

    reckon = "_calculate_task_resource_requirements"
    assert hasattr(EC2ContainerServiceBackend, reckon), "moto reckons otherwise now"
    setattr(EC2ContainerServiceBackend, reckon, staticmethod(of_no_instance))
    setattr(Task, "last_status", property(last_status, set_status))  # noqa: B010  moto's is a property too


def _know_repeats() -> None:
    @around(EC2ContainerServiceResponse, "run_task")
    def once(original: Method, response: Any) -> Any:
        backend = response.ecs_backend
        cluster = backend._get_cluster(response._get_param("cluster", "default"))
        if cluster.status != "ACTIVE":
            raise ClusterInactive()
        definition = backend.describe_task_definition(response._get_param("taskDefinition"))
        if definition.status != "ACTIVE":
            raise EcsClientException("TaskDefinition is inactive")
        token, asked = response._get_param("clientToken"), _asked(response)
        known = _tokens(backend).get((cluster.name, token)) if token else None
        if known is not None:
            if known[0] != asked:
                raise Conflict([task.task_arn for task in known[1]])
            return ActionResult({"tasks": known[1], "failures": []})
        answer = original(response)
        tasks = answer.result["tasks"]
        if response._get_param("propagateTags") == "TASK_DEFINITION":
            for task in tasks:
                task.tags = [*definition.tags, *task.tags]
        if token:
            _tokens(backend)[cluster.name, token] = (asked, tasks)
        return answer


def _list_what_is_to_run() -> None:
    @around(EC2ContainerServiceResponse, "list_tasks")
    def of_this_cluster(_original: Method, response: Any) -> ActionResult:
        backend = response.ecs_backend
        cluster = backend._get_cluster(response._get_param("cluster", "default"))
        wanted = response._get_param("desiredStatus") or "RUNNING"
        family, started_by = response._get_param("family"), response._get_param("startedBy")
        listed = [
            task.task_arn
            for task in _tasks_of(backend, cluster.name)
            if task.desired_status == wanted
            and (not started_by or task.started_by == started_by)
            and (not family or f"/{family}:" in task.task_definition_arn)
        ]
        return ActionResult({"taskArns": listed})


def _stopped(task: Any, exit_code: int | None) -> None:
    now = utcnow()
    task.last_status = "STOPPED"
    task.stopped_at = task.execution_stopped_at = now
    for container in task.containers:
        container.last_status, container.exitCode = "STOPPED", exit_code
    network = ec2_backends[task._account_id][task.region_name]
    for attachment in task.attachments:
        attachment["status"] = "DELETED"
        for detail in attachment["details"]:
            if detail["name"] == "networkInterfaceId":
                network.enis.pop(detail["value"], None)


def _row(task: Any) -> dict[str, Any]:
    region, account = task.task_arn.split(":")[3:5]
    return {
        "account": account,
        "region": region,
        "clusterArn": task.cluster_arn,
        "taskArn": task.task_arn,
        "taskDefinitionArn": task.task_definition_arn,
        "lastStatus": task.last_status,
        "desiredStatus": task.desired_status,
        "startedBy": task.started_by,
        "overrides": task.overrides,
    }


def _backends() -> Iterator[Any]:
    for account in list(ecs_backends.values()):
        yield from list(account.values())


def _all_tasks(backend: Any) -> list[Any]:
    return [task for name in list(backend.tasks) for task in _tasks_of(backend, name)]


def _tasks_of(backend: Any, cluster_name: str) -> list[Any]:
    """A cluster's tasks, without those that ECS has forgotten."""
    tasks = backend.tasks.get(cluster_name, {})
    for arn in [arn for arn, task in tasks.items() if _is_forgotten(task)]:
        del tasks[arn]
    return list(tasks.values())


def _is_forgotten(task: Any) -> bool:
    stopped: datetime | None = getattr(task, "stopped_at", None)
    return stopped is not None and utcnow() - stopped > REMEMBERED


def _find(backend: Any, cluster: str, name: str) -> Any:
    """A cluster's task by its id or ARN."""
    wanted = name.rsplit("/", 1)[-1]
    tasks = _tasks_of(backend, backend._get_cluster(cluster).name)
    return next((task for task in tasks if task.id == wanted), None)


def _arn(backend: Any, cluster: str, name: str) -> str:
    if name.startswith("arn:"):
        return name
    prefix = f"arn:aws:ecs:{backend.region_name}:{backend.account_id}"
    return f"{prefix}:task/{cluster.rsplit('/', 1)[-1]}/{name}"


def _tokens(backend: Any) -> dict[tuple[str, str], tuple[str, list[Any]]]:
    """Cluster and token of every RunTask that had one → what was asked, and its tasks."""
    tokens: dict[tuple[str, str], tuple[str, list[Any]]] = backend.__dict__.setdefault("alethia_tokens", {})
    return tokens


def _asked(response: Any) -> str:
    names = (
        "taskDefinition",
        "count",
        "overrides",
        "startedBy",
        "launchType",
        "networkConfiguration",
        "tags",
    )
    return json.dumps({name: response._get_param(name) for name in names}, sort_keys=True, default=str)
