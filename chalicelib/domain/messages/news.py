"""What happens while a job runs: lines of its log, events of its resources, in heartbeats."""

from enum import StrEnum

from pydantic import Field

from ..model import Model
from ..plan import Action, PlanSummary
from ..words import Phase, Stream

MAX_CHUNK_BYTES = 32 * 1024
"""Largest text of one log chunk, in UTF-8 bytes."""

MAX_BATCH = 200
"""Most log chunks, and most events, in one heartbeat."""


class LogChunk(Model):
    """A numbered piece of the job's log; numbers count from 1 within the attempt."""

    seq: int = Field(ge=1)
    phase: Phase
    stream: Stream
    at: str
    text: str


class EventKind(StrEnum):
    """terraform's own words for what happens to a resource."""

    PLANNED = "planned_change"
    START = "apply_start"
    PROGRESS = "apply_progress"
    COMPLETE = "apply_complete"
    ERRORED = "apply_errored"


class ResourceEvent(Model):
    """One event of terraform's ``-json`` stream; numbers count from 1 within the attempt."""

    seq: int = Field(ge=1)
    at: str
    kind: EventKind
    address: str
    resource_type: str
    action: Action
    id_value: str | None = None
    """The cloud's id of the resource, on ``apply_complete``; what ``terraform import`` wants."""
    elapsed_seconds: float | None = None


class Heartbeat(Model):
    """I am alive; here is what happened since. Sent at once when something is worth showing."""

    attempt: int
    phase: Phase
    terraform_started: bool = False
    """True from just before terraform starts an apply or destroy: from then on, things may exist."""
    logs: list[LogChunk] = Field([], max_length=MAX_BATCH)
    events: list[ResourceEvent] = Field([], max_length=MAX_BATCH)
    summary: PlanSummary | None = None
    """Counts and groups, as soon as terraform's plan ended."""


class HeartbeatAnswer(Model):
    """The lease goes on, unless ``cancel`` says to stop terraform and report."""

    lease_seconds: int
    cancel: bool = False
    watched: bool = False
    """Somebody is looking: heartbeat every second."""
    job_token: str | None = None
    """A fresh token, when the old one nears its end."""
