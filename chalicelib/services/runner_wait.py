"""How long a job waits to be taken, and what is said while it does.

A container is on its way; a self-hosted runner may never come, which nobody but its people can change. So a
job that waits for one says whom it waits for, and gives up after the time that the zone's rules say.
"""

from datetime import timedelta

from ..domain.job import ANY_RUNNER, CONTROL_PLANE
from ..domain.lifecycle.job import JobStatus
from ..domain.runner import RunnerKind, RunnerStatus, ago, status_of
from ..domain.zone_rules import ZoneRules
from .paging import MAX_PAGE, PageRequest
from .ports.clock import Clock, unix
from .ports.jobs import JobRecord
from .ports.runners import RunnerRecord, Runners
from .ports.zones import Zones

CONTAINER_WITHIN = timedelta(minutes=10)
"""How long a container may take from being asked for to claiming its job (image pull included)."""

WAY_OUT = "cancel the job and choose another"


class RunnerWait:
    """Patience with runners."""

    def __init__(self, runners: Runners, zones: Zones, clock: Clock, platform_runner: str) -> None:
        self._runners = runners
        self._zones = zones
        self._clock = clock
        self._platform_runner = platform_runner

    def of(self, job: JobRecord) -> timedelta:
        """How long the job's runner may take to claim it."""
        return self._patience(job) if self.for_people(job) else CONTAINER_WITHIN

    def for_people(self, job: JobRecord) -> bool:
        """Whether the job waits for a runner that only its people can bring: self-hosted, or gone."""
        if job.runner in (ANY_RUNNER, CONTROL_PLANE, self._platform_runner):
            return job.runner == ANY_RUNNER
        runner = self._runners.get(job.runner)
        return runner is None or runner.kind is RunnerKind.SELF_HOSTED

    def says(self, job: JobRecord) -> str | None:
        """Why a job that no runner took yet waits; ``None`` when there is nothing to say about its runner."""
        its_time_has_come = job.not_before is None or job.not_before <= unix(self._clock.now())
        if job.status is not JobStatus.QUEUED or not its_time_has_come or not self.for_people(job):
            return None
        return f"Waiting for {self._reason(job)}."

    def gave_up(self, job: JobRecord) -> str | None:
        """Why a job that no self-hosted runner took in time ends now; ``None`` for one with a container."""
        if not self.for_people(job):
            return None
        minutes = self._patience(job) / timedelta(minutes=1)
        return f"No runner took the job within {minutes:.0f} min. It waited for {self._reason(job)}."

    def _patience(self, job: JobRecord) -> timedelta:
        zone = self._zones.get(job.zone_id)
        return timedelta(seconds=(zone.rules if zone else ZoneRules()).runner_wait_seconds)

    def _reason(self, job: JobRecord) -> str:
        if job.runner == ANY_RUNNER:
            return self._any(job.zone_id)
        runner = self._runners.get(job.runner)
        if runner is None:
            return f"a runner that was deleted ({job.runner}); {WAY_OUT}"
        name = f"runner '{runner.name}'"
        match self._status(runner):
            case RunnerStatus.DRAINING:
                return f"{name}, which is draining and takes no new jobs; undrain it, or {WAY_OUT}"
            case RunnerStatus.ONLINE:
                return f"a free slot of {name}"
        seen = f"last seen {ago(runner.last_seen_at, self._clock.now())}" if runner.last_seen_at else None
        return (
            f"{name}, {seen or 'which was never started'}; start it with `alethia runner start`, or {WAY_OUT}"
        )

    def _any(self, zone_id: str) -> str:
        page = self._runners.of_zone(zone_id, PageRequest(limit=MAX_PAGE))
        takers = [one for one in page.items if one.kind is RunnerKind.SELF_HOSTED and not one.draining]
        online = sum(self._status(one) is RunnerStatus.ONLINE for one in takers)
        if not takers:
            return f"any of the zone's runners, and none takes jobs; register or undrain one, or {WAY_OUT}"
        of_them = f"any of the zone's {len(takers)} runners" if len(takers) > 1 else "the zone's one runner"
        if not online:
            start_one = "start one with `alethia runner start`"
            return f"{of_them}, and none is online; {start_one}, or {WAY_OUT}"
        return f"{of_them} ({online} online)"

    def _status(self, runner: RunnerRecord) -> RunnerStatus:
        return status_of(
            runner.kind, draining=runner.draining, last_seen_at=runner.last_seen_at, now=self._clock.now()
        )
