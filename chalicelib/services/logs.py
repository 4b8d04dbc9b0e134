"""A job's log and events, read by cursor while it runs. Reading makes its runner answer every second."""

from datetime import timedelta

from ..domain.lifecycle.job import JOB
from ..domain.model import Model
from ..domain.words import Role
from .access import Principal
from .jobs import Jobs
from .paging import PageRequest
from .ports.clock import Clock, unix
from .ports.jobs import JobRecord, JobStore
from .ports.logs import AttemptEvent, AttemptLogChunk, LogStore

WATCHED_FOR = timedelta(seconds=30)
"""How long a reader counts as looking after each read."""


class LogPage(Model):
    """Chunks after a cursor. Go on from `next_cursor` until `ended` comes with an empty page."""

    items: list[AttemptLogChunk]
    next_cursor: str | None
    ended: bool
    """The job had ended when this was read: nothing more will be written."""


class EventPage(Model):
    """As :class:`LogPage`."""

    items: list[AttemptEvent]
    next_cursor: str | None
    ended: bool


class Logs:
    """Reads logs and events."""

    def __init__(self, *, jobs: Jobs, job_store: JobStore, logs: LogStore, clock: Clock) -> None:
        self._jobs = jobs
        self._job_store = job_store
        self._logs = logs
        self._clock = clock

    def chunks(self, principal: Principal, job_id: str, page: PageRequest) -> LogPage:
        """What was written after the cursor, oldest first."""
        ended = self._look(self._jobs.require(principal, job_id, Role.VIEWER))
        found = self._logs.chunks(job_id, page.limit, page.cursor)
        return LogPage(items=found.items, next_cursor=found.next_cursor, ended=ended)

    def events(self, principal: Principal, job_id: str, page: PageRequest) -> EventPage:
        """What terraform did after the cursor, oldest first."""
        ended = self._look(self._jobs.require(principal, job_id, Role.VIEWER))
        found = self._logs.events(job_id, page.limit, page.cursor)
        return EventPage(items=found.items, next_cursor=found.next_cursor, ended=ended)

    def _look(self, job: JobRecord) -> bool:
        """Note that somebody looks; whether the job has ended. Written at most every half of the time."""
        if job.status in JOB.terminal:
            return True
        now = self._clock.now()
        if (job.watched_until or 0) < unix(now + WATCHED_FOR / 2):
            self._job_store.watch(job.job_id, unix(now + WATCHED_FOR))
        return False
