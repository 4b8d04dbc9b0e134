"""ECS keeps tasks for somebody who runs their containers, and answers about them as AWS does."""

import json
import urllib.error
import urllib.request
from typing import Any

import pytest
from botocore.exceptions import ClientError

from .conftest import Client

REGION = "eu-west-3"
CLUSTER = "runners"

Json = dict[str, Any]


@pytest.fixture(scope="module")
def ecs(client: Client) -> Any:
    return client("ecs", REGION)


@pytest.fixture(scope="module")
def network(client: Client) -> Json:
    ec2 = client("ec2", REGION)
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(VpcId=vpc, GroupName="runners", Description="x")["GroupId"]
    return {"awsvpcConfiguration": {"subnets": [subnet], "securityGroups": [group]}}


@pytest.fixture(scope="module")
def cluster(ecs: Any) -> str:
    return str(ecs.create_cluster(clusterName=CLUSTER)["cluster"]["clusterArn"])


@pytest.fixture(scope="module")
def definition(ecs: Any) -> str:
    return register(ecs, "runner")


def register(ecs: Any, family: str) -> str:
    made = ecs.register_task_definition(
        family=family,
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="1024",
        memory="2048",
        taskRoleArn="arn:aws:iam::123456789012:role/task",
        executionRoleArn="arn:aws:iam::123456789012:role/execution",
        runtimePlatform={"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"},
        volumes=[{"name": "scratch"}],
        containerDefinitions=[
            {
                "name": "runner",
                "image": "example.com/runner@sha256:1",
                "environment": [{"name": "MODE", "value": "task"}],
                "secrets": [{"name": "CREDENTIAL", "valueFrom": "arn:aws:secretsmanager:x"}],
                "readonlyRootFilesystem": True,
                "mountPoints": [{"sourceVolume": "scratch", "containerPath": "/work"}],
                "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/runner"}},
            }
        ],
        tags=[{"key": "alethia:runner", "value": family}],
    )
    return str(made["taskDefinition"]["taskDefinitionArn"])


def run(ecs: Any, network: Json, definition: str, token: str, **more: Any) -> Json:
    (task,) = ecs.run_task(
        cluster=more.pop("cluster", CLUSTER),
        taskDefinition=definition,
        launchType="FARGATE",
        networkConfiguration=network,
        clientToken=token,
        startedBy=token,
        propagateTags="TASK_DEFINITION",
        **more,
    )["tasks"]
    return dict(task)


def listed(cloud: str) -> dict[str, Json]:
    """What the agent is told: task ARN → its row."""
    with urllib.request.urlopen(f"{cloud}/_alethia/tasks") as answer:
        return {task["taskArn"]: task for task in json.load(answer)["tasks"]}


def say_ended(cloud: str, arn: str, exit_code: int | None = 0) -> int:
    body = json.dumps({"taskArn": arn, "reason": "The container ended.", "exitCode": exit_code}).encode()
    try:
        with urllib.request.urlopen(f"{cloud}/_alethia/tasks/stopped", body) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def described(ecs: Any, arn: str, cluster: str = CLUSTER) -> Json:
    return dict(ecs.describe_tasks(cluster=cluster, tasks=[arn], include=["TAGS"])["tasks"][0])


def test_a_task_definition_is_described_as_it_was_registered(ecs: Any, definition: str) -> None:
    found = ecs.describe_task_definition(taskDefinition=definition, include=["TAGS"])
    container = found["taskDefinition"]["containerDefinitions"][0]
    assert container["secrets"] == [{"name": "CREDENTIAL", "valueFrom": "arn:aws:secretsmanager:x"}]
    assert container["readonlyRootFilesystem"] is True
    assert container["logConfiguration"]["options"] == {"awslogs-group": "/runner"}
    assert found["taskDefinition"]["runtimePlatform"]["cpuArchitecture"] == "ARM64"
    assert found["taskDefinition"]["volumes"][0]["name"] == "scratch"
    assert found["taskDefinition"]["executionRoleArn"].endswith("role/execution")
    assert found["tags"] == [{"key": "alethia:runner", "value": "runner"}]


def test_a_task_waits_for_its_agent_runs_and_ends_with_its_container(
    cloud: str, ecs: Any, cluster: str, definition: str, network: Json
) -> None:
    arn = run(ecs, network, definition, "job-1-1")["taskArn"]
    assert [described(ecs, arn)["lastStatus"] for _ in range(3)] == ["PENDING"] * 3

    row = listed(cloud)[arn]
    assert (row["account"], row["region"], row["clusterArn"]) == ("123456789012", REGION, cluster)
    assert (row["taskDefinitionArn"], row["startedBy"]) == (definition, "job-1-1")
    running = described(ecs, arn)
    assert running["lastStatus"] == "RUNNING"
    assert running["tags"] == [{"key": "alethia:runner", "value": "runner"}]
    assert ecs.list_tasks(cluster=CLUSTER, startedBy="job-1-1")["taskArns"] == [arn]

    assert say_ended(cloud, arn, 7) == 200
    stopped = described(ecs, arn)
    assert (stopped["lastStatus"], stopped["desiredStatus"]) == ("STOPPED", "STOPPED")
    assert (stopped["stopCode"], stopped["stoppedReason"]) == (
        "EssentialContainerExited",
        "The container ended.",
    )
    assert stopped["containers"][0]["exitCode"] == 7
    assert arn not in listed(cloud)
    assert ecs.list_tasks(cluster=CLUSTER, startedBy="job-1-1")["taskArns"] == []


