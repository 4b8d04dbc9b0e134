"""A stack's directory belongs to one person, and to one stack at a time."""

import os
import stat
from pathlib import Path

import pytest

from alethia.embedded.data_dir import DataDir
from alethia.embedded.errors import StackError


def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    data = DataDir.open(tmp_path / "stack")

    assert stat.S_IMODE(data.root.stat().st_mode) == 0o700


def test_a_second_stack_is_told_who_has_it(tmp_path: Path) -> None:
    first, second = DataDir.open(tmp_path), DataDir.open(tmp_path)

    with first.lock(), pytest.raises(StackError, match=rf"process {os.getpid()}.*--name"), second.lock():
        pass


def test_it_is_free_again_after_a_stop(tmp_path: Path) -> None:
    data = DataDir.open(tmp_path)

    with data.lock():
        pass
    with data.lock():
        pass


def test_it_remembers_between_starts_and_forgives_a_torn_file(tmp_path: Path) -> None:
    data = DataDir.open(tmp_path)
    assert data.remembered() == {}

    data.remember({"ports": {"api": 4001}})
    assert data.remembered() == {"ports": {"api": 4001}}

    (tmp_path / "stack.json").write_text('{"por')
    assert data.remembered() == {}
