"""The least that a linked account must allow: all that the templates need, and nothing that opens more."""

import json
import re
from fnmatch import fnmatchcase
from typing import Any

import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data

from chalicelib.providers.aws.permission_data import ATTACHABLE, TERRAFORM, actions_in
from chalicelib.providers.aws.permissions import (
    ROLE_ENDS,
    Place,
    actions,
    boundary,
    boundary_of,
    checks,
    policies,
)
from chalicelib.providers.aws.policy_documents import MAX_POLICY, Policy, size
from tests.support.aws_calls import action_of
from tests.support.templates import AWS_TEMPLATE

PLACE = Place(account_id="210987654321", role_name="alethia-" + "x" * 40, zone_id="zone-" + "x" * 20)
ALL = [*policies(PLACE), boundary(PLACE)]
TEXT = "".join(file.read_text() for file in AWS_TEMPLATE.rglob("*.tf"))
TYPES = set(re.findall(r'^(?:resource|data|ephemeral) "([a-z0-9_]+)"', TEXT, re.MULTILINE))


def statements(*documents: Policy) -> list[dict[str, Any]]:
    return [statement for one in documents for statement in one.document["Statement"]]


def many(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def test_every_type_in_the_template_is_listed_and_no_other() -> None:
    assert TERRAFORM.keys() == TYPES


def test_every_listed_action_is_allowed() -> None:
    allowed = {action for statement in statements(*policies(PLACE)) for action in many(statement["Action"])}
    assert allowed == set(actions())
    assert {action for text in TERRAFORM.values() for action in actions_in(text)} <= allowed


@pytest.mark.parametrize("policy", ALL, ids=lambda policy: policy.name)
class TestEveryPolicy:
    def test_fits(self, policy: Policy) -> None:
        assert size(policy.document) <= MAX_POLICY

    def test_allows_no_whole_service(self, policy: Policy) -> None:
        for statement in statements(policy):
            assert statement["Effect"] == "Allow"
            for action in many(statement["Action"]):
                service, name = action.split(":")
                assert "*" not in service and name != "*"
                assert "*" not in name or (policy.name, name) == ("boundary", "Describe*")

    def test_scopes_what_changes_iam(self, policy: Policy) -> None:
        for statement in statements(policy):
            if any(action.startswith("iam:") for action in many(statement["Action"])):
                assert statement["Resource"] != "*" or "Condition" in statement


def test_a_role_carries_few_enough_policies() -> None:
    assert len(policies(PLACE)) <= 10


@pytest.mark.parametrize(
    "action",
    ["CreateRole", "PutRolePermissionsBoundary", "PutRolePolicy", "AttachRolePolicy", "DetachRolePolicy"],
)
def test_rights_are_given_under_the_boundary_only(action: str) -> None:
    [statement] = [one for one in statements(*policies(PLACE)) if f"iam:{action}" in one["Action"]]
    assert statement["Condition"]["StringEquals"]["iam:PermissionsBoundary"] == PLACE.boundary


def test_nothing_loosens_the_boundary_or_makes_users() -> None:
    forbidden = ("DeleteRolePermissionsBoundary", "CreatePolicy*", "CreateUser", "CreateAccessKey", "*Login*")
    for action in actions():
        assert not any(fnmatchcase(action, f"iam:{pattern}") for pattern in forbidden)


def test_only_awss_own_policies_for_eks_are_attached_and_they_are_those_of_the_template() -> None:
    [statement] = [one for one in statements(*policies(PLACE)) if "iam:AttachRolePolicy" in one["Action"]]
    arns = statement["Condition"]["ArnEquals"]["iam:PolicyARN"]
    assert {arn.split(":policy/")[1] for arn in arns} == set(ATTACHABLE)
    in_template = set(re.findall(r'"((?:service-role/)?Amazon\w+)"|aws_policy}/(\w+)"', TEXT))
    assert {one or other for one, other in in_template} == set(ATTACHABLE)


def test_roles_are_passed_to_named_services_only() -> None:
    for statement in statements(*ALL):
        if "iam:PassRole" in many(statement["Action"]):
            services = many(statement["Condition"]["StringEquals"]["iam:PassedToService"])
            assert services and all("*" not in service for service in services)
            assert statement["Resource"] != "*"


def test_the_role_names_that_are_allowed_are_those_of_the_template() -> None:
    named = set(re.findall(r"for role in \[([^\]]+)\]", TEXT)[0].replace('"', "").split(", "))
    assert named | {"flow"} == set(ROLE_ENDS)
    assert not any(PLACE.role_name.endswith(f"-{end}") for end in ROLE_ENDS)


def test_every_role_of_the_template_takes_the_boundary() -> None:
    roles = re.findall(r'^resource "aws_iam_role" .*?^}', TEXT, re.MULTILINE | re.DOTALL)
    assert roles
    assert all(re.search(r"permissions_boundary\s+= var.permissions_boundary", role) for role in roles)


def test_the_boundary_allows_all_that_the_attached_policies_do() -> None:
    known = json.loads(aws_managed_policies_data)
    patterns = [action for one in statements(boundary(PLACE)) for action in many(one["Action"])]
    for name in ATTACHABLE:
        document = known[name.rsplit("/", 1)[-1]]["Document"]
        for statement in document["Statement"]:
            for action in many(statement["Action"]):
                assert any(fnmatchcase(action, pattern) for pattern in patterns), (name, action)


def test_the_boundary_allows_all_that_the_templates_own_policies_do() -> None:
    patterns = [action for one in statements(boundary(PLACE)) for action in many(one["Action"])]
    karpenter = (AWS_TEMPLATE / "modules/cluster/karpenter.tf").read_text()
    flow = (AWS_TEMPLATE / "modules/network/flow_logs.tf").read_text()
    own = re.findall(r'"((?:ec2|iam|eks|sqs|ssm|pricing|logs):[A-Z]\w+)"', karpenter + flow)
    assert len(own) > 20
    # The first is allowed to EventBridge by the queue's own policy; the others are keys of conditions.
    for action in set(own) - {"sqs:SendMessage", "ec2:CreateAction", "iam:PassedToService"}:
        assert any(fnmatchcase(action, pattern) for pattern in patterns), action


def test_checks_ask_about_every_action_on_something_that_its_pattern_means() -> None:
    asked = checks(PLACE, "eu-west-1")
    assert {action for check in asked for action in check.actions} == set(actions())
    assert all("*" not in check.resource or check.resource == "*" for check in asked)


@pytest.mark.parametrize(
    ("role", "bound"),
    [
        (
            "arn:aws:iam::210987654321:role/alethia/alethia-1",
            "arn:aws:iam::210987654321:policy/alethia/alethia-1-boundary",
        ),
        ("arn:aws:iam::210987654321:role/their-own", None),
        (None, None),
    ],
)
def test_the_boundary_is_found_by_the_roles_path(role: str | None, bound: str | None) -> None:
    assert boundary_of(role) == bound


@pytest.mark.parametrize(
    ("call", "action"),
    [
        ("s3:HeadBucket", "s3:ListBucket"),
        ("s3:PutBucketEncryption", "s3:PutEncryptionConfiguration"),
        ("ec2:CreateVpc", "ec2:CreateVpc"),
        ("sts:GetCallerIdentity", None),
    ],
)
def test_calls_are_read_as_the_actions_that_they_need(call: str, action: str | None) -> None:
    assert action_of(call) == action
