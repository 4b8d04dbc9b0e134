"""The one role that customers' accounts let in: who may become it, and what it may do."""

from typing import Any

import pytest

from cdk.grants import MAY, Right
from tests.infrastructure.conftest import Template
from tests.infrastructure.templates import as_list, functions, of_type, statements_of_role

BECOME_IT = {"APIHandler", "DispatchRunner", "Reconcile", "WorkerStack"}


@pytest.fixture
def role(template: Template) -> str:
    """Its logical id."""
    (found,) = [
        name
        for name, properties in of_type(template, "AWS::IAM::Role").items()
        if properties.get("RoleName") == "alethia-customer-access"
    ]
    return found


def test_it_is_let_in_by_customers_and_may_do_nothing_else(template: Template, role: str) -> None:
    (statement,) = statements_of_role(template, role)
    assert statement["Action"] == "sts:AssumeRole"
    assert statement["Resource"]["Fn::Join"][1][-1] == ":iam::*:role/*"
    assert statement["Condition"] == {"StringNotEquals": {"aws:ResourceAccount": {"Ref": "AWS::AccountId"}}}


def test_it_trusts_exactly_the_functions_that_act_for_customers(template: Template, role: str) -> None:
    by_role = {its_role: name for name, (its_role, _) in functions(template).items()}
    policy = template["Resources"][role]["Properties"]["AssumeRolePolicyDocument"]
    trusted = set()
    for statement in policy["Statement"]:
        assert statement["Action"] == "sts:AssumeRole"
        for principal in as_list(statement["Principal"]["AWS"]):
            trusted.add(by_role[principal["Fn::GetAtt"][0]])
    assert trusted == BECOME_IT == {name for name, rights in MAY.items() if Right.CUSTOMER_ROLES in rights}


def test_no_function_becomes_any_other_role(template: Template) -> None:
    become = {
        name: statement["Resource"]
        for name, (its_role, _) in functions(template).items()
        for statement in statements_of_role(template, its_role)
        if "sts:AssumeRole" in as_list(statement["Action"])
    }
    assert become == dict.fromkeys(BECOME_IT, arn_of("role/alethia-customer-access"))


def test_every_function_is_told_the_principal_that_customers_are_shown(template: Template) -> None:
    (shown,) = [
        output["Value"] for name, output in template["Outputs"].items() if name == "ControlPlanePrincipal"
    ]
    assert shown == arn_of("role/alethia-customer-access")
    for _, function in functions(template).values():
        told = function["Environment"]["Variables"]
        assert told["ALETHIA_CUSTOMER_ACCESS_ROLE"] == told["ALETHIA_CONTROL_PLANE_PRINCIPAL"] == shown


def arn_of(what: str) -> dict[str, Any]:
    account = [{"Ref": "AWS::Partition"}, ":iam::", {"Ref": "AWS::AccountId"}]
    return {"Fn::Join": ["", ["arn:", *account, f":{what}"]]}
