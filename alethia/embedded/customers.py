"""Plays the customers of the emulated clouds: whoever follows a link's setup in their own account."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.adapters.customer_aws import emulator_key
from chalicelib.domain.identity import Identity
from chalicelib.domain.words import CloudProvider
from chalicelib.providers.linking import aws, aws_template, aws_workers
from chalicelib.providers.linking.base import OurSide

from .data_dir import DataDir
from .emulated_aws import REGION, SECRET
from .errors import StackError
from .other_clouds.links import set_up
from .processes import HOST

SECONDS = 30
"""How long a stack of roles may take."""


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
    body = aws_template.template(issuer_url=ours.issuer_url, audience=aws.AUDIENCE)
    _deploy(endpoint, identity, aws.role_name(identity), body, aws.parameters(identity, ours))
    return aws.role_arn(identity)


def click_for_runners(endpoint: str, identity: Identity, ours: OurSide) -> str:
    """Deploy the template of the role that deploys runners; else as :func:`click`."""
    name = aws_workers.worker_role_name(identity)
    _deploy(endpoint, identity, name, aws_workers.template(), aws_workers.parameters(identity, ours))
    return aws_workers.worker_role_arn(identity)


def follow(root: Path, url: str, identity: Identity, setup: Mapping[str, Any]) -> dict[str, Any]:
    """Do in the identity's emulated account what its setup says; the fields that are to be set on it then.

    Parameters
    ----------
    root, url
        The embedded stack, and the API that gave the setup.

    Raises
    ------
    StackError
        There is no such stack, or nothing to be done for such an identity.
    """
    issuer = setup.get("issuer") or ""
    if identity.provider is not CloudProvider.AWS:
        return set_up(cloud_of(root, url, "others"), identity, issuer)
    if not setup.get("template"):
        raise StackError("Only AWS accounts with the method role or web_identity are linked by a template.")
    ours = OurSide(issuer_url=issuer, principal=setup.get("principal") or "")
    return {"role_reference": click(cloud_of(root, url), identity, ours)}


def follow_for_runners(root: Path, url: str, identity: Identity, setup: Mapping[str, Any]) -> dict[str, Any]:
    """The same for the role that deploys runners."""
    ours = OurSide(principal=setup["principal"])
    return {"worker_role_reference": click_for_runners(cloud_of(root, url), identity, ours)}


def cloud_of(root: Path, url: str, cloud: str = "cloud") -> str:
    """Where the emulated cloud of the stack in `root` is, if it is the stack whose API is at `url`.

    `cloud` is the name of its port: ``cloud`` for AWS, ``others`` for GCP and Azure.
    """
    facts = DataDir(root).remembered()
    if facts.get("url") != url or cloud not in facts.get("ports", {}):
        raise StackError(
            f"{root} holds no embedded stack whose API is at {url}. Name the stack with --name or "
            "--data-dir; a deployment's accounts are linked by their owners."
        )
    return f"http://{HOST}:{facts['ports'][cloud]}"


def _deploy(
    endpoint: str, identity: Identity, name: str, template: str, parameters: Mapping[str, str]
) -> None:
    assert identity.account_id is not None, "an AWS identity names its account"
    stacks = owner(endpoint, identity.account_id, "cloudformation")
    try:
        status = _status(stacks, name)
        if status is None:
            stacks.create_stack(
                StackName=name,
                TemplateBody=template,
                Capabilities=["CAPABILITY_NAMED_IAM"],
                Parameters=[
                    {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
                ],
            )
        deadline = time.monotonic() + SECONDS
        while (status := _status(stacks, name)) == "CREATE_IN_PROGRESS" and time.monotonic() < deadline:
            time.sleep(0.05)
    except (BotoCoreError, ClientError) as error:
        raise StackError(f"The emulated account {identity.account_id} was not linked: {error}") from None
    if status != "CREATE_COMPLETE":
        raise StackError(
            f"The emulated account {identity.account_id} was not linked: its stack {name} is {status}."
        )


def _status(stacks: Any, name: str) -> str | None:
    try:
        return str(stacks.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"])
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            return None
        raise


def owner(endpoint: str, account_id: str, service: str, region: str = REGION) -> Any:
    """A client that the emulated cloud takes for the account's owner."""
    session: Any = boto3.session.Session(
        aws_access_key_id=emulator_key(account_id), aws_secret_access_key=SECRET, region_name=region
    )
    config = Config(connect_timeout=2, read_timeout=30, retries={"total_max_attempts": 2})
    return session.client(service, endpoint_url=endpoint, config=config)
