"""Start the process that serves the stand-ins, and stop it.

It is ready when it has written :data:`ENVIRONMENT_FILE` into its folder, and ends with its parent.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

REATTACH = "TF_REATTACH_PROVIDERS"
"""The variable by which terraform attaches to providers that already run."""

ENVIRONMENT_FILE = "environment.json"
LOG_FILE = "offline-providers.log"

_START_SECONDS = 30.0
_STOP_SECONDS = 5.0


@dataclass(frozen=True)
class Running:
    """A started process."""

    process: subprocess.Popen[bytes]
    environment: Mapping[str, str]
    """What terraform needs in its environment to use it."""

    @property
    def pid(self) -> int:
        return self.process.pid

    def stop(self) -> None:
        """Stop it and wait for its end."""
        self.process.terminate()
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        assert self.process.stdin is not None
        self.process.stdin.close()


def start(folder: Path, *, schemas: Path | None = None) -> Running:
    """Start the process and wait until terraform can attach; its log is ``offline-providers.log`` there.

    Raises
    ------
    OSError
        It ended at its start, with the end of its log.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ready = folder / ENVIRONMENT_FILE
    ready.unlink(missing_ok=True)
    log = folder / LOG_FILE
    module = "alethia.embedded.offline_providers"
    argv = [sys.executable, "-m", "alethia.embedded.child", module, str(folder)]
    if schemas:
        argv += ["--schemas", str(schemas)]
    with log.open("ab") as out:
        process = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
    started = Running(process, {})
    deadline = time.monotonic() + _START_SECONDS
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            started.stop()
            raise OSError(f"The offline providers did not start.\n{log.read_text()[-2000:]}")
        time.sleep(0.02)
    return replace(started, environment=json.loads(ready.read_text()))


@contextmanager
def serving(folder: Path, *, schemas: Path | None = None) -> Iterator[Mapping[str, str]]:
    """The environment with which terraform uses the stand-ins, while the block runs."""
    running = start(folder, schemas=schemas)
    try:
        yield running.environment
    finally:
        running.stop()
