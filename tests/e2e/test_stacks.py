"""The control plane restarts, a second run is refused, and stacks live beside each other and come back."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from alethia.embedded import invoke
from alethia.embedded.container import descendants
from alethia.embedded.stack import Stack

from .driver import Driver, eventually

Json = dict[str, Any]

SMALL: Json = {"queues": [{"name": "emails"}, {"name": "returns"}], "topics": [{"name": "events"}]}
QUICK = 120


@pytest.fixture
def spec_id(driver: Driver) -> str:
    """A small spec. What it leaves in the account ends with the account."""
    return driver.create(**SMALL)


def test_a_plan_waits_through_a_restart_of_the_control_plane(
    driver: Driver, stack: Stack, spec_id: str
) -> None:
    run = driver.plan(spec_id, within=QUICK)
    assert run["status"] == "AWAITING_REVIEW", driver.story(run)

    stack.control_plane.restart()

    assert driver.client.run(run["run_id"])["status"] == "AWAITING_REVIEW"
    driver.approve(run)
    done = driver.settled(run["run_id"], within=QUICK, passing=("AWAITING_REVIEW",))
    assert done["status"] == "DONE", driver.story(done)


def test_a_second_run_is_refused_while_the_first_is_at_work(driver: Driver, spec_id: str) -> None:
    first = driver.client.plan(spec_id)

    with pytest.raises(Exception, match=first["run_id"]) as refusal:
        driver.client.plan(spec_id)

    assert refusal.value.details["run_id"] == first["run_id"]
    driver.settled(first["run_id"], within=QUICK)


def test_a_function_can_be_called_as_the_stack_that_is_up_would(stack: Stack) -> None:
    with invoke.environment(stack.data.root) as environ:
        assert environ["ALETHIA_PUBLIC_API_URL"] == stack.url


class Up:
    """``alethia up`` as a person starts it."""

    def __init__(self, folder: Path, name: str) -> None:
        self.config = folder / f"{name}.json"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "alethia", "up", "--data-dir", str(folder / name)],
            env={**os.environ, "ALETHIA_CONFIG": str(self.config), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def url(self) -> str:
        assert self.process.stdout
        for line in self.process.stdout:
            if "is up at" in line:
                return line.split()[-1]
        raise AssertionError("it did not come up")


def test_two_stacks_run_side_by_side_and_stop_whole(tmp_path: Path) -> None:
    stacks = [Up(tmp_path, name) for name in ("one", "two")]
    urls = [up.url() for up in stacks]

    assert len(set(urls)) == 2
    for url in urls:
        assert httpx.get(f"{url}/api/health", trust_env=False).json() == {"status": "ok"}

    children = [pid for up in stacks for pid in descendants(up.process.pid)]
    assert len(children) >= 6
    for up in stacks:
        up.process.terminate()
    for up in stacks:
        assert up.process.wait(60) == 0
    eventually(lambda: not set(children) & set(descendants(1)), within=10, what="nothing is left of them")


def test_a_stack_finds_its_data_again(tmp_path: Path) -> None:
    first = Up(tmp_path, "one")
    first.url()
    zones = json_of(first, "zones", "list")
    first.process.terminate()
    first.process.wait(60)

    second = Up(tmp_path, "one")
    second.url()

    assert json_of(second, "zones", "list") == zones
    second.process.terminate()
    second.process.wait(60)


def json_of(up: Up, *command: str) -> Any:
    """What a command of the CLI prints with ``--json``."""
    import json

    answer = subprocess.run(
        [sys.executable, "-m", "alethia", "--json", *command],
        env={**os.environ, "ALETHIA_CONFIG": str(up.config)},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(answer.stdout)
