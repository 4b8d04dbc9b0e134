"""CloudFormation makes the runner's stack as AWS does: step by step, with events, and back on failure."""

import json
import urllib.request
from collections.abc import Iterator
from functools import cache
from itertools import count
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.domain.worker import WorkerForm
from chalicelib.providers.aws import runner_stack
from tests.support.aws_accounts import owner

REGION = "eu-west-2"
ROLE = "arn:aws:iam::1:role/of-the-customers-making"
IMAGE = "123456789012.dkr.ecr.eu-west-2.amazonaws.com/runner@sha256:1"
NEWER = IMAGE.replace("sha256:1", "sha256:2")
OWN_NETWORK = 17
"""Resources of a runner's stack with a network of its own."""

Json = dict[str, Any]

ACCOUNT = "440000000001"

_runners = count()


class Account:
    """A customer's account as its owner sees it, and the stack of one runner in it."""

    def __init__(self, cloud: str) -> None:
        self.cloud = cloud
        self.stacks = self.client("cloudformation")
        self.runner_id = f"runner-n{next(_runners)}"
        self.name = f"alethia-{self.runner_id}"

    def client(self, service: str) -> Any:
        return _client(self.cloud, service)

    def request(self, *, image: str = IMAGE, token: str = "first", **changes: str) -> Json:
        form = WorkerForm(identity_id="i", region=REGION, name="Theirs")
        values = runner_stack.parameters(form, self.runner_id, "zone-1", image, ROLE) | changes
        tags = runner_stack.tags(self.runner_id, "zone-1")
        return {
            "StackName": self.name,
            "TemplateBody": runner_stack.template(),
            "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()],
            "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
            "ClientRequestToken": token,
        }

    def create(self, **changes: str) -> str:
        return str(self.stacks.create_stack(**self.request(**changes))["StackId"])

    def settled(self, stack: str) -> Json:
        """The stack, once nothing is under way any more."""
        for _ in range(30):
            found: Json = self.stacks.describe_stacks(StackName=stack)["Stacks"][0]
            if not found["StackStatus"].endswith("IN_PROGRESS"):
                return found
        raise AssertionError(f"still {found['StackStatus']}")

    def events(self, stack: str) -> list[tuple[str, str]]:
        """(resource, status), oldest first."""
        pages = self.stacks.get_paginator("describe_stack_events").paginate(StackName=stack)
        found = [one for page in pages for one in page["StackEvents"]]
        return [(one["LogicalResourceId"], one["ResourceStatus"]) for one in reversed(found)]

    def reason(self, stack: str, resource: str, status: str) -> str:
        pages = self.stacks.get_paginator("describe_stack_events").paginate(StackName=stack)
        return str(
            next(
                one["ResourceStatusReason"]
                for page in pages
                for one in page["StackEvents"]
                if (one["LogicalResourceId"], one["ResourceStatus"]) == (resource, status)
            )
        )

    def inventory(self) -> dict[str, list[str]]:
        url = f"{self.cloud}/_alethia/inventory?account={ACCOUNT}&region={REGION}"
        with urllib.request.urlopen(url) as answer:
            found: dict[str, list[str]] = json.load(answer)["resources"]
            return found

    def tagged(self) -> list[str]:
        filters = [{"Key": "alethia:runner", "Values": [self.runner_id]}]
        pages = (
            self.client("resourcegroupstaggingapi")
            .get_paginator("get_resources")
            .paginate(TagFilters=filters)
        )
        return [one["ResourceARN"] for page in pages for one in page["ResourceTagMappingList"]]


@cache
def _client(cloud: str, service: str) -> Any:
    return owner(cloud, ACCOUNT, service, REGION)


def outputs(stack: Json) -> dict[str, str]:
    return {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}


@pytest.fixture
def account(cloud: str) -> Account:
    return Account(cloud)


@pytest.fixture(scope="module")
def deployed(cloud: str) -> Iterator[Account]:
    """A runner whose stack stands."""
    account = Account(cloud)
    account.create()
    assert account.settled(account.name)["StackStatus"] == "CREATE_COMPLETE"
    yield account


