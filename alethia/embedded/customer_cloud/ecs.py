"""ECS clusters and task definitions, as AWS keeps them.

* A cluster in which tasks still run can't be deleted. Symptom: a runner's stack goes away under its jobs.
* A deleted revision is remembered while it goes away, and its number is not given again. Symptom: a run that
  is pinned to revision 1 gets another revision 1.
* A family's name alone means its newest ACTIVE revision.
"""

from typing import Any

from moto.core.utils import utcnow
from moto.ecs.exceptions import ECSException
from moto.ecs.models import EC2ContainerServiceBackend, TaskDefinition

from . import ecs_tasks
from .patching import Method, around

GOING = "DELETE_IN_PROGRESS"


class ClusterContainsTasks(ECSException):
    def __init__(self) -> None:
        super().__init__(
            "ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active."
        )


def close_gaps() -> None:
    ecs_tasks.close_gaps()

    @around(EC2ContainerServiceBackend, "delete_cluster")
    def not_under_its_tasks(original: Method, backend: Any, name: str) -> Any:
        if ecs_tasks.running_in(backend, backend._get_cluster(name).name):
            raise ClusterContainsTasks()
        return original(backend, name)

    @around(EC2ContainerServiceBackend, "create_cluster")
    def the_same_again(original: Method, backend: Any, cluster_name: str, *args: Any, **kwargs: Any) -> Any:
        there = backend.clusters.get(cluster_name)
        if there is not None and there.status == "ACTIVE":
            return there
        return original(backend, cluster_name, *args, **kwargs)

    @around(EC2ContainerServiceBackend, "delete_task_definitions")
    def remember_them(original: Method, backend: Any, task_definitions: list[str]) -> Any:
        deleted, failures = original(backend, task_definitions)
        for one in deleted:
            backend.task_definitions[one.family][one.revision] = one
            one.delete_requested_at = utcnow()
        return deleted, failures

    @around(EC2ContainerServiceBackend, "deregister_task_definition")
    def once(original: Method, backend: Any, name: str) -> Any:
        there = backend.describe_task_definition(name)
        if there.status == GOING:
            return there
        there.deregistered_at = utcnow()
        return original(backend, name)

    @around(EC2ContainerServiceBackend, "describe_task_definition")
    def newest_that_is_active(original: Method, backend: Any, task_definition_str: str) -> Any:
        family = task_definition_str.rsplit("/", 1)[-1]
        if ":" in family:
            return original(backend, task_definition_str)
        revisions = backend.task_definitions.get(family, {}).values()
        active = [one.revision for one in revisions if one.status == "ACTIVE"]
        return original(backend, f"{family}:{max(active, default=0)}")

    @around(TaskDefinition, "__init__")
    def with_its_date(original: Method, definition: Any, *args: Any, **kwargs: Any) -> None:
        original(definition, *args, **kwargs)
        definition.registered_at = utcnow()
