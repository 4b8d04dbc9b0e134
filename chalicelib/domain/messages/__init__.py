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

from .access import (
    CloudAccess,
    CloudCredentials,
    CloudCredentialsRequest,
    CloudToken,
    CloudTokenRequest,
    GitAccess,
    GitToken,
    GitTokenRequest,
)
from .news import MAX_BATCH, MAX_CHUNK_BYTES, EventKind, Heartbeat, HeartbeatAnswer, LogChunk, ResourceEvent
from .objects import (
    DataKey,
    DataKeyRequest,
    Download,
    DownloadRequest,
    ObjectPurpose,
    OpenKeyRequest,
    Upload,
    UploadRequest,
)
from .reports import Outcome, Report, ReportAnswer
from .states import CommitAnswer, CommitRequest, LockAnswer, LockRequest, StateAnswer, UnlockRequest
from .work import Assignment, ClaimRequest, Offer, PlanToApply, PollAnswer, PollRequest, WorkerEnded

__all__ = [
    "MAX_BATCH",
    "MAX_CHUNK_BYTES",
    "Assignment",
    "ClaimRequest",
    "CloudAccess",
    "CloudCredentials",
    "CloudCredentialsRequest",
    "CloudToken",
    "CloudTokenRequest",
    "CommitAnswer",
    "CommitRequest",
    "DataKey",
    "DataKeyRequest",
    "Download",
    "DownloadRequest",
    "EventKind",
    "GitAccess",
    "GitToken",
    "GitTokenRequest",
    "Heartbeat",
    "HeartbeatAnswer",
    "LockAnswer",
    "LockRequest",
    "LogChunk",
    "ObjectPurpose",
    "Offer",
    "OpenKeyRequest",
    "Outcome",
    "PlanToApply",
    "PollAnswer",
    "PollRequest",
    "Report",
    "ReportAnswer",
    "ResourceEvent",
    "StateAnswer",
    "UnlockRequest",
    "Upload",
    "UploadRequest",
    "WorkerEnded",
]
