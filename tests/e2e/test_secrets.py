"""Secrets are found nowhere: not in rows, logs, objects of the store, or the arguments of any process."""

import time
from typing import Any

import boto3
import pytest

from alethia.client import Client
from alethia.embedded import provision
from alethia.embedded.emulated_aws import clients
from alethia.embedded.stack import Stack

from .driver import Driver
from .searching import Arguments, assert_absent, logs, objects, rows


@pytest.fixture(scope="module")
def applied(driver: Driver) -> tuple[dict[str, str], Arguments]:
    """An environment with a generated secret: what is secret of it, and the arguments seen meanwhile."""
    spec_id = driver.create(secrets=[{"name": "signing-key", "length": 40}], queues=[{"name": "emails"}])
    with Arguments() as arguments:
        shown = shown_once(driver)
        run = driver.apply(spec_id, within=180)
    assert run["status"] == "DONE", driver.story(run)
    secrets = generated(driver)
    assert secrets, "terraform made a secret up"
    return secrets | credentials(driver.stack) | shown, arguments


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
    names = [
        one["Name"] for page in vault.get_paginator("list_secrets").paginate() for one in page["SecretList"]
    ]
    return {name: vault.get_secret_value(SecretId=name)["SecretString"] for name in names}


def credentials(stack: Stack) -> dict[str, str]:
    """The control plane's own."""
    vault = clients(stack.control_plane.aws_endpoint)("secretsmanager")
    return {
        name: vault.get_secret_value(SecretId=name)["SecretString"]
        for name in (provision.RUNNER_SECRET, provision.JOB_TOKEN_SECRET)
    }


def test_no_row_holds_one(stack: Stack, applied: tuple[dict[str, str], Arguments]) -> None:
    assert_absent(applied[0], rows(stack))


def test_no_log_holds_one(stack: Stack, applied: tuple[dict[str, str], Arguments]) -> None:
    time.sleep(1)

    assert_absent(applied[0], logs(stack))


def test_no_object_of_the_store_holds_one(stack: Stack, applied: tuple[dict[str, str], Arguments]) -> None:
    assert_absent(applied[0], objects(stack))


def test_no_process_was_given_one_as_argument(applied: tuple[dict[str, str], Arguments]) -> None:
    secrets, arguments = applied

    assert any("terraform" in one and "apply" in one for one in arguments.seen)
    assert_absent(secrets, "\n".join(arguments.seen))


def test_no_scratch_of_a_runner_is_left(stack: Stack, applied: tuple[dict[str, str], Arguments]) -> None:
    assert list(stack.data.runner_work.iterdir()) == []
