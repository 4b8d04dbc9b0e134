"""How long a job waits to be taken, and what is said while it does."""

from datetime import timedelta

from .ports.jobs import JobRecord
from .ports.runners import Runners
from .ports.zones import Zones

CONTAINER_WITHIN = timedelta(minutes=10)
"""How long a container may take from being asked for to claiming its job (image pull included)."""


class RunnerWait:
    """Patience with runners."""

    def __init__(self, runners: Runners, zones: Zones) -> None:
        self._runners = runners
        self._zones = zones

    def of(self, job: JobRecord) -> timedelta:
        """How long the job's runner may take to claim it."""
        return CONTAINER_WITHIN
