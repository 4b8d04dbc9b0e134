"""A bench for each test, and an account of the emulated cloud for those that look into one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.conftest import Client
from tests.contract.runner_task.accounts import Account
from tests.contract.runner_task.support import Bench
from tests.support.fake_control_plane import FakeControlPlane


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with FakeControlPlane() as plane:
        bench = Bench(plane, tmp_path)
        bench.template()
        yield bench


@pytest.fixture
def account(bench: Bench, cloud: str, client: Client) -> Account:
    """The account as its owner sees it; jobs of the bench reach it."""
    bench.extra["ALETHIA_CLOUD_ENDPOINT_URL"] = cloud
    return Account(bench.plane, client)
