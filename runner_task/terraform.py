"""Starting terraform: argv lists, a child environment by allow-list, a session of its own.

terraform gets a session of its own so that a signal to the runner's group does not reach it, nor its
providers: :class:`runner_task.stop.Stop` signals terraform's pid alone.
"""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

from .stop import Stop

AUTOMATION = {
    "TF_IN_AUTOMATION": "1",
    "TF_INPUT": "0",
    "CHECKPOINT_DISABLE": "1",
    "AWS_EC2_METADATA_DISABLED": "true",
}

LineHandler = Callable[[str], None]


class Terraform:
    """One terraform program in one workspace.

    Parameters
    ----------
    environment : Mapping
        The whole environment of the child; nothing else is inherited.
    """

    def __init__(self, program: str, workspace: Path, environment: Mapping[str, str], stop: Stop) -> None:
        self.program = program
        self.workspace = workspace
        self.environment = {**environment, **AUTOMATION}
        self._stop = stop

    def stream(self, arguments: list[str], *, on_stdout: LineHandler, on_stderr: LineHandler) -> int:
        """Run to the end, line by line; a stop reaches it. Returns the exit code, negative for a signal."""
        with self._start(arguments) as process:
            self._stop.watch(process)
            try:
                errors = threading.Thread(
                    target=_each_line, args=(process.stderr, on_stderr), name="stderr", daemon=True
                )
                errors.start()
                _each_line(process.stdout, on_stdout)
                code = process.wait()
                errors.join(5)
            finally:
                self._stop.unwatch()
                _end_leftovers(process)
        return code

    def capture(self, arguments: list[str], *, on_stderr: LineHandler) -> tuple[int, bytes]:
        """Run to the end and give back what it printed, which is never logged."""
        printed: list[bytes] = []
        with self._start(arguments) as process:
            self._stop.watch(process)
            try:
                errors = threading.Thread(
                    target=_each_line, args=(process.stderr, on_stderr), name="stderr", daemon=True
                )
                errors.start()
                assert process.stdout is not None
                printed.append(process.stdout.read())
                code = process.wait()
                errors.join(5)
            finally:
                self._stop.unwatch()
                _end_leftovers(process)
        return code, printed.pop()

    def _start(self, arguments: list[str]) -> subprocess.Popen[bytes]:
        self._stop.check()
        return subprocess.Popen(
            [self.program, *arguments],
            cwd=self.workspace,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )


def _each_line(pipe: IO[bytes] | None, handle: LineHandler) -> None:
    assert pipe is not None
    for line in pipe:
        handle(line.decode(errors="replace").rstrip("\n"))


def _end_leftovers(process: subprocess.Popen[bytes]) -> None:
    """After terraform's end, however it came: providers that outlived a SIGKILL go too."""
    if process.poll() is not None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
