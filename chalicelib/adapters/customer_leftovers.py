"""What is left of a runner in a customer's account, and what only looks like it.

AWS's list by tag shows what is gone for a while: secrets and task definitions that wait for their end, tasks
that stopped, whatever a stack deleted a moment ago. The services themselves say what of it is gone.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from .customer_refusals import code_of

DEFINITIONS_A_CALL = 10
TASKS_A_CALL = 100
STACK_TAG = "aws:cloudformation:stack-id"


class Tagged(NamedTuple):
    """A resource in AWS's list by tag, and the stack that made it."""

    arn: str
    stack_id: str | None

    @property
    def service(self) -> str:
        return self.arn.split(":")[2]

    @property
    def kind(self) -> str:
        """``task-definition`` of ``arn:aws:ecs:…:task-definition/runner:3``."""
        return self.arn.split(":", 5)[5].split("/")[0].split(":")[0]


def remove_task_definitions(client: Any, family: str) -> None:
    """Deregister and delete all revisions of `family`. Tasks that run on one are not touched."""
    for arn in _definitions(client, family, "ACTIVE"):
        client.deregister_task_definition(taskDefinition=arn)
    for some in _parts(_definitions(client, family, "INACTIVE"), DEFINITIONS_A_CALL):
        client.delete_task_definitions(taskDefinitions=some)


def stop_tasks(client: Any, cluster: str, reason: str) -> int:
    """Tell every task of a cluster to stop; how many have not."""
    for arn in _tasks(client, cluster, "RUNNING"):
        client.stop_task(cluster=cluster, task=arn, reason=reason)
    stopping = _tasks(client, cluster, "STOPPED")
    return sum(
        task["lastStatus"] != "STOPPED"
        for some in _parts(stopping, TASKS_A_CALL)
        for task in client.describe_tasks(cluster=cluster, tasks=some)["tasks"]
    )


def tagged(client: Any, tags: Mapping[str, str]) -> list[Tagged]:
    """What carries all of `tags`, as AWS's tagging service lists it."""
    filters = [{"Key": key, "Values": [value]} for key, value in tags.items()]
    pages = client.get_paginator("get_resources").paginate(TagFilters=filters)
    return [_tagged(one) for page in pages for one in page["ResourceTagMappingList"]]


def without_ended_ecs(client: Any, listed: Sequence[Tagged]) -> list[Tagged]:
    """Drop tasks that stopped, and clusters and task definitions that ECS only remembers."""
    return [one for one in listed if one.service != "ecs" or _stands(client, one)]


def without_deleted_secrets(client: Any, listed: Sequence[Tagged]) -> list[Tagged]:
    """Drop secrets that wait for their end."""
    return [one for one in listed if one.service != "secretsmanager" or _is_kept(client, one.arn)]


def without_what_stacks_deleted(client: Any, listed: Sequence[Tagged]) -> list[Tagged]:
    """Drop stacks that are deleted, and what a stack says that it has deleted."""
    deleted: dict[str, list[str]] = defaultdict(list)
    for stack in {one.stack_id for one in listed if one.stack_id}:
        deleted[stack] = _deleted_by(client, stack)
    return [
        one
        for one in listed
        if not any(_is(one.arn, physical_id) for physical_id in deleted[one.stack_id or ""])
        and not (one.service == "cloudformation" and _is_deleted(client, one.arn))
    ]


def _definitions(client: Any, family: str, status: str) -> list[str]:
    pages = client.get_paginator("list_task_definitions").paginate(familyPrefix=family, status=status)
    return [arn for page in pages for arn in page["taskDefinitionArns"]]


def _tasks(client: Any, cluster: str, wanted: str) -> list[str]:
    pages = client.get_paginator("list_tasks").paginate(cluster=cluster, desiredStatus=wanted)
    return [arn for page in pages for arn in page["taskArns"]]


def _stands(client: Any, one: Tagged) -> bool:
    try:
        match one.kind:
            case "task-definition":
                found = client.describe_task_definition(taskDefinition=one.arn)["taskDefinition"]
                return bool(found["status"] != "DELETE_IN_PROGRESS")
            case "cluster":
                clusters = client.describe_clusters(clusters=[one.arn])["clusters"]
                return any(cluster["status"] != "INACTIVE" for cluster in clusters)
            case "task":
                cluster = one.arn.split("/")[1]
                tasks = client.describe_tasks(cluster=cluster, tasks=[one.arn])["tasks"]
                return any(task["lastStatus"] != "STOPPED" for task in tasks)
    except ClientError as error:
        if code_of(error) in ("ClientException", "ClusterNotFoundException"):  # it is not there
            return False
        raise
    return True


def _is_kept(client: Any, secret: str) -> bool:
    try:
        return not client.describe_secret(SecretId=secret).get("DeletedDate")
    except ClientError as error:
        if code_of(error) == "ResourceNotFoundException":
            return False
        raise


def _deleted_by(client: Any, stack: str) -> list[str]:
    """Physical ids of what a stack has deleted."""
    pages = client.get_paginator("list_stack_resources").paginate(StackName=stack)
    try:
        return [
            one["PhysicalResourceId"]
            for page in pages
            for one in page["StackResourceSummaries"]
            if one["ResourceStatus"] == "DELETE_COMPLETE" and one.get("PhysicalResourceId")
        ]
    except ClientError as error:
        if code_of(error) == "ValidationError":  # AWS has forgotten it
            return []
        raise


def _is_deleted(client: Any, stack: str) -> bool:
    try:
        return all(
            one["StackStatus"] == "DELETE_COMPLETE"
            for one in client.describe_stacks(StackName=stack)["Stacks"]
        )
    except ClientError as error:
        if code_of(error) == "ValidationError":  # AWS has forgotten it
            return True
        raise


def _is(arn: str, physical_id: str) -> bool:
    return arn == physical_id or arn.removesuffix(":*").endswith((f"/{physical_id}", f":{physical_id}"))


def _tagged(said: Any) -> Tagged:
    tags = {tag["Key"]: tag["Value"] for tag in said.get("Tags", [])}
    return Tagged(said["ResourceARN"], tags.get(STACK_TAG))


def _parts(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (items[start : start + size] for start in range(0, len(items), size))
