"""Child processes on loopback: start, wait until they answer, stop by pid."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx

from .errors import StackError

HOST = "127.0.0.1"
"""Everything binds here and nowhere else."""

PROJECT = Path(__file__).resolve().parents[2]
"""The working copy: the app, the runner and the templates are run from it."""

STOP_SECONDS = 20
"""How long a child may take to stop cleanly before it is killed."""


def free_port(preferred: int | None = None) -> int:
    """A loopback port that nobody listens on; `preferred` when it is still free."""
    for candidate in (preferred, 0):
        if candidate is None:
            continue
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, candidate))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise StackError("No free port on 127.0.0.1.")


class Child:
    """One long-lived child, running a Python module; its output goes to a log file."""

    def __init__(
        self, name: str, module: str, args: Sequence[str], *, env: Mapping[str, str], log: Path
    ) -> None:
        self.name = name
        self._argv = [sys.executable, "-m", "alethia.embedded.child", module, *args]
        self._env = dict(env)
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process's id; an error when it was not started."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches the stack first."""
        with self._log.open("ab") as out:
            self._process = subprocess.Popen(
                self._argv,
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=self._env,
                start_new_session=True,
            )

    def wait_ready(self, url: str, *, seconds: float = 60) -> None:
        """Return when `url` answers below 500; :class:`StackError` with the log's end when it does not."""
        end = time.monotonic() + seconds
        with httpx.Client(timeout=2, trust_env=False) as http:
            while time.monotonic() < end:
                if not self.running:
                    raise StackError(f"{self.name} stopped while starting.\n{self._tail()}")
                try:
                    if http.get(url).status_code < 500:
                        return
                except httpx.TransportError:
                    pass
                time.sleep(0.05)
        raise StackError(f"{self.name} did not answer within {seconds:.0f} s.\n{self._tail()}")

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """SIGTERM, then SIGKILL after :data:`STOP_SECONDS`; harmless when it is gone already."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
        process.wait()
        if process.stdin:
            process.stdin.close()

    def _tail(self) -> str:
        lines = self._log.read_text(errors="replace").splitlines()[-15:] if self._log.exists() else []
        return "\n".join([f"The end of {self._log}:", *lines])


def clean_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """This process's environment without any real AWS setting, and with `extra`.

    An emulator must never be confused with a real account: profiles and keys of the person who runs the stack
    stay out of its children.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "ALETHIA_"))}
    kept["AWS_EC2_METADATA_DISABLED"] = "true"
    kept["PYTHONUNBUFFERED"] = "1"
    kept["PYTHONPATH"] = str(PROJECT)
    return {**kept, **extra}