def test_a_stack_takes_its_time_and_its_resources_come_one_after_another(account: Account) -> None:
    account.create()
    statuses, made = [], []
    while not statuses or statuses[-1].endswith("IN_PROGRESS"):
        statuses.append(account.stacks.describe_stacks(StackName=account.name)["Stacks"][0]["StackStatus"])
        summaries = account.stacks.list_stack_resources(StackName=account.name)["StackResourceSummaries"]
        made.append(len(summaries))
    assert statuses == ["CREATE_IN_PROGRESS"] * (len(statuses) - 1) + ["CREATE_COMPLETE"]
    assert made == sorted(made) and made[0] < made[-1] == OWN_NETWORK

    events = account.events(account.name)
    assert events[0] == (account.name, "CREATE_IN_PROGRESS")
    assert events[-1] == (account.name, "CREATE_COMPLETE")
    assert events.index(("NetworkVpc", "CREATE_COMPLETE")) < events.index(
        ("NetworkSubnetA", "CREATE_IN_PROGRESS")
    )


def test_outputs_name_what_a_task_needs(deployed: Account) -> None:
    said = outputs(deployed.settled(deployed.name))
    worker = runner_stack.outputs_of(said)
    found = deployed.client("ecs").describe_task_definition(taskDefinition=worker.task_definition)
    definition = found["taskDefinition"]
    container = definition["containerDefinitions"][0]
    assert (container["name"], container["image"]) == ("runner", IMAGE)
    assert (definition["cpu"], definition["memory"]) == ("1024", "2048")
    assert container["secrets"][0]["valueFrom"] == worker.credential_secret
    assert container["readonlyRootFilesystem"] is True
    assert container["logConfiguration"]["options"]["awslogs-group"] == deployed.name
    assert definition["volumes"][0]["name"] == "work"
    assert definition["runtimePlatform"]["cpuArchitecture"] == "ARM64"
    for role in ("taskRoleArn", "executionRoleArn"):
        deployed.client("iam").get_role(RoleName=definition[role].rsplit("/", 1)[-1])

    network = deployed.client("ec2").describe_subnets(SubnetIds=worker.subnets)["Subnets"]
    assert len({one["AvailabilityZone"] for one in network}) == 2
    assert worker.assign_public_ip
    (task,) = deployed.client("ecs").run_task(
        cluster=worker.cluster,
        taskDefinition=worker.task_definition,
        launchType="FARGATE",
        networkConfiguration={
            "awsvpcConfiguration": {"subnets": worker.subnets, "securityGroups": worker.security_groups}
        },
    )["tasks"]
    deployed.client("ecs").stop_task(cluster=worker.cluster, task=task["taskArn"])


def test_in_a_network_of_the_customers_no_other_is_made(account: Account) -> None:
    ec2 = account.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    blocks = ("10.9.0.0/24", "10.9.1.0/24")
    subnets = [ec2.create_subnet(VpcId=vpc, CidrBlock=one)["Subnet"]["SubnetId"] for one in blocks]
    networks = account.inventory()["ec2:vpc"]
    account.create(VpcId=vpc, SubnetIds=",".join(subnets), AssignPublicIp="DISABLED")
    worker = runner_stack.outputs_of(outputs(account.settled(account.name)))
    assert (worker.subnets, worker.assign_public_ip) == (subnets, False)
    (group,) = ec2.describe_security_groups(GroupIds=worker.security_groups)["SecurityGroups"]
    assert group["VpcId"] == vpc
    assert account.inventory()["ec2:vpc"] == networks
    listed = account.stacks.list_stack_resources(StackName=account.name)["StackResourceSummaries"]
    assert not [one for one in listed if one["LogicalResourceId"].startswith("Network")]


def test_a_runners_security_group_lets_out_and_nothing_in(deployed: Account) -> None:
    group = outputs(deployed.settled(deployed.name))["SecurityGroupId"]
    (found,) = deployed.client("ec2").describe_security_groups(GroupIds=[group])["SecurityGroups"]
    assert found["IpPermissions"] == []
    assert [one["IpRanges"][0]["CidrIp"] for one in found["IpPermissionsEgress"]] == ["0.0.0.0/0"]
    assert found["IpPermissionsEgress"][0]["IpRanges"][0]["Description"]


def test_whatever_can_be_found_by_tag_carries_the_runners(deployed: Account) -> None:
    kinds = {arn.split(":")[2] + ":" + arn.split(":")[5].split("/")[0] for arn in deployed.tagged()}
    assert kinds >= {
        "cloudformation:stack",
        "ec2:internet-gateway",
        "ec2:route-table",
        "ec2:security-group",
        "ec2:subnet",
        "ec2:vpc",
        "ecs:cluster",
        "ecs:task-definition",
        "logs:log-group",
        "secretsmanager:secret",
    }
    (role,) = (
        one
        for one in deployed.client("iam").list_roles(PathPrefix="/alethia/")["Roles"]
        if one["RoleName"] == f"{deployed.name}-task"
    )
    tags = deployed.client("iam").list_role_tags(RoleName=role["RoleName"])["Tags"]
    assert {"Key": "alethia:runner", "Value": deployed.runner_id} in tags