def test_a_running_task_that_is_to_stop_stops_when_its_container_has(
    cloud: str, ecs: Any, cluster: str, definition: str, network: Json
) -> None:
    arn = run(ecs, network, definition, "job-2-1")["taskArn"]
    listed(cloud)
    ecs.stop_task(cluster=CLUSTER, task=arn, reason="Cancelled.")
    assert listed(cloud)[arn]["desiredStatus"] == "STOPPED"
    assert described(ecs, arn)["lastStatus"] == "RUNNING"

    say_ended(cloud, arn, 130)
    stopped = described(ecs, arn)
    assert (stopped["lastStatus"], stopped["stopCode"]) == ("STOPPED", "UserInitiated")
    assert stopped["stoppedReason"] == "Cancelled."


def test_a_task_that_nobody_took_stops_at_once(
    ecs: Any, cluster: str, definition: str, network: Json
) -> None:
    arn = run(ecs, network, definition, "job-3-1")["taskArn"]
    ecs.stop_task(cluster=CLUSTER, task=arn, reason="Not needed.")
    stopped = described(ecs, arn)
    assert stopped["lastStatus"] == "STOPPED"
    assert "exitCode" not in stopped["containers"][0]


def test_a_repeated_request_finds_its_task_and_another_one_conflicts(
    ecs: Any, cluster: str, definition: str, network: Json
) -> None:
    first = run(ecs, network, definition, "job-4-1")["taskArn"]
    assert run(ecs, network, definition, "job-4-1")["taskArn"] == first
    with pytest.raises(ecs.exceptions.ConflictException) as refused:
        run(ecs, network, definition, "job-4-1", count=2)
    assert refused.value.response["resourceIds"] == [first]
    ecs.create_cluster(clusterName="other")
    assert run(ecs, network, definition, "job-4-1", cluster="other")["taskArn"] != first
    for name in (CLUSTER, "other"):
        for arn in ecs.list_tasks(cluster=name)["taskArns"]:
            ecs.stop_task(cluster=name, task=arn)


def test_a_cluster_with_tasks_stays_and_a_deleted_one_runs_nothing(
    ecs: Any, definition: str, network: Json
) -> None:
    ecs.create_cluster(clusterName="short")
    arn = run(ecs, network, definition, "job-5-1", cluster="short")["taskArn"]
    with pytest.raises(ecs.exceptions.ClusterContainsTasksException):
        ecs.delete_cluster(cluster="short")
    ecs.stop_task(cluster="short", task=arn)
    assert ecs.delete_cluster(cluster="short")["cluster"]["status"] == "INACTIVE"
    with pytest.raises(ecs.exceptions.ClusterNotFoundException):
        run(ecs, network, definition, "job-5-2", cluster="short")


def test_revisions_are_deregistered_then_deleted_and_their_numbers_not_given_again(
    ecs: Any, cluster: str, network: Json
) -> None:
    first, second = register(ecs, "short"), register(ecs, "short")
    refused = ecs.delete_task_definitions(taskDefinitions=[first])["failures"]
    assert [one["arn"] for one in refused] == [first]

    for arn in (first, second):
        ecs.deregister_task_definition(taskDefinition=arn)
    with pytest.raises(ClientError, match="inactive"):
        run(ecs, network, first, "job-6-1")
    ecs.delete_task_definitions(taskDefinitions=[first, second])
    going = ecs.describe_task_definition(taskDefinition=first)["taskDefinition"]
    assert going["status"] == "DELETE_IN_PROGRESS"
    assert register(ecs, "short").endswith("/short:3")


def test_a_task_frees_the_address_that_it_had(
    client: Client, ecs: Any, cluster: str, definition: str, network: Json
) -> None:
    arn = run(ecs, network, definition, "job-7-1")["taskArn"]
    details = described(ecs, arn)["attachments"][0]["details"]
    card = next(one["value"] for one in details if one["name"] == "networkInterfaceId")
    ec2 = client("ec2", REGION)
    assert ec2.describe_network_interfaces(NetworkInterfaceIds=[card])["NetworkInterfaces"]
    ecs.stop_task(cluster=CLUSTER, task=arn)
    with pytest.raises(ClientError):
        ec2.describe_network_interfaces(NetworkInterfaceIds=[card])


def test_a_task_that_is_not_there_is_said_to_be_missing(cloud: str, ecs: Any, cluster: str) -> None:
    nowhere = f"arn:aws:ecs:{REGION}:123456789012:task/{CLUSTER}/{'0' * 32}"
    answer = ecs.describe_tasks(cluster=CLUSTER, tasks=[nowhere])
    assert (answer["tasks"], answer["failures"][0]["reason"]) == ([], "MISSING")
    assert say_ended(cloud, nowhere) == 404
