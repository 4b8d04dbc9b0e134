"""Run a module as a child that ends with its parent, however the parent ends.

``python -m alethia.embedded.child MODULE ARGS…``: the child's standard input is a pipe that the parent holds
and never writes to. When the parent is gone (also after SIGKILL) the pipe closes, and the child sends itself
SIGTERM, as a clean stop would.
"""

import os
import runpy
import signal
import sys
import threading


def _follow(lifeline: int) -> None:
    while os.read(lifeline, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """Watch the lifeline and become the module named by the first argument."""
    lifeline = os.dup(sys.stdin.fileno())
    os.set_inheritable(lifeline, False)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, sys.stdin.fileno())
    threading.Thread(target=_follow, args=(lifeline,), daemon=True, name="lifeline").start()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
