"""Accounts of the emulated customers' cloud, as their owners set them up."""

import json
from typing import Any

import boto3
from botocore.config import Config

from chalicelib.adapters.customer_aws import emulator_key

REGION = "eu-west-1"
CONTROL_PLANE = "arn:aws:iam::000000000000:role/alethia-control-plane"


def owner(cloud: str, account_id: str, service: str, region: str = REGION, **credentials: str) -> Any:
    """A client with an account's own key (or with a session that was got there)."""
    keys = {"aws_access_key_id": emulator_key(account_id), "aws_secret_access_key": "x"} | credentials
    make: Any = boto3.client
    config = Config(retries={"total_max_attempts": 1})
    return make(service, region_name=region, endpoint_url=cloud, config=config, **keys)


def trust(
    *, principal: str = CONTROL_PLANE, external_id: str | None = None, **condition: Any
) -> dict[str, Any]:
    """A trust policy with one statement."""
    statement: dict[str, Any] = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    statement["Principal"] = {"AWS": principal}
    if external_id:
        condition["StringEquals"] = {"sts:ExternalId": external_id}
    if condition:
        statement["Condition"] = condition
    return {"Version": "2012-10-17", "Statement": [statement]}


def a_role(cloud: str, account_id: str, name: str, trust_policy: dict[str, Any]) -> str:
    """A role in an account; its ARN."""
    made = owner(cloud, account_id, "iam").create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps(trust_policy)
    )
    arn: str = made["Role"]["Arn"]
    return arn
