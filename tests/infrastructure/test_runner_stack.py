"""The stack of a runner in a customer's account: as committed it is what is synthesized; what it grants."""

import json
import zipfile
from typing import Any

import pytest

from cdk.main import PROJECT
from cdk.packaging import Package
from cdk.runner_stack import as_text
from chalicelib.adapters.ecs import CONTAINER
from chalicelib.domain.worker import TAG
from chalicelib.providers.aws.permissions import ZONE_TAG
from chalicelib.providers.aws.runner_stack import FILE
from tests.infrastructure.conftest import Judged
from tests.infrastructure.templates import circles, of_type, statements_of_role, task_definition, walk

MAX_BODY = 51_200
"""Bytes of a template that is sent, not named by an S3 address."""

TEMPLATE: dict[str, Any] = json.loads(FILE.read_text())


def test_what_is_committed_is_what_is_synthesized_and_judged(judged: Judged) -> None:
    template = json.loads((judged.templates / "alethia-runner.template.json").read_text())
    assert as_text(template) == FILE.read_text(), "run: python -m cdk.runner_stack --write"


def test_it_can_be_sent_and_needs_nothing_beside_it() -> None:
    assert len(FILE.read_bytes()) < MAX_BODY
    assert "Rules" not in TEMPLATE and "BootstrapVersion" not in TEMPLATE["Parameters"]
    assert "Metadata" not in TEMPLATE
    assert not [one for one in TEMPLATE["Resources"].values() if "Metadata" in one]
    assert not of_type(TEMPLATE, "AWS::CDK::Metadata")
    assert "cdk-hnb659fds" not in json.dumps(TEMPLATE)


def test_its_file_is_packaged_with_the_app(packaged: Package) -> None:
    for function in packaged.functions.values():
        with zipfile.ZipFile(function.code.path) as zipped:
            assert json.loads(zipped.read(str(FILE.relative_to(PROJECT)))) == TEMPLATE


def test_nothing_waits_for_itself() -> None:
    assert circles(TEMPLATE) == []


def test_everything_that_can_be_tagged_is() -> None:
    untaggable = {
        "AWS::EC2::Route",
        "AWS::EC2::SubnetRouteTableAssociation",
        "AWS::EC2::VPCGatewayAttachment",
        "AWS::IAM::Policy",
    }
    for name, resource in TEMPLATE["Resources"].items():
        if resource["Type"] not in untaggable:
            tags = {tag["Key"]: tag["Value"] for tag in resource["Properties"]["Tags"]}
            assert tags[TAG] == {"Ref": "RunnerId"}, name
            assert tags[ZONE_TAG] == {"Ref": "ZoneId"}, name


def test_every_name_is_the_runners() -> None:
    names = [
        properties[key]
        for kind, key in (
            ("AWS::ECS::Cluster", "ClusterName"),
            ("AWS::ECS::TaskDefinition", "Family"),
            ("AWS::IAM::Role", "RoleName"),
            ("AWS::Logs::LogGroup", "LogGroupName"),
            ("AWS::SecretsManager::Secret", "Name"),
        )
        for properties in of_type(TEMPLATE, kind).values()
    ]
    assert len(names) == 6
    for name in names:
        assert name["Fn::Join"][1][:2] == ["alethia-", {"Ref": "RunnerId"}]


class TestTask:
    def test_runs_one_container_that_can_write_to_its_scratch_volume_alone(self) -> None:
        task = task_definition(TEMPLATE)
        [container] = task["ContainerDefinitions"]
        assert container["Name"] == CONTAINER
        assert container["ReadonlyRootFilesystem"] is True
        assert container["MountPoints"] == [
            {"ContainerPath": "/work", "ReadOnly": False, "SourceVolume": "work"}
        ]
        assert task["Volumes"] == [{"Name": "work"}]

    def test_is_what_the_parameters_say_on_fargate_arm64(self) -> None:
        task = task_definition(TEMPLATE)
        assert (task["Cpu"], task["Memory"]) == ({"Ref": "Cpu"}, {"Ref": "MemoryMiB"})
        assert task["ContainerDefinitions"][0]["Image"] == {"Ref": "Image"}
        assert task["RequiresCompatibilities"] == ["FARGATE"]
        assert task["RuntimePlatform"]["CpuArchitecture"] == "ARM64"

    def test_has_all_the_time_that_fargate_gives_to_stop(self) -> None:
        assert task_definition(TEMPLATE)["ContainerDefinitions"][0]["StopTimeout"] == 120

    def test_gets_its_credential_as_a_secret_and_no_other(self) -> None:
        [container] = task_definition(TEMPLATE)["ContainerDefinitions"]
        assert container["Secrets"] == [
            {"Name": "ALETHIA_RUNNER_CREDENTIAL", "ValueFrom": {"Ref": "Credential"}}
        ]
        assert {one["Name"] for one in container["Environment"]} == {"HOME", "ALETHIA_WORK_DIR"}

    def test_revisions_stay_for_runs_that_are_pinned_to_one(self) -> None:
        task = TEMPLATE["Resources"]["Task"]
        assert task["UpdateReplacePolicy"] == "Retain"
        # A stack that never came to stand leaves nothing behind.
        assert task["DeletionPolicy"] == "RetainExceptOnCreate"


