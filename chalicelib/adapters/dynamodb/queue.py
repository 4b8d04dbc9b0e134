"""Runners' queues, read from the sparse index ``by_runner``."""

from collections.abc import Sequence

from ...domain.job import Urgency
from ...domain.queue import QueuedJob
from .connection import dynamodb_errors
from .rows import runner_key
from .tables import JobRow


class DynamoQueues:
    """:class:`~chalicelib.services.ports.queue.RunnerQueues` on the jobs table."""

    def of_runner(self, zone_id: str, runner: str, *, most: int) -> Sequence[QueuedJob]:
        """One Query, one page."""
        with dynamodb_errors():
            rows = JobRow.query(
                runner_key(zone_id, runner),
                index_name=JobRow.by_runner.Meta.index_name,
                limit=most,
                page_size=most,
            )
            return [_queued(row) for row in rows]


def _queued(row: JobRow) -> QueuedJob:
    return QueuedJob(
        job_id=row.job_id,
        job_type=row.job_type,
        zone_id=row.zone_id,
        spec_id=row.spec_id,
        identity_id=row.identity_id,
        status=row.status,
        attempt=int(row.attempt),
        urgency=row.urgency or Urgency.USUAL,
        not_before=None if row.not_before is None else int(row.not_before),
        listed_at=str(row.listed_at),
    )
