"""Plays EventBridge's schedule: invokes a function again and again, never twice at once."""

import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)


class Schedule:
    """Calls `ring` every `seconds` from a thread of its own; a failure is logged and the next one comes."""

    def __init__(self, ring: Callable[[], None], *, seconds: float) -> None:
        self._ring = ring
        self._seconds = seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="schedule", daemon=True)

    def start(self) -> None:
        """Ring for the first time at once."""
        self._thread.start()

    def stop(self) -> None:
        """Ring no more, and wait for a ring in hand."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            try:
                self._ring()
            except Exception:
                log.warning("The scheduled call failed; the next one comes", exc_info=True)
            if self._stopping.wait(self._seconds):
                return
