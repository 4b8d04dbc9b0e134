"""Temporary folders of processes that were killed."""

import os
import subprocess
import sys
import time
from pathlib import Path

from runner_task.held_folders import YOUNG_SECONDS, held_folder

KILLED = """
import os, signal, sys
from pathlib import Path
from runner_task.held_folders import held_folder

with held_folder("ours-", Path(sys.argv[1])) as folder:
    (folder / "gcp-credentials.json").write_text("{}")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def aged(folder: Path) -> None:
    long_ago = time.time() - YOUNG_SECONDS - 1
    os.utime(folder, (long_ago, long_ago))


def test_it_is_gone_afterwards_and_private_until_then(tmp_path: Path) -> None:
    with held_folder("ours-", tmp_path) as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_goes_with_the_next(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    (left,) = tmp_path.iterdir()
    with held_folder("ours-", tmp_path):
        assert left.exists(), "too young: it might be about to be locked"
    aged(left)

    with held_folder("ours-", tmp_path) as folder:
        assert list(tmp_path.iterdir()) == [folder]


def test_a_folder_in_use_and_those_of_others_stay(tmp_path: Path) -> None:
    others, elsewhere = tmp_path / "others-1", tmp_path / "elsewhere"
    others.mkdir()
    elsewhere.mkdir()
    (tmp_path / "ours-link").symlink_to(elsewhere)
    for folder in (others, elsewhere):
        aged(folder)
    with held_folder("ours-", tmp_path) as used:
        aged(used)
        with held_folder("ours-", tmp_path):
            assert used.exists()
    assert others.exists()
    assert elsewhere.exists()
