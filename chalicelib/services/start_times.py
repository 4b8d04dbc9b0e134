"""From when on a job may start: an apply or destroy keeps to the change windows of its zone.

An attempt outside of the windows begins and waits; ``not_before`` on its row says until when. The row follows
the rules while it waits: whoever opens a window earlier, later or altogether moves it at the next look. At
the opening ``not_before`` goes, and the time that its runner has to claim it counts from then. If the window
closes again before anybody took the job (or asked for its container), it waits for the next one.
"""

from contextlib import suppress
from datetime import datetime, timedelta

from ..domain.job import RULES
from ..domain.lifecycle.job import JobStatus
from .ports.clock import Clock, unix
from .ports.jobs import JobRecord, JobStore
from .ports.ledger import Ledger, LostRace, MoveStart
from .ports.zones import Zones


class StartTimes:
    """Reads change windows, and keeps waiting attempts to them."""

    def __init__(self, zones: Zones, jobs: JobStore, ledger: Ledger, clock: Clock) -> None:
        self._zones = zones
        self._jobs = jobs
        self._ledger = ledger
        self._clock = clock

    def not_before(self, job: JobRecord, now: datetime) -> int | None:
        """Unix seconds of the next opening; ``None`` when the job may start at `now`."""
        if not RULES[job.job_type].changes_cloud:
            return None
        zone = self._zones.get(job.zone_id)
        opens = zone.rules.opens_at(now) if zone else None
        return None if opens is None else unix(opens)

    def follow(self, job: JobRecord, wait: timedelta) -> JobRecord:
        """The job, its start moved to where the rules have it now.

        Parameters
        ----------
        job : JobRecord
            With an attempt under way that no container was asked for.
        wait : timedelta
            How long its runner may take, from the moment at which it may start.
        """
        if job.status is not JobStatus.QUEUED or job.lease_expires_at is None:
            return job
        now = self._clock.now()
        opens = self.not_before(job, now)
        if opens == job.not_before:
            return job
        move = MoveStart(
            job_id=job.job_id,
            attempt=job.attempt,
            not_before=opens,
            claim_until=(unix(now) if opens is None else opens) + int(wait / timedelta(seconds=1)),
            lease_was=job.lease_expires_at,
        )
        with suppress(LostRace):  # it was claimed, cancelled or moved in this very moment
            self._ledger.commit(move)
        return self._jobs.get(job.job_id) or job
