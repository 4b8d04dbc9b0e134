"""A container on this machine ends whole: nothing that its runner started outlives it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="orphans are adopted on Linux only")

RUNNER = """
import os, signal, subprocess, sys, time

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
    child = subprocess.Popen(["sleep", "300"], start_new_session=True)
    print(child.pid, os.environ.get("SECRET_OF_THE_PARENT"), os.environ["GIVEN"], os.getcwd(), flush=True)
    if os.environ["GIVEN"] == "leave":
        sys.exit(3)
    time.sleep(300)
"""


class Container:
    """A container whose runner is the little program above."""

    def __init__(self, folder: Path, given: str, **more: bool) -> None:
        (folder / "little_runner.py").write_text(RUNNER)
        self.log = folder / "log"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "alethia.embedded.container", "little_runner"],
            stdin=subprocess.PIPE,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join([str(folder), str(Path.cwd())]),
                "SECRET_OF_THE_PARENT": "canary",
            },
        )
        environ = {"GIVEN": given, "PATH": os.environ["PATH"]}
        order = {"environ": environ, "directory": str(folder), "log": str(self.log), **more}
        assert self.process.stdin
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        self.process.stdin.flush()
        if not more:
            self.process.stdin.close()

    def first_line(self) -> list[str]:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if self.log.exists() and self.log.read_text().endswith("\n"):
                return self.log.read_text().split()
            time.sleep(0.02)
        raise AssertionError("the runner said nothing")


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_the_runner_sees_only_the_environment_that_it_was_given(tmp_path: Path) -> None:
    container = Container(tmp_path, "leave")

    _, secret, given, directory = container.first_line()

    assert (secret, given, directory) == ("None", "leave", str(tmp_path))
    container.process.wait(10)


def test_what_the_runner_started_dies_with_it_even_from_a_session_of_its_own(tmp_path: Path) -> None:
    container = Container(tmp_path, "leave")
    orphan = int(container.first_line()[0])

    assert container.process.wait(10) == 3
    assert not alive(orphan)


def test_sigterm_reaches_the_runner(tmp_path: Path) -> None:
    container = Container(tmp_path, "stay")
    container.first_line()

    container.process.send_signal(signal.SIGTERM)

    assert container.process.wait(10) == 7


def test_sigquit_kills_everything(tmp_path: Path) -> None:
    container = Container(tmp_path, "stay")
    child = int(container.first_line()[0])

    container.process.send_signal(signal.SIGQUIT)

    assert container.process.wait(10) == 128 + signal.SIGKILL
    assert not alive(child)


def test_with_its_starter_gone_everything_in_it_is_killed(tmp_path: Path) -> None:
    """Also after SIGKILL: the pipe closes with whoever held it."""
    container = Container(tmp_path, "stay", ends_with_starter=True)
    child = int(container.first_line()[0])
    assert container.process.poll() is None

    assert container.process.stdin
    container.process.stdin.close()

    assert container.process.wait(10) == 128 + signal.SIGKILL
    assert not alive(child)
