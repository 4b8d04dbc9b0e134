"""One embedded stack for the whole session, with real terraform; every test brings a spec of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from alethia.client import Client
from alethia.embedded.stack import Stack, running

from .driver import Driver

LONGEST = (
    "test_workers.py",
    "test_teams.py",
    "test_main_job.py",
    "test_lost_runners.py",
    "test_runner_image_build.py",
    "test_secrets.py",
    "test_stacks.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is `e2e`; the longest files come first, so that workers end together.

    Tests of the stacks run beside them (``make test``), and take what time is left.
    """
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


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
