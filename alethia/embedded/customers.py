"""Plays the customers of the emulated cloud: whoever deploys the link template in their own account."""

from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.adapters.customer_aws import emulator_key
from chalicelib.domain.identity import Identity
from chalicelib.providers.linking.aws import AUDIENCE, parameters, role_arn, role_name
from chalicelib.providers.linking.aws_template import template
from chalicelib.providers.linking.base import OurSide

from .data_dir import DataDir
from .emulated_aws import REGION, SECRET
from .errors import StackError
from .processes import HOST


def click(endpoint: str, identity: Identity, ours: OurSide) -> str:
    """Deploy the link template in the identity's emulated account, as the one-click link would.

    Returns
    -------
    str
        ARN of the role. Doing it again finds what is there.

    Raises
    ------
    StackError
        The emulated cloud does not answer, or refuses.
    """
    assert identity.account_id is not None, "an AWS identity names its account"
    stacks = owner(endpoint, identity.account_id, "cloudformation")
    name = role_name(identity)
    try:
        if not _exists(stacks, name):
            values = parameters(identity, ours)
            stacks.create_stack(
                StackName=name,
                TemplateBody=template(issuer_url=ours.issuer_url, audience=AUDIENCE),
                Capabilities=["CAPABILITY_NAMED_IAM"],
                Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()],
            )
    except (BotoCoreError, ClientError) as error:
        raise StackError(f"The emulated account {identity.account_id} was not linked: {error}") from None
    return role_arn(identity)


def cloud_of(root: Path, url: str) -> str:
    """Where the emulated cloud of the stack in `root` is, if it is the stack whose API is at `url`."""
    facts = DataDir(root).remembered()
    if facts.get("url") != url or "cloud" not in facts.get("ports", {}):
        raise StackError(
            f"{root} holds no embedded stack whose API is at {url}. Name the stack with --name or "
            "--data-dir; a deployment's accounts are linked by their owners."
        )
    return f"http://{HOST}:{facts['ports']['cloud']}"


def _exists(stacks: Any, name: str) -> bool:
    try:
        found = stacks.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            return False
        raise
    return any(stack["StackStatus"] == "CREATE_COMPLETE" for stack in found)


def owner(endpoint: str, account_id: str, service: str, region: str = REGION) -> Any:
    """A client that the emulated cloud takes for the account's owner."""
    session: Any = boto3.session.Session(
        aws_access_key_id=emulator_key(account_id), aws_secret_access_key=SECRET, region_name=region
    )
    config = Config(connect_timeout=2, read_timeout=30, retries={"total_max_attempts": 2})
    return session.client(service, endpoint_url=endpoint, config=config)
