"""The least that a worker-deploy role must allow: what CloudFormation does for each type in a runner's stack,
as AWS itself describes it, and what our adapters call. No action more."""

import json
import re
from pathlib import Path
from typing import Any

import botocore.session
import cfnlint
import pytest

from chalicelib.adapters import customer_leftovers, customer_stacks, ecs
from chalicelib.providers.aws.permission_data import actions_in
from chalicelib.providers.aws.permissions import PATH, Place
from chalicelib.providers.aws.policy_documents import MAX_POLICY, Policy, many, size
from chalicelib.providers.aws.runner_stack import template
from chalicelib.providers.aws.worker_permissions import (
    BOUNDARY,
    CLOUDFORMATION,
    FUNCTIONS,
    OURS,
    actions,
    boundary,
    policies,
)

PLACE = Place(account_id="210987654321", role_name="alethia-" + "x" * 48, zone_id="zone-" + "x" * 20)
RUNNERS_STACK = json.loads(template())
TYPES = {resource["Type"] for resource in RUNNERS_STACK["Resources"].values()}
SCHEMAS = Path(cfnlint.__file__).parent / "data" / "schemas"
"""AWS's registry of types, as cfn-lint carries it: every handler says what permissions it uses."""

NOT_USED = {
    "no resource of a runner has it": """
        ec2: AssociateSubnetCidrBlock DisassociateSubnetCidrBlock AttachVpnGateway DetachVpnGateway
            CreateVpcEncryptionControl ModifyVpcTenancy
        ecs: PutClusterCapacityProviders
        firehose: TagDeliveryStream
        iam: AttachRolePolicy DetachRolePolicy
            PutUserPolicy GetUserPolicy DeleteUserPolicy PutGroupPolicy GetGroupPolicy DeleteGroupPolicy
        kms: DescribeKey
        logs: AssociateKmsKey DisassociateKmsKey CreateLogDelivery PutDataProtectionPolicy
            DeleteDataProtectionPolicy PutIndexPolicy DeleteIndexPolicy PutResourcePolicy DeleteResourcePolicy
            PutBearerTokenAuthentication PutLogGroupDeletionProtection
        s3: REST.PUT.OBJECT
        secretsmanager: ReplicateSecretToRegions RemoveRegionsFromReplication""",
    "a runner's security group never lets anything in": """
        ec2: AuthorizeSecurityGroupIngress RevokeSecurityGroupIngress
            UpdateSecurityGroupRuleDescriptionsIngress""",
    "settings of the whole account": "ecs: PutAccountSetting PutAccountSettingDefault",
    "the boundary is never taken off": "iam: DeleteRolePermissionsBoundary",
    "nobody reads the credential; a new placeholder is never asked for": "secretsmanager: GetSecretValue",
}
"""Reason → what AWS's handlers could use, and a runner's stack gives them no occasion to."""


def as_aws_says(kind: str) -> set[str]:
    """What the handlers of a type may call, but for those that only list."""
    names = json.loads((SCHEMAS / "providers" / "us-east-1.json").read_text())
    schema = json.loads((SCHEMAS / "resources" / f"{names[kind]}.json").read_text())
    return {
        action
        for handler, details in schema["handlers"].items()
        if handler != "list"
        for action in details["permissions"]
    } | {
        action for action in schema.get("tagging", {}).get("permissions", []) if "ListRoleTags" not in action
    }


def not_used() -> set[str]:
    return {action for text in NOT_USED.values() for action in actions_in(text)}


def test_every_type_in_the_stack_is_listed_and_no_other() -> None:
    assert CLOUDFORMATION.keys() == TYPES


@pytest.mark.parametrize("kind", sorted(TYPES))
def test_what_a_type_takes_is_what_aws_says_but_for_what_is_never_used(kind: str) -> None:
    assert set(actions_in(CLOUDFORMATION[kind])) == as_aws_says(kind) - not_used()


def test_every_function_of_the_template_that_asks_the_account_is_listed() -> None:
    of_the_template_alone = {"GetAtt", "If", "Equals", "Not", "Join", "Select", "Split"}
    used = set(re.findall(r'"Fn::(\w+)"', template()))
    assert {f"Fn::{name}" for name in used - of_the_template_alone} == FUNCTIONS.keys()


def test_what_is_not_used_is_something_that_aws_names() -> None:
    assert not_used() <= set.union(*map(as_aws_says, TYPES))


def test_what_the_control_plane_calls_is_what_its_adapters_call() -> None:
    calls: dict[str, str] = {}
    for service in ("cloudformation", "ec2", "ecs", "resourcegroupstaggingapi", "secretsmanager"):
        prefix = {"resourcegroupstaggingapi": "tag"}.get(service, service)
        for operation in botocore.session.get_session().get_service_model(service).operation_names:
            calls[re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()] = f"{prefix}:{operation}"
    found = set()
    for module in (customer_stacks, customer_leftovers, ecs):
        source = Path(module.__file__).read_text()
        called = re.findall(r'client(?:_of\(place\))?\.(?:get_paginator\("(\w+)"|(\w+)\()', source)
        found |= {calls[name] for pair in called for name in pair if name in calls}
    # The containers' roles are handed over, and what is made is tagged, by calls of other names.
    by_the_way = {"iam:PassRole", "ecs:TagResource", "cloudformation:TagResource"}
    assert set(actions_in(OURS)) == found | by_the_way


