"""What the CloudFormation stacks of roles for us have in common: how they are written, and how deployed.

One text for every identity of a deployment, so that it can be published once and read before it is trusted;
what differs are parameters. The same input makes the same text, to the byte.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from ..aws.permissions import PATH, Place, boundary_name
from ..aws.policy_documents import Policy
from .base import SetupSnippet

PLACE = Place(
    account_id="${AWS::AccountId}",
    role_name="${RoleName}",
    zone_id="${ZoneId}",
    partition="${AWS::Partition}",
)
SESSION_SECONDS = 3600

Json = dict[str, Any]


def text(
    *,
    description: str,
    parameters: Mapping[str, Json],
    policies: Sequence[Policy],
    boundary: Policy,
    trust: Json,
    role: str,
    output: str,
    conditions: Mapping[str, Json] | None = None,
    others: Mapping[str, Json] | None = None,
) -> str:
    """A template as JSON.

    Parameters
    ----------
    trust : dict
        The statement of who may be the role.
    role, output : str
        What the role is for, and where its ARN goes.
    others : mapping
        Resources beside the role, its policies and its boundary.
    """
    resources = {policy.name.capitalize(): _managed(policy) for policy in (*policies, boundary)}
    resources |= others or {}
    resources["Role"] = {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": ref("RoleName"),
            "Path": PATH,
            "Description": role,
            "MaxSessionDuration": SESSION_SECONDS,
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
            "ManagedPolicyArns": [ref(policy.name.capitalize()) for policy in policies],
        },
    }
    whole = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": description,
        "Parameters": parameters,
        **({"Conditions": conditions} if conditions else {}),
        "Resources": resources,
        "Outputs": {"RoleArn": {"Description": output, "Value": {"Fn::GetAtt": ["Role", "Arn"]}}},
    }
    return json.dumps(whole, indent=1) + "\n"


def parameters_of_a_role(longest_name: int) -> dict[str, Json]:
    """Parameters of every such template. `longest_name` leaves room for what is named after the role."""
    return {
        "RoleName": {
            "Type": "String",
            "Description": "Name of the role; policies and boundary are named after it",
            "AllowedPattern": f"[A-Za-z0-9-]{{1,{longest_name}}}",
        },
        "ZoneId": {
            "Type": "String",
            "Description": "Alethia zone whose resources the role may delete, by the tag alethia:zone",
            "AllowedPattern": "[A-Za-z0-9._-]{1,128}",
        },
        "ControlPlanePrincipal": {
            "Type": "String",
            "Description": "ARN of the principal that assumes the role: Alethia's control plane",
            "AllowedPattern": "arn:aws[a-z-]*:iam::[0-9]{12}:(root|(role|user)/.+)",
        },
        "ExternalId": {
            "Type": "String",
            "Description": "This identity's external id; nobody gets in without it",
            "AllowedPattern": "[A-Za-z0-9+=,.@:/_-]{16,1224}",
        },
    }


def assumed_by_us() -> Json:
    """The control plane, with this identity's external id."""
    return {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"AWS": ref("ControlPlanePrincipal")},
        "Condition": {"StringEquals": {"sts:ExternalId": ref("ExternalId")}},
    }


def quick_create(stack: str, template_url: str, values: Mapping[str, str], region: str) -> str:
    """One click: the form of AWS's console, filled in."""
    query = {"templateURL": template_url, "stackName": stack}
    query |= {f"param_{name}": value for name, value in values.items()}
    console = f"https://{region}.console.aws.amazon.com/cloudformation/home?region={region}"
    return f"{console}#/stacks/quickcreate?{urlencode(query)}"


def snippets(
    stack: str, file: str, values: Mapping[str, str], region: str, *, name: str, output: str
) -> list[SetupSnippet]:
    """The stack from a shell, and by terraform as a resource `name` with an output `output`."""
    return [
        SetupSnippet(
            title=f"CloudFormation, from a shell (with the template saved as {file})",
            language="bash",
            text=_command(stack, file, values, region),
        ),
        SetupSnippet(
            title=f"terraform (with the template saved as {file})",
            language="hcl",
            text=_hcl(stack, file, values, name, output),
        ),
    ]


def _command(stack: str, file: str, values: Mapping[str, str], region: str) -> str:
    overrides = " \\\n".join(f"    {name}='{value}'" for name, value in values.items())
    return (
        "aws cloudformation deploy \\\n"
        f"  --region {region} --stack-name {stack} \\\n"
        f"  --template-file {file} --capabilities CAPABILITY_NAMED_IAM \\\n"
        f"  --parameter-overrides \\\n{overrides}\n"
    )


def _hcl(stack: str, file: str, values: Mapping[str, str], name: str, output: str) -> str:
    width = max(map(len, values))
    lines = "\n".join(f'    {name.ljust(width)} = "{value}"' for name, value in values.items())
    return (
        f'resource "aws_cloudformation_stack" "{name}" {{\n'
        f'  name          = "{stack}"\n'
        f'  template_body = file("${{path.module}}/{file}")\n'
        '  capabilities  = ["CAPABILITY_NAMED_IAM"]\n\n'
        f"  parameters = {{\n{lines}\n  }}\n"
        "}\n\n"
        f'output "{output}" {{\n  value = aws_cloudformation_stack.{name}.outputs["RoleArn"]\n}}\n'
    )


def sub(text: str) -> dict[str, str]:
    """``Fn::Sub``."""
    return {"Fn::Sub": text}


def ref(name: str) -> dict[str, str]:
    """``Ref``."""
    return {"Ref": name}


def _managed(policy: Policy) -> Json:
    is_boundary = policy.name == "boundary"
    name = boundary_name("${RoleName}") if is_boundary else "${RoleName}-" + policy.name
    return {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {
            "ManagedPolicyName": sub(name),
            "Path": PATH,
            "Description": policy.description,
            "PolicyDocument": _substituted(policy.document),
        },
    }


def _substituted(value: Any) -> Any:
    """The value with ``Fn::Sub`` around each text that has something to fill in."""
    if isinstance(value, dict):
        return {key: _substituted(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_substituted(item) for item in value]
    return sub(value) if isinstance(value, str) and "${" in value else value
