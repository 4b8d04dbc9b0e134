"""A container on this machine: one runner, and nothing of it left when it ends.

``python -m alethia.embedded.container`` is started ahead of time. It imports the runner, so that a task
begins at once, and waits for one line of JSON on standard input::

    {"environ": {…}, "directory": "…", "log": "…", "ends_with_starter": true}

With ``ends_with_starter`` the writer keeps the pipe open as long as it lives: when it closes, everything in
the container is killed. So a machine that dies takes its containers with it, whatever it died of.

Then it forks. The child becomes the runner with exactly that environment. The parent stays as the
container's first process: it passes SIGTERM on, and when the runner ends it kills whatever the runner
started (terraform and its provider run in sessions of their own) and ends with the runner's code, 128 + n
after signal n. SIGQUIT kills everything at once, as ECS does when the stop time-out is over.
"""

import contextlib
import ctypes
import importlib
import json
import os
import runpy
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

PR_SET_CHILD_SUBREAPER = 36
RUNNER = "runner_task"
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)


def main() -> None:
    """Warm up, wait for a task, run it. A module named as the first argument takes the runner's place."""
    module = sys.argv[1] if len(sys.argv) > 1 else RUNNER
    adopt_orphans()
    importlib.import_module(f"{module}.__main__" if module == RUNNER else module)
    sys.modules.pop(f"{module}.__main__", None)
    line = sys.stdin.readline()
    if not line:
        return
    task = json.loads(line)
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    pid = os.fork()
    if pid == 0:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        _become_runner(module, task)
    if task.get("ends_with_starter"):
        threading.Thread(target=_end_with_starter, name="lifeline", daemon=True).start()
    _stand_by(pid)


def adopt_orphans() -> None:
    """Make orphans of this process's descendants its children (Linux; elsewhere ``ps`` finds them)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _become_runner(module: str, task: dict[str, Any]) -> None:
    os.setsid()
    os.environ.clear()
    os.environ.update(task["environ"])
    os.chdir(task["directory"])
    log = os.open(task["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    sys.argv = [module]
    code = 0
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        code = 1
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _stand_by(runner: int) -> None:
    def pass_on(number: int, _frame: FrameType | None) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(runner, number)

    def kill_all(_number: int, _frame: FrameType | None) -> None:
        _kill_once(os.getpid())

    signal.signal(signal.SIGTERM, pass_on)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGQUIT, kill_all)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    status = _wait_for(runner)
    kill_descendants(os.getpid())
    sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))


def _end_with_starter() -> None:
    """Wait for the end of standard input; then SIGQUIT, as if the host had died."""
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGQUIT)


def _wait_for(runner: int) -> int:
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid == runner:
            return status


def kill_descendants(root: int) -> None:
    """SIGKILL everything below `root` and reap what is ours, until nothing is left."""
    while _kill_once(root):
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, 0)[0]:
                pass


def _kill_once(root: int) -> bool:
    found = list(descendants(root))
    for pid in found:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return bool(found)


def descendants(root: int) -> Iterator[int]:
    """Every process below `root`, parents first; zombies are left out."""
    children: dict[int, list[int]] = {}
    for pid, parent in _processes():
        children.setdefault(parent, []).append(pid)
    queue = children.get(root, [])
    while queue:
        pid = queue.pop(0)
        yield pid
        queue.extend(children.get(pid, []))


def _processes() -> Iterator[tuple[int, int]]:
    if sys.platform == "linux":
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                with contextlib.suppress(OSError):
                    state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
                    if state != "Z":
                        yield int(folder.name), int(parent)
        return
    listing = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True
    )
    for line in listing.stdout.splitlines():
        pid, parent, state = line.split()
        if not state.startswith("Z"):
            yield int(pid), int(parent)


if __name__ == "__main__":
    main()
