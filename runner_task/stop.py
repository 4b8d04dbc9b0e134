"""The one place that says "stop", and what it does to a running terraform.

terraform's own pid gets SIGINT (its children must live, or resources in hand are lost), and after a long
wait SIGKILL. Whoever asks first gives the reason.
"""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum

from .errors import Stopped


class Reason(StrEnum):
    """Why the job ends early; the value is the sentence for a person."""

    CANCELLED = "The job was cancelled."
    TERMINATED = "The runner was told to stop from outside (SIGTERM)."
    UNANSWERED = "The control plane did not answer for three quarters of the lease, so terraform was stopped."
    LOST = "The control plane says that this attempt is over, so terraform was stopped."


class Stop:
    """Asked for at most once; every process started meanwhile is told.

    Parameters
    ----------
    patience : float
        Seconds from SIGINT to SIGKILL.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._guard = threading.RLock()
        self._process: subprocess.Popen[bytes] | None = None
        self._timer: threading.Timer | None = None
        self.reason: Reason | None = None
        self.asked_at: float | None = None
        self.killed = False
        """terraform did not end by itself: what it created since its last flush is not in the state."""
        self.on_ask: Callable[[Reason], None] = lambda reason: None

    def ask(self, reason: Reason) -> None:
        """Stop the job. From any thread, and from a signal handler."""
        with self._guard:
            if self.reason is not None:
                return
            self.reason = reason
            self.asked_at = time.monotonic()
            if self._process is not None:
                self._interrupt(self._process)
        self.on_ask(reason)

    def check(self) -> None:
        """Raise :class:`Stopped` when the job is to end."""
        if self.reason is not None:
            raise Stopped(str(self.reason))

    def watch(self, process: subprocess.Popen[bytes]) -> None:
        """From now on `process` is what a stop reaches."""
        with self._guard:
            self._process = process
            if self.reason is not None:
                self._interrupt(process)

    def unwatch(self) -> None:
        """The process ended."""
        with self._guard:
            self._process = None
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

    def _interrupt(self, process: subprocess.Popen[bytes]) -> None:
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGINT)
        self._timer = threading.Timer(self._patience, self._kill, [process])
        self._timer.daemon = True
        self._timer.start()

    def _kill(self, process: subprocess.Popen[bytes]) -> None:
        with self._guard:
            if self._process is not process or process.poll() is not None:
                return
            self.killed = True
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
            os.killpg(process.pid, signal.SIGKILL)  # what it leaves behind would keep its pipes open
