"""Getting work: polls, claims, and what an attempt is told at its beginning."""

from pydantic import Field

from ..model import Model
from ..plan import PlanManifest
from ..words import JobType
from .access import CloudAccess


class ClaimRequest(Model):
    """A runner asks for the job it was started for; ``claim_id`` makes a repeat harmless."""

    attempt: int
    claim_id: str = Field(min_length=8, max_length=64)
    runner_version: str
    terraform_versions: list[str]


class PollRequest(Model):
    """A self-hosted runner asks whether there is work; what it says of itself is shown in the list."""

    runner_version: str = Field(max_length=64)
    slots: int = Field(ge=1, le=64)
    """Jobs that it runs at once, at most."""
    running: list[str] = Field([], max_length=64)
    """Ids of the jobs that it runs now."""
    passed: list[str] = Field([], max_length=64)
    """Ids of jobs that it tried for a moment ago and did not get: they are not offered again now."""


class Offer(Model):
    """A job that the runner may claim. Another runner may be quicker; the claim decides."""

    job_id: str
    attempt: int


class PollAnswer(Model):
    """What to try to claim, and when to ask again."""

    offers: list[Offer]
    poll_seconds: float
    draining: bool = False
    """Take nothing more; end when the jobs in hand are done."""


class WorkerEnded(Model):
    """A self-hosted runner says that the process of an attempt, and all that it started, has ended.

    ECS says so for a container. ``claim_id`` proves that it speaks of the process that has the job.
    """

    attempt: int
    claim_id: str = Field(min_length=8, max_length=64)
    exit_code: int


class PlanToApply(Model):
    """The approved plan that a DEPLOY applies."""

    manifest: PlanManifest
    digest: str


class Assignment(Model):
    """A claimed job: all that the runner needs, and a token good for this attempt only."""

    job_token: str
    job_id: str
    job_type: JobType
    attempt: int
    correlation_id: str | None = None
    """For the runner's own log lines: what the request that began the job is found by everywhere."""
    zone_id: str
    run_id: str | None = None
    spec_id: str | None = None
    identity_id: str | None = None
    snapshot: str | None = None
    """Canonical JSON, as stored; the runner hashes it again. For jobs about a spec, as the next two."""
    config_hash: str | None = None
    state_name: str | None = None
    access: CloudAccess
    plan: PlanToApply | None = None
    lease_seconds: int
    heartbeat_seconds: int
