"""Secrets are found nowhere: not in rows, logs, objects of the store, or the arguments of any process."""

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from alethia.client import Client
from alethia.embedded import provision
from alethia.embedded.emulated_aws import clients
from alethia.embedded.stack import Stack

from .driver import Driver

ENOUGH = 12
"""Shorter texts would be found by chance."""


class Arguments:
    """Every process's arguments and environment-free command line, sampled while something runs."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample)

    def __enter__(self) -> "Arguments":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._stop.wait(0.05):
            for folder in Path("/proc").glob("[0-9]*"):
                with contextlib.suppress(OSError):
                    self.seen.add((folder / "cmdline").read_text(errors="replace"))


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
    dynamodb = clients(stack.control_plane.aws_endpoint)("dynamodb")
    rows = "".join(
        json.dumps(page["Items"], default=repr)
        for table in ("alethia-specs", "alethia-jobs")
        for page in dynamodb.get_paginator("scan").paginate(TableName=table)
    )

    assert_absent(applied[0], rows)


def test_no_log_holds_one(stack: Stack, applied: tuple[dict[str, str], Arguments]) -> None:
    time.sleep(1)

    assert_absent(applied[0], "".join(path.read_text(errors="replace") for path in files(stack.data.logs)))


def test_no_object_of_the_store_holds_one(stack: Stack, applied: tuple[dict[str, str], Arguments]) -> None:
    objects = list(files(stack.data.store))

    assert objects
    assert_absent(applied[0], "".join(path.read_bytes().decode("latin-1") for path in objects))


def test_no_process_was_given_one_as_argument(applied: tuple[dict[str, str], Arguments]) -> None:
    secrets, arguments = applied

    assert any("terraform" in one and "apply" in one for one in arguments.seen)
    assert_absent(secrets, "\n".join(arguments.seen))


def test_no_scratch_of_a_runner_is_left(stack: Stack, applied: tuple[dict[str, str], Arguments]) -> None:
    assert list(stack.data.runner_work.iterdir()) == []


def files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def assert_absent(secrets: dict[str, str], text: str) -> None:
    found = [name for name, value in secrets.items() if value in text]
    assert not found, f"in clear: {', '.join(found)}"
