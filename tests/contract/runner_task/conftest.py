"""A bench for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.runner_task.support import Bench
from tests.support.fake_control_plane import FakeControlPlane


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with FakeControlPlane() as plane:
        bench = Bench(plane, tmp_path)
        bench.template()
        yield bench
