"""The control plane restarts, a second run is refused, and stacks live beside each other and come back."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from alethia.embedded import invoke
from alethia.embedded.container import descendants
from alethia.embedded.stack import Stack
from alethia.transport import Refused

from .driver import Driver, eventually

Json = dict[str, Any]

SMALL: Json = {"queues": [{"name": "emails"}, {"name": "returns"}], "topics": [{"name": "events"}]}
QUICK = 120


@dataclass(frozen=True)
class First:
    """A run of a small spec, and what is said to who asks for a second one meanwhile."""

    spec_id: str
    run_id: str
    refusal: Refused


@pytest.fixture(scope="module")
def first(driver: Driver) -> First:
    spec_id = driver.create(**SMALL)
    run_id = driver.client.plan(spec_id)["run_id"]
    with pytest.raises(Refused) as refusal:
        driver.client.plan(spec_id)
    return First(spec_id, run_id, refusal.value)


def test_a_second_run_is_refused_while_the_first_is_at_work(first: First) -> None:
    assert first.run_id in str(first.refusal)
    assert first.refusal.details["run_id"] == first.run_id


def test_a_plan_waits_through_a_restart_of_the_control_plane(
    driver: Driver, stack: Stack, first: First
) -> None:
    run = driver.settled(first.run_id, within=QUICK)
    assert run["status"] == "AWAITING_REVIEW", driver.story(run)

    stack.control_plane.restart()

    assert driver.client.run(run["run_id"])["status"] == "AWAITING_REVIEW"
    driver.approve(run)
    done = driver.settled(run["run_id"], within=QUICK, passing=("AWAITING_REVIEW",))
    assert done["status"] == "DONE", driver.story(done)


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


def test_a_stack_lives_beside_another_stops_whole_and_finds_its_data_again(
    stack: Stack, tmp_path: Path
) -> None:
    up = Up(tmp_path, "one")
    url = up.url()
    assert url != stack.url
    for one in (url, stack.url):
        assert is_well(one)
    zones = json_of(up, "zones", "list")

    children = list(descendants(up.process.pid))
    assert len(children) >= 3
    up.process.terminate()
    assert up.process.wait(60) == 0
    eventually(lambda: not set(children) & set(descendants(1)), within=10, what="nothing is left of it")
    assert is_well(stack.url)

    again = Up(tmp_path, "one")
    again.url()
    assert json_of(again, "zones", "list") == zones
    again.process.terminate()
    again.process.wait(60)


def is_well(url: str) -> bool:
    """Whether the API there answers."""
    found = httpx.get(f"{url}/api/health", trust_env=False).json()
    return bool(found == {"status": "ok"})


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
