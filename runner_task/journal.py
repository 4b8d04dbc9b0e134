"""What happened, on its way to the control plane: numbered chunks and events that wait to be acknowledged.

Lines gather until the next heartbeat packs them into chunks. A chunk's number and text never change once
packed, and it stays at the head of the queue until a heartbeat that carried it was answered: a repeat is
harmless, and nothing is lost or overtaken.
"""

import re
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from chalicelib.domain.messages import MAX_BATCH, MAX_CHUNK_BYTES, LogChunk, ResourceEvent
from chalicelib.domain.plan import PlanSummary
from chalicelib.domain.words import Phase, Stream

from .masking import Masker

BATCH_TEXT_BYTES = 1024 * 1024
"""Most log text in one heartbeat, well below API Gateway's 10 MB."""


_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class Line(NamedTuple):
    """One masked line, not yet in a chunk."""

    phase: Phase
    stream: Stream
    at: str
    text: str


class Batch(NamedTuple):
    """What one heartbeat carries."""

    logs: list[LogChunk]
    events: list[ResourceEvent]
    summary: PlanSummary | None


class Journal:
    """Takes lines and events from any thread; hands them out in batches; keeps the whole log in a file."""

    def __init__(self, masker: Masker, archive: Path) -> None:
        self._masker = masker
        self._archive = archive.open("ab")
        self.archive_path = archive
        self.changed = threading.Condition()
        """Notified when there is something to send."""
        self._lines: list[Line] = []
        self._chunks: deque[LogChunk] = deque()
        self._events: deque[ResourceEvent] = deque()
        self._summary: PlanSummary | None = None
        self._chunk_number = 0
        self._event_number = 0
        self.urgent = False
        """Something should not wait for the usual gathering of lines."""

    def log(self, phase: Phase, stream: Stream, text: str) -> None:
        """Add a line (or several in one text) as it is to be shown; secrets are masked here."""
        at = now()
        masked = self._masker.mask(_COLOURS.sub("", text.rstrip("\n")))
        with self.changed:
            if not self._archive.closed:
                with suppress(OSError):  # a full disk must not cost the job
                    self._archive.write(f"{at} {phase} {stream} {masked}\n".encode())
            self._lines.extend(Line(phase, stream, at, piece) for piece in _pieces(masked + "\n"))
            self.changed.notify_all()

    def event(self, make: Callable[[int], ResourceEvent]) -> ResourceEvent:
        """Queue the event that `make` makes of its number."""
        with self.changed:
            self._event_number += 1
            event = make(self._event_number)
            self._events.append(event)
            self.changed.notify_all()
        return event

    def summary(self, summary: PlanSummary) -> None:
        """Counts and groups, to be sent without delay."""
        with self.changed:
            self._summary = summary
            self.urgent = True
            self.changed.notify_all()

    @property
    def is_empty(self) -> bool:
        """Whether everything was acknowledged."""
        return not (self._lines or self._chunks or self._events or self._summary)

    @property
    def is_full(self) -> bool:
        """Whether a whole batch of events waits, or chunks that the last batch had no room for."""
        return len(self._events) >= MAX_BATCH or bool(self._chunks)

    def batch(self) -> Batch:
        """The oldest of what is not acknowledged: the same again, and maybe more, until it is."""
        with self.changed:
            self._pack()
            self.urgent = False
            logs: list[LogChunk] = []
            size = 0
            for chunk in self._chunks:
                size += len(chunk.text)
                if len(logs) == MAX_BATCH or (logs and size > BATCH_TEXT_BYTES):
                    break
                logs.append(chunk)
            events = [event for event, _ in zip(self._events, range(MAX_BATCH), strict=False)]
            return Batch(logs, events, self._summary)

    def acknowledge(self, batch: Batch) -> None:
        """Forget what arrived."""
        with self.changed:
            while batch.logs and self._chunks and self._chunks[0].seq <= batch.logs[-1].seq:
                self._chunks.popleft()
            while batch.events and self._events and self._events[0].seq <= batch.events[-1].seq:
                self._events.popleft()
            if self._summary is batch.summary:
                self._summary = None

    def close_archive(self) -> bytes:
        """End the whole log, and read it."""
        with self.changed:
            self._archive.close()
        return self.archive_path.read_bytes()

    def _pack(self) -> None:
        """Join neighbouring lines of one phase and stream into chunks of at most 32 KB."""
        texts: list[str] = []
        size = 0
        head: Line | None = None
        for line in self._lines:
            bytes_more = len(line.text.encode())
            same = head is not None and (head.phase, head.stream) == (line.phase, line.stream)
            if head is not None and (not same or size + bytes_more > MAX_CHUNK_BYTES):
                self._append(head, texts)
                texts, size, head = [], 0, None
            head = head or line
            texts.append(line.text)
            size += bytes_more
        if head is not None:
            self._append(head, texts)
        self._lines.clear()

    def _append(self, head: Line, texts: list[str]) -> None:
        self._chunk_number += 1
        self._chunks.append(
            LogChunk(
                seq=self._chunk_number, phase=head.phase, stream=head.stream, at=head.at, text="".join(texts)
            )
        )


def now() -> str:
    """This moment, UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _pieces(text: str) -> list[str]:
    """`text`, cut so that each piece fits a chunk; no character is torn."""
    if len(text.encode()) <= MAX_CHUNK_BYTES:
        return [text]
    step = MAX_CHUNK_BYTES // 4
    return [text[start : start + step] for start in range(0, len(text), step)]
