"""The CloudFormation template that links an AWS account: a role, its policies, its boundary, what it trusts.

One text for every identity of a deployment, so that it can be published once and read before it is trusted;
what differs are parameters. The same input makes the same text, to the byte.
"""

import json
from typing import Any

from ..aws.permissions import PATH, Place, boundary, boundary_name, policies

PLACE = Place(
    account_id="${AWS::AccountId}",
    role_name="${RoleName}",
    zone_id="${ZoneId}",
    partition="${AWS::Partition}",
)
SESSION_SECONDS = 3600


def template(*, issuer_url: str = "", audience: str = "") -> str:
    """The template as JSON. Without an issuer, it has no part for web identity."""
    made = [*policies(PLACE), boundary(PLACE)]
    resources = {
        policy.name.capitalize(): {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {
                "ManagedPolicyName": _sub(
                    boundary_name("${RoleName}")
                    if policy.name == "boundary"
                    else "${RoleName}-" + policy.name
                ),
                "Path": PATH,
                "Description": policy.description,
                "PolicyDocument": _substituted(policy.document),
            },
        }
        for policy in made
    }
    if issuer_url:
        resources["Issuer"] = {
            "Type": "AWS::IAM::OIDCProvider",
            "Condition": "MakeIssuer",
            "Properties": {"Url": issuer_url, "ClientIdList": [audience]},
        }
    resources["Role"] = {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": _ref("RoleName"),
            "Path": PATH,
            "Description": "What Alethia acts as in this account; delete it to end the link",
            "MaxSessionDuration": SESSION_SECONDS,
            "AssumeRolePolicyDocument": _trust(issuer_url, audience),
            "ManagedPolicyArns": [_ref(policy.name.capitalize()) for policy in policies(PLACE)],
        },
    }
    whole = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Lets Alethia provision into this account, through a role and without any key.",
        "Parameters": _parameters(issuer_url),
        **({"Conditions": _conditions()} if issuer_url else {}),
        "Resources": resources,
        "Outputs": {
            "RoleArn": {
                "Description": "Set it as role_reference of the cloud identity",
                "Value": {"Fn::GetAtt": ["Role", "Arn"]},
            }
        },
    }
    return json.dumps(whole, indent=1) + "\n"


def _parameters(issuer_url: str) -> dict[str, Any]:
    parameters: dict[str, Any] = {
        "RoleName": {
            "Type": "String",
            "Description": "Name of the role; policies and boundary are named after it",
            "AllowedPattern": "[A-Za-z0-9-]{1,48}",
        },
        "ZoneId": {
            "Type": "String",
            "Description": "Alethia zone whose resources the role may delete, by the tag alethia:zone",
            "AllowedPattern": "[A-Za-z0-9._-]{1,128}",
        },
        "ControlPlanePrincipal": {
            "Type": "String",
            "Description": "ARN of the principal that assumes the role: Alethia's control plane",
            "AllowedPattern": "|arn:aws[a-z-]*:iam::[0-9]{12}:(root|(role|user)/.+)",
            "Default": "",
        },
        "ExternalId": {
            "Type": "String",
            "Description": "This identity's external id; nobody gets in without it",
            "AllowedPattern": "|[A-Za-z0-9+=,.@:/_-]{16,1224}",
            "Default": "",
        },
    }
    if not issuer_url:
        for name in ("ControlPlanePrincipal", "ExternalId"):
            parameters[name].pop("Default")
            parameters[name]["AllowedPattern"] = parameters[name]["AllowedPattern"].removeprefix("|")
        return parameters
    return parameters | {
        "Subject": {
            "Type": "String",
            "Description": "For web identity, in place of an external id: subject of this identity's tokens",
            "AllowedPattern": "|zone:[A-Za-z0-9._-]+:identity:[A-Za-z0-9._-]+",
            "Default": "",
        },
        "NewIssuer": {
            "Type": "String",
            "Description": "For web identity: no, when the account has this OIDC provider already",
            "AllowedValues": ["yes", "no"],
            "Default": "yes",
        },
    }


def _conditions() -> dict[str, Any]:
    by_token = {"Fn::Not": [{"Fn::Equals": [_ref("Subject"), ""]}]}
    return {
        "WebIdentity": by_token,
        "MakeIssuer": {"Fn::And": [{"Condition": "WebIdentity"}, {"Fn::Equals": [_ref("NewIssuer"), "yes"]}]},
    }


def _trust(issuer_url: str, audience: str) -> dict[str, Any]:
    assumed = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"AWS": _ref("ControlPlanePrincipal")},
        "Condition": {"StringEquals": {"sts:ExternalId": _ref("ExternalId")}},
    }
    if not issuer_url:
        return {"Version": "2012-10-17", "Statement": [assumed]}
    host = issuer_url.split("://", 1)[-1]
    by_token = {
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {
            "Federated": _sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:oidc-provider/" + host)
        },
        "Condition": {"StringEquals": {f"{host}:sub": _ref("Subject"), f"{host}:aud": audience}},
    }
    return {
        "Version": "2012-10-17",
        "Statement": [{"Fn::If": ["WebIdentity", by_token, assumed]}],
    }


def _substituted(value: Any) -> Any:
    """The value with ``Fn::Sub`` around each text that has something to fill in."""
    if isinstance(value, dict):
        return {key: _substituted(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_substituted(item) for item in value]
    return _sub(value) if isinstance(value, str) and "${" in value else value


def _sub(text: str) -> dict[str, str]:
    return {"Fn::Sub": text}


def _ref(name: str) -> dict[str, str]:
    return {"Ref": name}
