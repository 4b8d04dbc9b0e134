"""One embedded stack for the whole session, with real terraform; every test brings a spec of its own, but
those that look at the main job from several sides: they share its."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from alethia.client import Client
from alethia.embedded.stack import Stack, running
from tests.support.together import place

from .driver import Driver
from .searching import Arguments
from .secret_values import all_secrets

Json = dict[str, Any]

SPEC = Path(__file__).resolve().parents[2] / "alethia" / "demo" / "spec.yaml"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is `e2e`; the longest files come first, so that workers end together.

    Tests of the stacks run beside them (``make test``), and take what time is left.
    """
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)
    items.sort(key=place)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The stack, up."""
    with running(tmp_path_factory.mktemp("stack")) as up:
        yield up


@pytest.fixture(scope="session")
def client(stack: Stack) -> Client:
    """The seeded person's client."""
    return Client(stack.url, stack.token())


@pytest.fixture(scope="session")
def driver(stack: Stack, client: Client) -> Driver:
    """What tests do with the stack, in their words."""
    return Driver(stack, client)


@pytest.fixture(scope="session")
def spec_id(driver: Driver) -> str:
    """The main job's spec: every kind of component, two databases and two caches."""
    form = yaml.safe_load(SPEC.read_text())
    return driver.create(**form)


@pytest.fixture(scope="session")
def arguments() -> Iterator[Arguments]:
    """Arguments of every process from before the main job on."""
    with Arguments() as seen:
        yield seen


@pytest.fixture(scope="session")
def planned(driver: Driver, spec_id: str, arguments: Arguments) -> Json:
    run = driver.plan(spec_id)
    assert run["status"] == "AWAITING_REVIEW", driver.story(run)
    return run


@pytest.fixture(scope="session")
def applied(driver: Driver, planned: Json) -> Json:
    driver.approve(planned)
    run = driver.settled(planned["run_id"], passing=("AWAITING_REVIEW",))
    assert run["status"] == "DONE", driver.story(run)
    return run


@pytest.fixture(scope="session")
def secrets(driver: Driver, planned: Json, applied: Json) -> dict[str, str]:
    """Everything secret that there is while the main job's environment stands: name → value."""
    return all_secrets(driver)
