"""Log chunks and progress events: numbered rows that end by TTL."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from ...domain.messages import LogChunk, ResourceEvent
from ...services.paging import Page
from ...services.ports.logs import AttemptEvent, AttemptLogChunk
from .connection import decode_cursor, dynamodb_errors, encode_cursor
from .tables import EventRow, LogRow, numbered_sk

Row = TypeVar("Row", LogRow, EventRow)
T = TypeVar("T")


class DynamoLogs:
    """:class:`~chalicelib.services.ports.logs.LogStore` on the jobs table."""

    def append(
        self,
        job_id: str,
        attempt: int,
        chunks: Sequence[LogChunk],
        events: Sequence[ResourceEvent],
        expires_at: int | None,
    ) -> None:
        with dynamodb_errors():
            with LogRow.batch_write() as batch:
                for chunk in chunks:
                    batch.save(
                        LogRow(
                            _logs_pk(job_id),
                            numbered_sk(attempt, chunk.seq),
                            phase=str(chunk.phase),
                            stream=str(chunk.stream),
                            at=chunk.at,
                            text=chunk.text,
                            expires_at=expires_at,
                        )
                    )
            with EventRow.batch_write() as events_batch:
                for event in events:
                    events_batch.save(
                        EventRow(
                            _events_pk(job_id),
                            numbered_sk(attempt, event.seq),
                            event=event.model_dump(mode="json"),
                            expires_at=expires_at,
                        )
                    )

    def chunks(self, job_id: str, limit: int, cursor: str | None) -> Page[AttemptLogChunk]:
        return _after(LogRow, _logs_pk(job_id), limit, cursor, _chunk)

    def events(self, job_id: str, limit: int, cursor: str | None) -> Page[AttemptEvent]:
        return _after(EventRow, _events_pk(job_id), limit, cursor, _event)

    def events_of_attempt(self, job_id: str, attempt: int) -> Sequence[ResourceEvent]:
        with dynamodb_errors():
            rows = EventRow.query(
                _events_pk(job_id), EventRow.sk.startswith(numbered_sk(attempt, 0)[:4]), consistent_read=True
            )
            return [_event(row).event for row in rows]


def _after(
    row: type[Row], partition: str, limit: int, cursor: str | None, read: Callable[[Row], T]
) -> Page[T]:
    """What comes after `cursor`; the answer's cursor also stands at the end, so that a reader can follow."""
    key = decode_cursor(cursor, within=partition)
    later = row.sk > key["sk"]["S"] if key else None
    with dynamodb_errors():
        rows = list(row.query(partition, later, limit=limit))
    if rows:
        cursor = encode_cursor({"pk": {"S": partition}, "sk": {"S": str(rows[-1].sk)}})
    return Page(items=[read(found) for found in rows], next_cursor=cursor)


def _logs_pk(job_id: str) -> str:
    return f"LOG#{job_id}"


def _events_pk(job_id: str) -> str:
    return f"EVENT#{job_id}"


def _numbers(row: LogRow | EventRow) -> tuple[int, int]:
    attempt, seq = str(row.sk).split("#")
    return int(attempt), int(seq)


def _chunk(row: LogRow) -> AttemptLogChunk:
    attempt, seq = _numbers(row)
    return AttemptLogChunk(
        attempt=attempt, seq=seq, phase=row.phase, stream=row.stream, at=row.at, text=row.text
    )


def _event(row: EventRow) -> AttemptEvent:
    return AttemptEvent(attempt=_numbers(row)[0], event=ResourceEvent.model_validate(row.event))