@pytest.mark.parametrize("policy", [*policies(PLACE), boundary(PLACE)], ids=lambda policy: policy.name)
class TestEveryPolicy:
    def test_fits(self, policy: Policy) -> None:
        assert size(policy.document) <= MAX_POLICY

    def test_names_each_action(self, policy: Policy) -> None:
        for statement in policy.document["Statement"]:
            assert statement["Effect"] == "Allow"
            assert not [action for action in many(statement["Action"]) if "*" in action]


class TestTheRole:
    @staticmethod
    def statements(action: str) -> list[dict[str, Any]]:
        return [
            statement
            for policy in policies(PLACE)
            for statement in policy.document["Statement"]
            if action in many(statement["Action"])
        ]

    def statement(self, action: str) -> dict[str, Any]:
        [found] = self.statements(action)
        return found

    def test_may_do_what_is_listed_and_nothing_else(self) -> None:
        allowed = {
            action
            for policy in policies(PLACE)
            for statement in policy.document["Statement"]
            for action in many(statement["Action"])
        }
        assert allowed == set(actions())

    def test_acts_on_everything_only_where_aws_knows_no_resource_or_nothing_is_changed(self) -> None:
        everywhere = {
            action
            for policy in policies(PLACE)
            for statement in policy.document["Statement"]
            if statement["Resource"] == "*" and "Condition" not in statement
            for action in many(statement["Action"])
        }
        assert {action for action in everywhere if not re.match(r"\w+:(Describe|List|Get)", action)} == {
            "ec2:CreateInternetGateway",
            "ec2:CreateRouteTable",
            "ec2:CreateSecurityGroup",
            "ec2:CreateSubnet",
            "ec2:CreateVpc",
            "ecs:CreateCluster",
            "ecs:DeregisterTaskDefinition",
            "ecs:RegisterTaskDefinition",
        }

    @pytest.mark.parametrize(
        "action", ["CreateRole", "PutRolePermissionsBoundary", "PutRolePolicy", "DeleteRolePolicy"]
    )
    def test_gives_rights_under_the_boundary_only(self, action: str) -> None:
        statement = self.statement(f"iam:{action}")
        assert statement["Condition"] == {"StringEquals": {"iam:PermissionsBoundary": PLACE.boundary}}

    def test_changes_roles_of_runners_alone_and_never_itself(self) -> None:
        for policy in policies(PLACE):
            for statement in policy.document["Statement"]:
                if any(action.startswith("iam:") for action in many(statement["Action"])):
                    assert re.search(
                        r":role(/alethia/alethia-runner-\*|/aws-service-role/ecs\..*)$", statement["Resource"]
                    )
        assert not PLACE.role.startswith(f"arn:aws:iam::210987654321:role{PATH}alethia-runner-")

    def test_hands_roles_to_tasks_alone(self) -> None:
        condition = self.statement("iam:PassRole")["Condition"]
        assert condition == {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}

    def test_starts_tasks_in_clusters_of_runners_alone(self) -> None:
        statement = self.statement("ecs:RunTask")
        assert statement["Condition"]["ArnLike"]["ecs:cluster"].endswith(":cluster/alethia-runner-*")
        assert statement["Resource"].endswith(":task-definition/alethia-runner-*")

    @pytest.mark.parametrize("action", ["DeleteVpc", "DeleteRoute", "DetachInternetGateway", "DeleteTags"])
    def test_takes_apart_networks_of_its_zone_alone(self, action: str) -> None:
        condition = self.statement(f"ec2:{action}")["Condition"]
        assert condition == {"StringEquals": {"aws:ResourceTag/alethia:zone": PLACE.zone_id}}

    def test_tags_only_what_cloudformation_is_making_and_what_is_its_zones(self) -> None:
        made, making = (statement["Condition"] for statement in self.statements("ec2:CreateTags"))
        assert making["ForAnyValue:StringEquals"] == {"aws:CalledVia": "cloudformation.amazonaws.com"}
        assert making["StringEquals"] == {"aws:RequestTag/alethia:zone": PLACE.zone_id}
        assert made == {"StringEquals": {"aws:ResourceTag/alethia:zone": PLACE.zone_id}}

    def test_can_not_read_the_credential(self) -> None:
        assert "secretsmanager:GetSecretValue" not in actions()


def test_the_boundary_leaves_what_the_stack_gives_its_roles_and_no_more() -> None:
    given = {
        action
        for resource in RUNNERS_STACK["Resources"].values()
        if resource["Type"] == "AWS::IAM::Policy"
        for statement in resource["Properties"]["PolicyDocument"]["Statement"]
        for action in many(statement["Action"])
    }
    assert given == set(actions_in(BOUNDARY))
