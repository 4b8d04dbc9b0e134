"""The CloudFormation template that links an AWS account: a role and what it trusts, policies, a boundary."""

from typing import Any

from ..aws.permissions import boundary, policies
from .aws_role_stack import PLACE, assumed_by_us, parameters_of_a_role, ref, sub, text


def template(*, issuer_url: str = "", audience: str = "") -> str:
    """The template as JSON. Without an issuer, it has no part for web identity."""
    return text(
        description="Lets Alethia provision into this account, through a role and without any key.",
        parameters=_parameters(issuer_url),
        policies=policies(PLACE),
        boundary=boundary(PLACE),
        trust=_trust(issuer_url, audience),
        role="What Alethia acts as in this account; delete it to end the link",
        output="Set it as role_reference of the cloud identity",
        conditions=_conditions() if issuer_url else None,
        others=_issuer(issuer_url, audience) if issuer_url else None,
    )


def _parameters(issuer_url: str) -> dict[str, Any]:
    parameters: dict[str, Any] = parameters_of_a_role(48)
    if not issuer_url:
        return parameters
    for name in ("ControlPlanePrincipal", "ExternalId"):
        parameters[name] |= {"AllowedPattern": f"|{parameters[name]['AllowedPattern']}", "Default": ""}
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
    by_token = {"Fn::Not": [{"Fn::Equals": [ref("Subject"), ""]}]}
    return {
        "WebIdentity": by_token,
        "MakeIssuer": {"Fn::And": [{"Condition": "WebIdentity"}, {"Fn::Equals": [ref("NewIssuer"), "yes"]}]},
    }


def _issuer(issuer_url: str, audience: str) -> dict[str, Any]:
    return {
        "Issuer": {
            "Type": "AWS::IAM::OIDCProvider",
            "Condition": "MakeIssuer",
            "Properties": {"Url": issuer_url, "ClientIdList": [audience]},
        }
    }


def _trust(issuer_url: str, audience: str) -> dict[str, Any]:
    if not issuer_url:
        return assumed_by_us()
    host = issuer_url.split("://", 1)[-1]
    by_token = {
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:oidc-provider/" + host)},
        "Condition": {"StringEquals": {f"{host}:sub": ref("Subject"), f"{host}:aud": audience}},
    }
    return {"Fn::If": ["WebIdentity", by_token, assumed_by_us()]}