def test_a_repeated_request_finds_its_stack_and_another_one_does_not(deployed: Account) -> None:
    stack_id = deployed.settled(deployed.name)["StackId"]
    assert deployed.stacks.create_stack(**deployed.request())["StackId"] == stack_id
    with pytest.raises(deployed.stacks.exceptions.AlreadyExistsException):
        deployed.stacks.create_stack(**deployed.request(token="another"))


def test_an_update_without_a_change_is_refused(deployed: Account) -> None:
    with pytest.raises(ClientError, match="No updates are to be performed"):
        deployed.stacks.update_stack(**deployed.request(token="nothing"))


@pytest.mark.parametrize("name", ["log group", "role", "secret", "cluster"])
def test_what_is_in_the_way_fails_its_resource_and_everything_goes_back(account: Account, name: str) -> None:
    failing = {
        "log group": ("Log", lambda: account.client("logs").create_log_group(logGroupName=account.name)),
        "role": (
            "TaskRole",
            lambda: account.client("iam").create_role(
                RoleName=f"{account.name}-task", AssumeRolePolicyDocument="{}"
            ),
        ),
        "secret": (
            "Credential",
            lambda: account.client("secretsmanager").create_secret(
                Name=f"{account.name}/credential", SecretString="x"
            ),
        ),
        "cluster": ("Cluster", lambda: account.client("ecs").create_cluster(clusterName=account.name)),
    }
    resource, put_in_the_way = failing[name]
    put_in_the_way()
    before = account.inventory()

    stack_id = account.create()
    stack = account.settled(account.name)
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "AlreadyExists" in account.reason(stack_id, resource, "CREATE_FAILED")
    assert f"failed to create: [{resource}]" in account.reason(stack_id, account.name, "ROLLBACK_IN_PROGRESS")
    assert account.inventory() == before
    with pytest.raises(ClientError, match="is in ROLLBACK_COMPLETE state"):
        account.stacks.update_stack(**account.request(token="again"))

    account.stacks.delete_stack(StackName=account.name)
    assert account.settled(stack_id)["StackStatus"] == "DELETE_COMPLETE"


def test_an_update_rolls_to_a_new_revision_and_keeps_the_old_one(account: Account) -> None:
    account.create()
    first = outputs(account.settled(account.name))["TaskDefinitionArn"]
    account.stacks.update_stack(**account.request(image=NEWER, token="update"))
    stack = account.settled(account.name)
    assert stack["StackStatus"] == "UPDATE_COMPLETE"

    second = outputs(stack)["TaskDefinitionArn"]
    assert second != first
    ecs = account.client("ecs")
    described = ecs.describe_task_definition(taskDefinition=second)["taskDefinition"]
    assert described["containerDefinitions"][0]["image"] == NEWER
    assert ecs.describe_task_definition(taskDefinition=first)["taskDefinition"]["status"] == "ACTIVE"
    assert ("Task", "DELETE_SKIPPED") in account.events(account.name)
    assert {logical for logical, _ in account.events(account.name)[-8:]} <= {"Task", account.name}


def test_an_update_that_fails_leaves_what_was_there(account: Account) -> None:
    account.create()
    before = account.settled(account.name)
    there = account.inventory()
    template = json.loads(runner_stack.template())
    template["Resources"]["Zlast"] = {
        "Type": "AWS::Logs::LogGroup",
        "DependsOn": ["Task"],
        "Properties": {"LogGroupName": "in-the-way"},
    }
    account.client("logs").create_log_group(logGroupName="in-the-way")
    there["logs:group"] = sorted([*there["logs:group"], "in-the-way"])
    request = account.request(image=NEWER, LogDays="1", token="update")
    account.stacks.update_stack(**request | {"TemplateBody": json.dumps(template)})

    stack = account.settled(account.name)
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert outputs(stack) == outputs(before)
    assert "AlreadyExists" in account.reason(account.name, "Zlast", "CREATE_FAILED")
    there["ecs:task-definition"] = sorted([*there["ecs:task-definition"], f"{account.name}:2"])
    newer = account.client("ecs").describe_task_definition(taskDefinition=f"{account.name}:2")
    assert newer["taskDefinition"]["status"] == "INACTIVE"
    assert account.inventory() == there
    (group,) = account.client("logs").describe_log_groups(logGroupNamePrefix=account.name)["logGroups"]
    assert group["retentionInDays"] == 90
    account.stacks.update_stack(**account.request(image=NEWER, token="once more"))
    assert account.settled(account.name)["StackStatus"] == "UPDATE_COMPLETE"


