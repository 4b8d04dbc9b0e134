"""A runner: where jobs execute. Kinds differ in who starts the worker; the worker is the same."""

from enum import StrEnum

from .model import Model


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
    created_at: str | None = None
    created_by: str | None = None
