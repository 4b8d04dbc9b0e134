"""Templates are read as CloudFormation reads them, and what can't be read is refused rather than guessed."""

from typing import Any

import pytest

from alethia.embedded.customer_cloud.policies import holds
from alethia.embedded.customer_cloud.stacks import template
from alethia.embedded.customer_cloud.stacks.errors import ValidationError

PLACE = template.Place("123456789012", "eu-west-1", "shop", "arn:stack")
MADE = {("Log", None): "/shop", ("Log", "Arn"): "arn:log"}

Json = dict[str, Any]


def read(value: Any, *, conditions: Json | None = None, **parameters: Any) -> Any:
    whole = {"Resources": {}, "Conditions": conditions or {}, "Mappings": {"M": {"a": {"b": "c"}}}}
    reader = template.Reader(
        whole,
        parameters,
        PLACE,
        lambda name, attribute: MADE[name, attribute],
        lambda region: [f"{region}a", f"{region}b"],
    )
    return reader.read(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "Size"}, "small"),
        ({"Ref": "AWS::Region"}, "eu-west-1"),
        ({"Ref": "Log"}, "/shop"),
        ({"Fn::GetAtt": ["Log", "Arn"]}, "arn:log"),
        ({"Fn::GetAtt": "Log.Arn"}, "arn:log"),
        ({"Fn::Join": ["-", ["a", {"Ref": "Size"}]]}, "a-small"),
        (
            {"Fn::Sub": "${Size} ${Log.Arn} ${AWS::AccountId} ${!Literal}"},
            "small arn:log 123456789012 ${Literal}",
        ),
        ({"Fn::Sub": ["${Own}/${Size}", {"Own": {"Ref": "Log"}}]}, "/shop/small"),
        ({"Fn::Select": ["1", {"Fn::Split": [",", "a,b"]}]}, "b"),
        ({"Fn::Select": [0, {"Fn::GetAZs": ""}]}, "eu-west-1a"),
        ({"Fn::FindInMap": ["M", "a", "b"]}, "c"),
        ({"Fn::Base64": "x"}, "eA=="),
        ({"Fn::If": ["IsSmall", "yes", "no"]}, "yes"),
        ({"Fn::If": ["Never", "yes", "no"]}, "no"),
        ({"A": 1, "B": {"Fn::If": ["Never", 2, {"Ref": "AWS::NoValue"}]}}, {"A": 1}),
        ([1, {"Ref": "AWS::NoValue"}, 3], [1, 3]),
        (
            {"Statement": {"Condition": {"StringEquals": {"a": "b"}}}},
            {"Statement": {"Condition": {"StringEquals": {"a": "b"}}}},
        ),
        ({"Condition": {"StringEquals": {"a": "b"}}}, {"Condition": {"StringEquals": {"a": "b"}}}),
    ],
)
def test_each_function_gives_what_it_gives_in_aws(value: Any, expected: Any) -> None:
    conditions = {
        "IsSmall": {"Fn::Equals": [{"Ref": "Size"}, "small"]},
        "Never": {"Fn::And": [{"Condition": "IsSmall"}, {"Fn::Not": [{"Condition": "IsSmall"}]}]},
    }
    assert read(value, conditions=conditions, Size="small") == expected


def test_a_function_that_nobody_knows_is_refused_by_name() -> None:
    with pytest.raises(ValidationError, match="Fn::Cidr"):
        read({"Fn::Cidr": ["10.0.0.0/16", 2, 8]})


def test_resources_come_after_what_they_depend_on() -> None:
    resources = {
        "Route": {"DependsOn": ["Attachment"], "Properties": {"Table": {"Ref": "Table"}}},
        "Attachment": {"Properties": {"Vpc": {"Fn::GetAtt": ["Vpc", "Id"]}}},
        "Table": {"Properties": {"Vpc": {"Fn::Sub": "${Vpc}"}}},
        "Vpc": {},
    }
    order = template.in_order(resources)
    assert order.index("Vpc") < min(order.index("Attachment"), order.index("Table"))
    assert order[-1] == "Route"


def test_a_circle_is_refused() -> None:
    with pytest.raises(ValidationError, match="Circular dependency"):
        template.in_order({"A": {"DependsOn": "B"}, "B": {"Properties": {"a": {"Ref": "A"}}}})


PARAMETERS = {
    "Parameters": {
        "Name": {"Type": "String", "AllowedPattern": "[a-z]+"},
        "Size": {"Type": "String", "AllowedValues": ["1", "2"], "Default": "1"},
        "Subnets": {"Type": "CommaDelimitedList", "Default": ""},
    }
}


def test_parameters_are_filled_in() -> None:
    values = template.fill_in(PARAMETERS, {"Name": "shop", "Subnets": "a, b"})
    assert values == {"Name": "shop", "Size": "1", "Subnets": ["a", "b"]}
    assert template.fill_in(PARAMETERS, {"Name": "shop"})["Subnets"] == []


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({}, r"\[Name\] must have values"),
        ({"Name": "shop", "Other": "1"}, r"\[Other\] do not exist"),
        ({"Name": "Shop"}, "Name failed to satisfy constraint"),
        ({"Name": "shop", "Size": "3"}, "'Size' must be one of AllowedValues"),
    ],
)
def test_parameters_that_are_not_right_are_named(given: dict[str, str], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        template.fill_in(PARAMETERS, given)


@pytest.mark.parametrize(
    ("resources", "needed"),
    [
        ({"Type": "AWS::Logs::LogGroup"}, None),
        ({"Type": "AWS::IAM::Role", "Properties": {}}, "CAPABILITY_IAM"),
        ({"Type": "AWS::IAM::Role", "Properties": {"RoleName": "x"}}, "CAPABILITY_NAMED_IAM"),
    ],
)
def test_roles_are_to_be_acknowledged(resources: Json, needed: str | None) -> None:
    assert template.needed_capability({"Resources": {"One": resources}}) == needed


def test_a_key_of_many_values_is_compared_as_one_of_one() -> None:
    via = {"ForAnyValue:StringEquals": {"aws:CalledVia": ["cloudformation.amazonaws.com"]}}
    assert holds(via, {"aws:CalledVia": "cloudformation.amazonaws.com"})
    assert not holds(via, {})