def test_a_deleted_stack_leaves_only_what_it_keeps_and_is_remembered_by_its_id(account: Account) -> None:
    before = account.inventory()
    stack_id = account.create()
    account.settled(account.name)
    assert f"{account.name}-task" in account.inventory()["iam:role"]
    account.stacks.delete_stack(StackName=account.name)
    looks = [account.stacks.describe_stacks(StackName=stack_id)["Stacks"][0]["StackStatus"]]
    assert looks == ["DELETE_IN_PROGRESS"]
    assert account.settled(stack_id)["StackStatus"] == "DELETE_COMPLETE"

    kept = [*before.get("ecs:task-definition", []), f"{account.name}:1"]
    assert account.inventory() == before | {"ecs:task-definition": sorted(kept)}
    with pytest.raises(ClientError, match="does not exist"):
        account.stacks.describe_stacks(StackName=account.name)
    assert account.events(stack_id)[-1] == (account.name, "DELETE_COMPLETE")
    assert len(account.tagged()) > 10, "AWS lists for a while what is gone"
    assert {arn.split(":")[2] for arn in account.tagged()} == {"ecs"}
    account.stacks.delete_stack(StackName=account.name)
    assert account.create(token="anew") != stack_id


def test_a_cluster_with_running_tasks_stops_the_deletion_which_can_be_repeated(account: Account) -> None:
    stack_id = account.create()
    worker = runner_stack.outputs_of(outputs(account.settled(account.name)))
    ecs = account.client("ecs")
    (task,) = ecs.run_task(
        cluster=worker.cluster,
        taskDefinition=worker.task_definition,
        launchType="FARGATE",
        networkConfiguration={
            "awsvpcConfiguration": {"subnets": worker.subnets, "securityGroups": worker.security_groups}
        },
    )["tasks"]
    account.stacks.delete_stack(StackName=account.name)
    stack = account.settled(account.name)
    assert stack["StackStatus"] == "DELETE_FAILED"
    assert "Tasks are active" in account.reason(stack_id, "Cluster", "DELETE_FAILED")

    ecs.stop_task(cluster=worker.cluster, task=task["taskArn"])
    account.stacks.delete_stack(StackName=account.name)
    assert account.settled(stack_id)["StackStatus"] == "DELETE_COMPLETE"


def test_a_stack_that_is_being_made_can_be_deleted_and_one_that_changes_waits(account: Account) -> None:
    stack_id = account.create()
    with pytest.raises(ClientError, match="CREATE_IN_PROGRESS state and can not be updated"):
        account.stacks.update_stack(**account.request(image=NEWER, token="early"))
    account.stacks.delete_stack(StackName=account.name)
    assert account.settled(stack_id)["StackStatus"] == "DELETE_COMPLETE"

    account.create(token="anew")
    account.settled(account.name)
    account.stacks.update_stack(**account.request(image=NEWER, token="update"))
    with pytest.raises(ClientError, match="cannot be deleted while in status UPDATE_IN_PROGRESS"):
        account.stacks.delete_stack(StackName=account.name)


def test_a_request_that_can_not_be_is_refused_at_once(account: Account) -> None:
    def refused(**changes: Any) -> str:
        with pytest.raises(ClientError) as error:
            account.stacks.create_stack(**account.request() | changes)
        return str(error.value.response["Error"]["Message"])

    wrong = [{"ParameterKey": "LogDays", "ParameterValue": "2"}]
    unknown = {"Resources": {"One": {"Type": "AWS::Nowhere::Thing"}}}
    assert "must have values" in refused(Parameters=wrong)
    assert "must be one of AllowedValues" in refused(
        Parameters=[
            one if one["ParameterKey"] != "LogDays" else wrong[0] for one in account.request()["Parameters"]
        ]
    )
    assert "Requires capabilities : [CAPABILITY_NAMED_IAM]" in refused(Capabilities=[])
    assert "AWS::Nowhere::Thing" in refused(TemplateBody=json.dumps(unknown))
    with pytest.raises(ClientError, match="does not exist"):
        account.stacks.describe_stacks(StackName=account.name)