class TestRoles:
    def test_a_running_job_may_do_nothing(self) -> None:
        assert statements_of_role(TEMPLATE, "TaskRole") == []
        assert "ManagedPolicyArns" not in TEMPLATE["Resources"]["TaskRole"]["Properties"]

    def test_its_container_is_started_with_one_secret_one_log_and_the_images_of_one_account(self) -> None:
        assert statements_of_role(TEMPLATE, "ExecutionRole") == [
            {"Action": "ecr:GetAuthorizationToken", "Effect": "Allow", "Resource": "*"},
            {
                "Action": [
                    "ecr:BatchCheckLayerAvailability",
                    "ecr:BatchGetImage",
                    "ecr:GetDownloadUrlForLayer",
                ],
                "Condition": {
                    "StringEquals": {
                        "aws:ResourceAccount": {"Fn::Select": [0, {"Fn::Split": [".", {"Ref": "Image"}]}]}
                    }
                },
                "Effect": "Allow",
                "Resource": "*",
            },
            {
                "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                "Effect": "Allow",
                "Resource": {"Fn::GetAtt": ["Log", "Arn"]},
            },
            {
                "Action": ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
                "Effect": "Allow",
                "Resource": {"Ref": "Credential"},
            },
        ]

    @pytest.mark.parametrize("role", ["TaskRole", "ExecutionRole"])
    def test_are_for_tasks_of_this_account_and_region_under_the_boundary(self, role: str) -> None:
        properties = TEMPLATE["Resources"][role]["Properties"]
        [statement] = properties["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
        assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
        assert "AWS::Region" in json.dumps(statement["Condition"]["ArnLike"]["aws:SourceArn"])
        condition, bounded, otherwise = properties["PermissionsBoundary"]["Fn::If"]
        assert (condition, otherwise) == ("Bounded", {"Ref": "AWS::NoValue"})
        assert bounded["Fn::Join"][1][-2:] == [":policy/alethia/", {"Ref": "Boundary"}]
        assert properties["Path"] == "/alethia/"


class TestNetwork:
    def test_lets_everything_out_and_nothing_in(self) -> None:
        [group] = of_type(TEMPLATE, "AWS::EC2::SecurityGroup").values()
        assert "SecurityGroupIngress" not in group
        assert [rule["CidrIp"] for rule in group["SecurityGroupEgress"]] == ["0.0.0.0/0"]
        assert not of_type(TEMPLATE, "AWS::EC2::SecurityGroupIngress")
        assert group["VpcId"] == {"Fn::If": ["OwnNetwork", {"Ref": "NetworkVpc"}, {"Ref": "VpcId"}]}

    def test_is_its_own_unless_one_is_named(self) -> None:
        assert TEMPLATE["Conditions"]["OwnNetwork"] == {"Fn::Equals": [{"Ref": "VpcId"}, ""]}
        for name, resource in TEMPLATE["Resources"].items():
            assert (resource.get("Condition") == "OwnNetwork") is name.startswith("Network"), name

    def test_of_its_own_has_two_public_subnets_that_give_no_addresses_by_themselves(self) -> None:
        subnets = of_type(TEMPLATE, "AWS::EC2::Subnet").values()
        assert [subnet["MapPublicIpOnLaunch"] for subnet in subnets] == [False, False]
        zones = [subnet["AvailabilityZone"]["Fn::Select"][0] for subnet in subnets]
        assert zones == [0, 1]
        [route] = of_type(TEMPLATE, "AWS::EC2::Route").values()
        assert route["GatewayId"] == {"Ref": "NetworkGateway"}

    def test_costs_nothing_while_nothing_runs(self) -> None:
        kinds = {resource["Type"] for resource in TEMPLATE["Resources"].values()}
        assert not kinds & {"AWS::EC2::NatGateway", "AWS::EC2::EIP", "AWS::EC2::VPCEndpoint"}
        [cluster] = of_type(TEMPLATE, "AWS::ECS::Cluster").values()
        assert cluster["ClusterSettings"] == [{"Name": "containerInsights", "Value": "disabled"}]

    def test_is_told_as_tasks_must_be_started_in_it(self) -> None:
        told = TEMPLATE["Outputs"]
        own = {"Fn::Join": [",", [{"Ref": "NetworkSubnetA"}, {"Ref": "NetworkSubnetB"}]]}
        assert told["SubnetIds"]["Value"] == {"Fn::If": ["OwnNetwork", own, {"Ref": "SubnetIds"}]}
        public = {"Fn::If": ["OwnNetwork", "ENABLED", {"Ref": "AssignPublicIp"}]}
        assert told["AssignPublicIp"]["Value"] == public


def test_the_log_ends_and_goes_with_the_stack() -> None:
    log = TEMPLATE["Resources"]["Log"]
    assert log["Properties"]["RetentionInDays"] == {"Ref": "LogDays"}
    assert log["DeletionPolicy"] == "Delete"


def test_the_secret_holds_no_value_of_ours_and_goes_with_the_stack() -> None:
    secret = TEMPLATE["Resources"]["Credential"]
    assert secret["DeletionPolicy"] == "Delete"
    assert "SecretString" not in secret["Properties"]
    assert secret["Properties"]["GenerateSecretString"]["PasswordLength"] == 64
    assert not [
        value for value in walk(TEMPLATE["Outputs"]) if value == {"Fn::GetAtt": ["Credential", "Value"]}
    ]
    assert "resolve:" not in FILE.read_text()
