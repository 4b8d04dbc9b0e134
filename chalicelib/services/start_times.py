"""From when on a job may start: an apply or destroy keeps to the change windows of its zone."""

from datetime import datetime

from ..domain.job import RULES
from .ports.clock import unix
from .ports.jobs import JobRecord
from .ports.zones import Zones


class StartTimes:
    """Reads change windows."""

    def __init__(self, zones: Zones) -> None:
        self._zones = zones

    def not_before(self, job: JobRecord, now: datetime) -> int | None:
        """Unix seconds of the next opening; ``None`` when the job may start at `now`."""
        if not RULES[job.job_type].changes_cloud:
            return None
        zone = self._zones.get(job.zone_id)
        opens = zone.rules.opens_at(now) if zone else None
        return None if opens is None else unix(opens)
