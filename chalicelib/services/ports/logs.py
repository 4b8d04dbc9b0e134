"""Log chunks and terraform's progress events: numbered, written once each; a runner's end after a while."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from ...domain.messages import LogChunk, ResourceEvent
from ...domain.model import Model
from ..paging import Page

KEPT_FOR = timedelta(days=30)
"""How long log chunks and events of a runner's jobs stay in the table: the whole log is archived in the
store. What the control plane does itself has a log of some dozen lines, and these stay."""


class AttemptLogChunk(LogChunk):
    """A chunk, and the attempt that wrote it."""

    attempt: int


class AttemptEvent(Model):
    """An event, and the attempt that saw it."""

    attempt: int
    event: ResourceEvent


class LogStore(Protocol):
    """Rows of logs and events. Writing one again changes nothing."""

    def append(
        self,
        job_id: str,
        attempt: int,
        chunks: Sequence[LogChunk],
        events: Sequence[ResourceEvent],
        expires_at: int | None,
    ) -> None: ...

    def chunks(self, job_id: str, limit: int, cursor: str | None) -> Page[AttemptLogChunk]:
        """In the order in which they were written; ``next_cursor`` also stands at the end, to go on from."""

    def events(self, job_id: str, limit: int, cursor: str | None) -> Page[AttemptEvent]:
        """As :meth:`chunks`."""

    def events_of_attempt(self, job_id: str, attempt: int) -> Sequence[ResourceEvent]:
        """Every event of one attempt, in order."""
