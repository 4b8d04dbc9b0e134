"""Runners' queues: what waits for a runner of a zone, and what it has in hand."""

from collections.abc import Sequence
from typing import Protocol

from ...domain.queue import QueuedJob


class RunnerQueues(Protocol):
    """Reads queues. They may lag behind by a moment; a claim decides."""

    def of_runner(self, zone_id: str, runner: str, *, most: int) -> Sequence[QueuedJob]:
        """The oldest `most` jobs that wait for the runner, or that it has in hand (one Query)."""
        ...
