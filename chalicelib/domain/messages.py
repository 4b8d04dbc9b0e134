"""What a runner and the control plane say to each other, over HTTPS, as JSON.

::

    POST /api/runners/poll                PollRequest      → PollAnswer      (runner credential; self-hosted)
    POST /api/jobs/{id}/claim             ClaimRequest     → Assignment      (runner credential)
    POST /api/jobs/{id}/worker-ended      WorkerEnded      → 204             (runner credential; self-hosted)
    POST /api/jobs/{id}/heartbeat         Heartbeat        → HeartbeatAnswer (job token, as all below)
    POST /api/jobs/{id}/cloud-credentials CloudCredentialsRequest → CloudCredentials
    POST /api/jobs/{id}/cloud-token       CloudTokenRequest → CloudToken
    POST /api/jobs/{id}/git-token         GitTokenRequest  → GitToken
    POST /api/jobs/{id}/data-keys         DataKeyRequest   → DataKey
    POST /api/jobs/{id}/data-keys/open    OpenKeyRequest   → DataKey
    POST /api/jobs/{id}/uploads           UploadRequest    → Upload
    POST /api/jobs/{id}/downloads         DownloadRequest  → Download
    GET  /api/jobs/{id}/state                              → StateAnswer
    POST /api/jobs/{id}/state/lock        LockRequest      → LockAnswer      (423 + holder when locked)
    POST /api/jobs/{id}/state/unlock      UnlockRequest    → 204
    POST /api/jobs/{id}/state/commit      CommitRequest    → CommitAnswer    (409 when fenced)
    POST /api/jobs/{id}/report            Report           → ReportAnswer

Each can be repeated: claims by ``claim_id``, chunks and events by number, commits by serial and sha256,
reports by attempt. A runner states facts; every status is the control plane's.
"""

from enum import StrEnum
from typing import Any

from pydantic import Field

from .identity import AccessMethod, AzureFederation, GcpFederation
from .job import ApplyProgress, JobError
from .model import Model
from .plan import Action, PlanManifest, PlanResult, PlanSummary, StoredObject
from .results import JobResult
from .state import LockInfo, StateVersion
from .words import CloudProvider, JobType, Phase, Stream

MAX_CHUNK_BYTES = 32 * 1024
"""Largest text of one log chunk, in UTF-8 bytes."""

MAX_BATCH = 200
"""Most log chunks, and most events, in one heartbeat."""


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


class CloudAccess(Model):
    """How the runner comes by credentials for the account; keyless, so nothing here is secret."""

    provider: CloudProvider
    identity_id: str | None = None
    method: AccessMethod = AccessMethod.RUNNER
    account_id: str | None = None
    role_reference: str | None = None
    gcp: GcpFederation | None = None
    azure: AzureFederation | None = None
    region: str


class CloudCredentialsRequest(Model):
    """Sessions of an assumed role last an hour at most; ask again before the last one ends."""

    attempt: int


class CloudCredentials(Model):
    """An AWS session in the linked account (method ``role``). For the runner's memory only."""

    access_key_id: str = Field(repr=False)
    secret_access_key: str = Field(repr=False)
    session_token: str = Field(repr=False)
    expires_at: str
    account_id: str
    principal: str
    """The assumed role's session, as AWS names it."""


class CloudTokenRequest(Model):
    """A token of our OIDC issuer for the job's identity (``web_identity`` and ``federation``)."""

    attempt: int


class CloudToken(Model):
    """RS256, good for ten minutes, for the one audience that the identity's cloud expects."""

    token: str = Field(repr=False)
    audience: str
    expires_at: str


class GitTokenRequest(Model):
    """A token to read one of the job's repositories with."""

    attempt: int
    repository: str = Field(max_length=2048)
    """The URL, exactly as in the configuration."""


class GitAccess(StrEnum):
    """How a repository can be read."""

    PUBLIC = "public"
    """By anybody; there is no token, and none is needed."""
    TOKEN = "token"  # noqa: S105 - a word


class GitToken(Model):
    """For the runner's memory only; a repository that can't be read at all is an error, not an answer."""

    access: GitAccess
    username: str | None = None
    token: str | None = Field(None, repr=False)
    expires_at: str | None = None


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


class ObjectPurpose(StrEnum):
    """What an object in the store is for; the folder it lies in."""

    STATE = "state"
    PLAN = "plan"
    REVIEW = "review"
    LOG = "log"
    CHECK = "check"
    """A BOOTSTRAP's round trip through the store; nobody reads it again."""


class DataKeyRequest(Model):
    """A fresh data key for one object. ``sequence`` tells apart objects of one purpose in one attempt."""

    attempt: int
    purpose: ObjectPurpose
    sequence: int = Field(1, ge=1)


class DataKey(Model):
    """A data key in clear (base64, 32 bytes), and wrapped by KMS under ``context``."""

    name: str
    context: dict[str, str]
    key: str = Field(repr=False)
    wrapped_key: str


class OpenKeyRequest(Model):
    """Unwrap the key in the head of an object that this job may read."""

    attempt: int
    context: dict[str, str]
    wrapped_key: str


class UploadRequest(Model):
    """Where to put sealed bytes. ``name`` is the one that came with the data key."""

    attempt: int
    name: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(ge=0)


class Upload(Model):
    """A presigned PUT, good for some minutes; send exactly ``headers``."""

    object: StoredObject
    url: str
    headers: dict[str, str] = {}


class DownloadRequest(Model):
    """A presigned GET for an object of this job's own spec."""

    attempt: int
    key: str


class Download(Model):
    url: str


class StateAnswer(Model):
    """The head of the state; ``version`` is ``None`` when there never was one."""

    version: StateVersion | None
    epoch: int


class LockRequest(Model):
    attempt: int
    lock: LockInfo


class LockAnswer(Model):
    """Granted. Every commit carries this epoch."""

    epoch: int


class UnlockRequest(Model):
    attempt: int
    lock_id: str
    epoch: int


class CommitRequest(Model):
    """A new version: uploaded already, and to become the head."""

    attempt: int
    lock_id: str
    epoch: int
    serial: int
    lineage: str
    sha256: str
    """Of the state in clear."""
    resources: int
    object: StoredObject


class CommitAnswer(Model):
    late: bool
    serial: int


class Outcome(StrEnum):
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Report(Model):
    """The end of an attempt, as facts."""

    attempt: int
    outcome: Outcome
    error: JobError | None = None
    terraform_started: bool = False
    plan: PlanResult | None = None
    outputs: dict[str, Any] | None = None
    """terraform's outputs, sensitive ones left out."""
    progress: ApplyProgress | None = None
    result: JobResult | None = None
    """What the job types with a typed result found; a failed CONNECTION_TEST has one as well."""
    log: StoredObject | None = None
    """The whole log, archived."""


class ReportAnswer(Model):
    """``accepted`` is false when the job had ended before; the report is kept beside it."""

    accepted: bool
