"""A runner: where jobs execute. Kinds differ in who starts the worker; the worker is the same."""

from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import Field

from .lifecycle.worker import TAKES_JOBS
from .model import Model
from .worker import Worker

SEEN_EVERY = timedelta(seconds=30)
"""How often a poll is written down, at most."""

OFFLINE_AFTER = timedelta(seconds=90)
"""A self-hosted runner that has not asked for work for this long is OFFLINE."""


class RunnerKind(StrEnum):
    FARGATE = "fargate"
    """A container for each attempt, started by the control plane."""
    SELF_HOSTED = "self-hosted"
    """A process on any machine that asks for work."""


class RunnerStatus(StrEnum):
    ONLINE = "ONLINE"
    OFFLINE = "OFFLINE"
    DRAINING = "DRAINING"
    """It finishes what it has, and takes nothing more."""


class CurrentJob(Model):
    """A job that a runner has in hand, or that waits for it."""

    job_id: str
    job_type: str
    status: str
    spec_id: str | None = None
    identity_id: str | None = None


class Runner(Model):
    """A runner as people see it."""

    runner_id: str
    zone_id: str | None
    """``None``: the platform's own, for every zone."""
    kind: RunnerKind
    name: str
    status: RunnerStatus
    version: str | None = None
    slots: int | None = None
    last_seen_at: str | None = None
    jobs: list[CurrentJob] = []
    worker: Worker | None = None
    """Of a runner that was deployed into a customer's account: its stack."""
    created_at: str | None = None
    created_by: str | None = None


class RegisteredRunner(Model):
    """The answer to a registration, or to a rotation: the one moment at which the credential is shown."""

    runner: Runner
    credential: str | None = Field(None, repr=False)
    """``{runner_id}.{secret}``. ``None`` when the request was a repeat: it is never shown a second time."""
    note: str


def status_of(
    kind: RunnerKind,
    *,
    draining: bool,
    last_seen_at: str | None,
    now: datetime,
    worker: Worker | None = None,
) -> RunnerStatus:
    """How a runner stands. A container is started when there is work: its cluster being there is enough."""
    if draining:
        return RunnerStatus.DRAINING
    if kind is RunnerKind.FARGATE:
        there = worker is None or worker.status in TAKES_JOBS
        return RunnerStatus.ONLINE if there else RunnerStatus.OFFLINE
    seen = datetime.fromisoformat(last_seen_at) if last_seen_at else None
    return RunnerStatus.OFFLINE if seen is None or now - seen > OFFLINE_AFTER else RunnerStatus.ONLINE


def ago(since: str, now: datetime) -> str:
    """How long ago, in the largest unit that fits: ``3 h ago``."""
    seconds = max(0, int((now - datetime.fromisoformat(since)).total_seconds()))
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit} ago"
    return f"{seconds} s ago"
