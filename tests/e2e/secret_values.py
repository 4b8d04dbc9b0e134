"""What is secret on a stack: made by terraform, the control plane's own, and what people are shown once."""

import json
from collections.abc import Iterator
from typing import Any

import boto3

from alethia.client import Client
from alethia.embedded import provision
from alethia.embedded.emulated_aws import clients
from alethia.embedded.stack import Stack

from .driver import Driver


def all_secrets(driver: Driver) -> dict[str, str]:
    """Name → value."""
    made_up = generated(driver)
    assert made_up, "terraform made a secret up"
    return made_up | credentials(driver.stack) | shown_once(driver)


def shown_once(driver: Driver) -> dict[str, str]:
    """What people are given in one answer: a runner's credential, an invitation's code, a sign-in token."""
    runner = driver.client.register_runner(driver.zone_id, "canary")["credential"]
    invitation = driver.client.invite(driver.zone_id, {"role": "viewer"})["code"]
    token = driver.stack.token("canary")
    Client(driver.stack.url, token).accept_invitation(invitation)
    return {
        "runner credential": runner.split(".", 1)[1],
        "invitation code": invitation.rsplit(".", 1)[1],
        "sign-in token": token,
    }


def generated(driver: Driver) -> dict[str, str]:
    """What terraform made up and put into the customer's account."""
    vault: Any = boto3.client(
        "secretsmanager",
        endpoint_url=driver.stack.cloud_url,
        region_name="eu-west-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    # Not by ListSecrets: the account notes every call, and a test reads which of them the link allows.
    names = driver.stack.inventory()["secretsmanager:secret"]
    return {name: vault.get_secret_value(SecretId=name)["SecretString"] for name in names}


def in_state(state: str) -> dict[str, str]:
    """What a state holds in clear under the attributes that terraform knows to be sensitive: keys, passwords,
    the password of a cache; whole certificates and kubeconfigs are left out."""
    return {
        f"{resource['type']}.{attribute}": value
        for resource in json.loads(state)["resources"]
        for instance in resource["instances"]
        for path in instance["sensitive_attributes"]
        for attribute, value in _at(instance["attributes"], path)
    }


def _at(value: Any, path: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    name = ""
    for step in path:
        # An index of a list is itself told with its type.
        key = step["value"] if step["type"] == "get_attr" else step["value"]["value"]
        value, name = value[key], f"{name}.{key}".lstrip(".")
    if isinstance(value, str) and value:
        yield name, value


def credentials(stack: Stack) -> dict[str, str]:
    """The control plane's own."""
    vault = clients(stack.control_plane.aws_endpoint)("secretsmanager")
    return {
        name: vault.get_secret_value(SecretId=name)["SecretString"]
        for name in (provision.RUNNER_SECRET, provision.JOB_TOKEN_SECRET)
    }
