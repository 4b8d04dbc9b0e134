"""The CloudFormation templates of roles for us: lint-clean, small enough, and the same each time."""

import json
from typing import Any

import cfnlint.api  # type: ignore[import-untyped]
import pytest

from chalicelib.providers.aws import permissions, worker_permissions
from chalicelib.providers.aws.permissions import Place
from chalicelib.providers.linking import aws_workers
from chalicelib.providers.linking.aws_template import template

ISSUER = "https://api.example.com/live/api/oidc"
TEMPLATES = {
    "by role": template(),
    "by role or web identity": template(issuer_url=ISSUER, audience="sts.amazonaws.com"),
    "runners": aws_workers.template(),
}
MAX_BODY = 51_200
"""Bytes of a template that is sent, not named by an S3 address."""


def test_the_one_that_no_stack_of_ours_holds_is_lint_clean_too() -> None:
    """``make synth`` judges the others."""
    problems = cfnlint.api.lint(TEMPLATES["by role"])
    assert [f"{problem.rule.id} {problem.message}" for problem in problems] == []


@pytest.mark.parametrize("text", TEMPLATES.values(), ids=TEMPLATES)
class TestEach:
    def test_can_be_sent_from_a_shell(self, text: str) -> None:
        assert len(text.encode()) < MAX_BODY

    def test_trusts_one_principal_with_an_external_id(self, text: str) -> None:
        role = json.loads(text)["Resources"]["Role"]["Properties"]
        [statement] = role["AssumeRolePolicyDocument"]["Statement"]
        assumed = statement["Fn::If"][2] if "Fn::If" in statement else statement
        assert assumed["Principal"] == {"AWS": {"Ref": "ControlPlanePrincipal"}}
        assert assumed["Condition"] == {"StringEquals": {"sts:ExternalId": {"Ref": "ExternalId"}}}

    def test_holds_the_policies_and_the_boundary(self, text: str) -> None:
        place = Place(account_id="210987654321", role_name="alethia-1", zone_id="zone-1")
        resources = json.loads(text)["Resources"]
        rights = worker_permissions if text == TEMPLATES["runners"] else permissions
        for policy in (*rights.policies(place), rights.boundary(place)):
            made = resources[policy.name.capitalize()]["Properties"]
            assert filled_in(made["PolicyDocument"]) == policy.document
            assert made["Path"] == "/alethia/"
        attached = resources["Role"]["Properties"]["ManagedPolicyArns"]
        assert attached == [{"Ref": policy.name.capitalize()} for policy in rights.policies(place)]


def filled_in(value: Any) -> Any:
    """What CloudFormation makes of a value for one account."""
    if isinstance(value, dict):
        if value.keys() == {"Fn::Sub"}:
            text: str = value["Fn::Sub"]
            for name, found in (
                ("AWS::Partition", "aws"),
                ("AWS::AccountId", "210987654321"),
                ("RoleName", "alethia-1"),
                ("ZoneId", "zone-1"),
            ):
                text = text.replace(f"${{{name}}}", found)
            return text
        return {key: filled_in(item) for key, item in value.items()}
    return [filled_in(item) for item in value] if isinstance(value, list) else value


def test_web_identity_names_issuer_subject_and_audience() -> None:
    role = json.loads(TEMPLATES["by role or web identity"])["Resources"]["Role"]["Properties"]
    [statement] = role["AssumeRolePolicyDocument"]["Statement"]
    condition, by_token, _ = statement["Fn::If"]
    host = ISSUER.removeprefix("https://")
    assert condition == "WebIdentity"
    assert by_token["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert by_token["Condition"]["StringEquals"] == {
        f"{host}:sub": {"Ref": "Subject"},
        f"{host}:aud": "sts.amazonaws.com",
    }


def test_it_is_the_same_each_time() -> None:
    assert template(issuer_url=ISSUER, audience="a") == template(issuer_url=ISSUER, audience="a")
