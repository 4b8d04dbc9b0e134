"""A control plane and a store in memory, over real HTTP: enough for a real runner to do real jobs.

It keeps the rules that a runner relies on (one claim, acknowledged chunks, lock, epoch, commit, presigned
URLs) and records everything it was sent. Faults are switched on by attributes.
"""

import base64
import hashlib
import json
import os
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel

from chalicelib.domain.envelope import encryption_context, unpack
from chalicelib.domain.job import RULES, About
from chalicelib.domain.messages import (
    Assignment,
    ClaimRequest,
    CloudAccess,
    CloudCredentials,
    CloudCredentialsRequest,
    CloudToken,
    CloudTokenRequest,
    CommitAnswer,
    CommitRequest,
    DataKey,
    DataKeyRequest,
    Download,
    DownloadRequest,
    GitAccess,
    GitToken,
    GitTokenRequest,
    Heartbeat,
    HeartbeatAnswer,
    LockAnswer,
    LockRequest,
    LogChunk,
    OpenKeyRequest,
    PlanToApply,
    Report,
    ReportAnswer,
    ResourceEvent,
    StateAnswer,
    UnlockRequest,
    Upload,
    UploadRequest,
)
from chalicelib.domain.plan import PlanSummary, StoredObject
from chalicelib.domain.snapshot import build_snapshot, config_hash
from chalicelib.domain.state import Lock, StateHead, StateVersion
from chalicelib.domain.words import CloudProvider, JobType

ZONE, SPEC, IDENTITY = "zone-1", "spec-1", "identity-1"
RUNNER_CREDENTIAL = "canary-runner-credential"
NOON = "2026-01-01T12:00:00Z"
ABOUT_NO_SPEC: dict[str, Any] = {
    "run_id": None,
    "spec_id": None,
    "identity_id": IDENTITY,
    "snapshot": None,
    "config_hash": None,
    "state_name": None,
}


def a_snapshot(
    *, terraform_version: str = "1.11.4", project: str = "shop", repository: str | None = None
) -> str:
    """The canonical snapshot of a spec without components, but for the repository that it may have."""
    form: dict[str, Any] = {
        "project_name": project,
        "environment_stage": "development",
        "region": "eu-central-1",
        "terraform_version": terraform_version,
    }
    if repository:
        form["repositories"] = {"apps_destination_repo": repository}
    return build_snapshot(form=form, provider="aws", account_id="123456789012", role_reference=None)


class Refusal(Exception):
    """A 4xx or 5xx with the API's error shape."""

    def __init__(self, status: int, message: str, details: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.details = status, message, details or {}


class FakeControlPlane:
    """Serve with ``with``; queue a job with :meth:`dispatch`; look at what came in afterwards."""

    def __init__(self) -> None:
        self.lease_seconds = 60
        self.heartbeat_seconds = 15
        self.access = CloudAccess(
            provider=CloudProvider.AWS, account_id="123456789012", region="eu-central-1"
        )
        self.jobs: dict[str, Assignment] = {}
        self.head = StateHead(zone_id=ZONE, spec_id=SPEC, name="shop-development-eu-central-1")
        self.versions: list[StateVersion] = []
        self.objects: dict[str, bytes] = {}
        self.chunks: dict[str, dict[int, LogChunk]] = defaultdict(dict)
        self.events: dict[str, dict[int, ResourceEvent]] = defaultdict(dict)
        self.summaries: dict[str, PlanSummary] = {}
        self.started: dict[str, bool] = {}
        self.reports: dict[str, list[Report]] = defaultdict(list)
        self.requests: list[tuple[str, str, str]] = []
        """Method, path and body of every request, in order."""
        self.arrivals: list[tuple[float, str]] = []
        self.keys: dict[str, bytes] = {}
        """Wrapped key → data key."""
        self.cancelled: set[str] = set()
        self.ended: set[str] = set()
        self.watched = False
        self.broken: set[str] = set()
        """Endings of paths that answer 503."""
        self.lose_answers: Counter[str] = Counter()
        """Ending of a path → how many answers are lost after the request took effect."""
        self.lend: Callable[[Assignment], CloudCredentials] = _no_session
        """What the broker answers; may raise :class:`Refusal`."""
        self.cloud_token = CloudToken(
            token="canary-cloud-token", audience="sts.amazonaws.com", expires_at="2099-01-01T00:00:00Z"
        )
        self.git: Callable[[str], GitToken] = lambda repository: GitToken(access=GitAccess.PUBLIC)
        """Repository → how it can be read; may raise :class:`Refusal`."""
        self.before: Callable[[str, str], None] = lambda path, body: None
        self._guard = threading.RLock()
        handler = type("BoundHandler", (_Handler,), {"plane": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True

    def __enter__(self) -> "FakeControlPlane":
        threading.Thread(target=self._server.serve_forever, args=[0.02], daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def dispatch(
        self,
        job_type: JobType,
        *,
        job_id: str | None = None,
        snapshot: str | None = None,
        plan: PlanToApply | None = None,
        **changes: Any,
    ) -> str:
        """Queue a job; returns its id."""
        snapshot = a_snapshot() if snapshot is None else snapshot
        job_id = job_id or f"job-{len(self.jobs) + 1}"
        fields: dict[str, Any] = {
            "job_token": f"canary-token-{job_id}",
            "job_id": job_id,
            "job_type": job_type,
            "attempt": 1,
            "run_id": "run-1",
            "zone_id": ZONE,
            "spec_id": SPEC,
            "snapshot": snapshot,
            "config_hash": config_hash(snapshot),
            "state_name": self.head.name,
            "access": self.access,
            "plan": plan,
            "lease_seconds": self.lease_seconds,
            "heartbeat_seconds": self.heartbeat_seconds,
        }
        if RULES[job_type].about is About.IDENTITY:
            fields |= ABOUT_NO_SPEC
        self.jobs[job_id] = Assignment(**(fields | changes))
        return job_id

    def report_of(self, job_id: str) -> Report:
        return self.reports[job_id][-1]

    def log_of(self, job_id: str) -> str:
        chunks = self.chunks[job_id]
        return "".join(chunks[number].text for number in sorted(chunks))

    def opened(self, stored: StoredObject) -> bytes:
        """An object in clear."""
        header, head, ciphertext = unpack(self.objects[stored.key])
        key = self.keys[header.wrapped_key]
        return AESGCM(key).decrypt(base64.b64decode(header.nonce), ciphertext, head)

    @property
    def state(self) -> dict[str, Any]:
        """The head's content."""
        assert self.head.version is not None
        return dict(json.loads(self.opened(self.head.version.object)))

    # --- the routes ---------------------------------------------------------------------------------------

    def answer(self, method: str, path: str, authorization: str, body: bytes) -> bytes:
        """One request of the API or the store."""
        with self._guard:
            shown = body.decode(errors="replace") if path.startswith("/api") else ""
            self.requests.append((method, path, shown))
            self.arrivals.append((time.monotonic(), path))
        self.before(path, shown)
        with self._guard:
            if any(path.endswith(ending) for ending in self.broken):
                raise Refusal(503, "The control plane is broken on purpose.")
            if path.startswith("/store/"):
                return self._store(method, path.removeprefix("/store/"), body)
            _, _, _, job_id, action = path.split("/", 4)
            answered = self._api(job_id, action, authorization, body)
            for ending in self.lose_answers:
                if path.endswith(ending) and self.lose_answers[ending] > 0:
                    self.lose_answers[ending] -= 1
                    raise ConnectionAbortedError
            return answered

    def _store(self, method: str, key: str, body: bytes) -> bytes:
        if method == "PUT":
            self.objects[key] = body
            return b""
        if key not in self.objects:
            raise Refusal(404, "NoSuchKey")
        return self.objects[key]

    def _api(self, job_id: str, action: str, authorization: str, body: bytes) -> bytes:
        assignment = self.jobs.get(job_id)
        if assignment is None:
            raise Refusal(404, "There is no such job.")
        expected = f"Runner {RUNNER_CREDENTIAL}" if action == "claim" else f"Job {assignment.job_token}"
        if authorization != expected:
            raise Refusal(401, "The credential is not known.")
        route: Callable[[Assignment, bytes], BaseModel | None] = {
            "claim": self._claim,
            "heartbeat": self._heartbeat,
            "cloud-credentials": self._cloud_credentials,
            "cloud-token": self._cloud_token,
            "git-token": self._git_token,
            "data-keys": self._data_key,
            "data-keys/open": self._open_key,
            "uploads": self._upload,
            "downloads": self._download,
            "state": lambda job, _: StateAnswer(version=self.head.version, epoch=self.head.epoch),
            "state/lock": self._lock,
            "state/unlock": self._unlock,
            "state/commit": self._commit,
            "report": self._report,
        }[action]
        answer = route(assignment, body)
        return b"" if answer is None else answer.model_dump_json().encode()

    def _claim(self, job: Assignment, body: bytes) -> Assignment:
        request = ClaimRequest.model_validate_json(body)
        if request.attempt != job.attempt:
            raise Refusal(409, "Another attempt is the present one.")
        return job

    def _heartbeat(self, job: Assignment, body: bytes) -> HeartbeatAnswer:
        beat = Heartbeat.model_validate_json(body)
        if job.job_id in self.ended:
            raise Refusal(409, "The attempt is over.")
        for chunk in beat.logs:
            known = self.chunks[job.job_id].setdefault(chunk.seq, chunk)
            assert known == chunk, "a chunk's number came again with another text"
        for event in beat.events:
            self.events[job.job_id].setdefault(event.seq, event)
        if beat.summary is not None:
            self.summaries[job.job_id] = beat.summary
        self.started[job.job_id] = self.started.get(job.job_id, False) or beat.terraform_started
        return HeartbeatAnswer(
            lease_seconds=self.lease_seconds, cancel=job.job_id in self.cancelled, watched=self.watched
        )

    def _cloud_credentials(self, job: Assignment, body: bytes) -> CloudCredentials:
        assert CloudCredentialsRequest.model_validate_json(body).attempt == job.attempt
        return self.lend(job)

    def _cloud_token(self, job: Assignment, body: bytes) -> CloudToken:
        assert CloudTokenRequest.model_validate_json(body).attempt == job.attempt
        return self.cloud_token

    def _git_token(self, job: Assignment, body: bytes) -> GitToken:
        return self.git(GitTokenRequest.model_validate_json(body).repository)

    def _data_key(self, job: Assignment, body: bytes) -> DataKey:
        request = DataKeyRequest.model_validate_json(body)
        name = f"{request.purpose}/{job.job_id}-{request.attempt}-{request.sequence}"
        key, wrapped = os.urandom(32), base64.b64encode(os.urandom(24)).decode()
        self.keys[wrapped] = key
        context = encryption_context(ZONE, SPEC, name)
        return DataKey(name=name, context=context, key=base64.b64encode(key).decode(), wrapped_key=wrapped)

    def _open_key(self, job: Assignment, body: bytes) -> DataKey:
        request = OpenKeyRequest.model_validate_json(body)
        if request.wrapped_key not in self.keys:
            raise Refusal(404, "There is no such key.")
        return DataKey(
            name=request.context["object"],
            context=request.context,
            key=base64.b64encode(self.keys[request.wrapped_key]).decode(),
            wrapped_key=request.wrapped_key,
        )

    def _upload(self, job: Assignment, body: bytes) -> Upload:
        request = UploadRequest.model_validate_json(body)
        key = f"{request.name}-{request.sha256}"
        stored = StoredObject(key=key, sha256=request.sha256, size=request.size)
        return Upload(object=stored, url=f"{self.url}/store/{key}")

    def _download(self, job: Assignment, body: bytes) -> Download:
        request = DownloadRequest.model_validate_json(body)
        return Download(url=f"{self.url}/store/{request.key}")

    def _lock(self, job: Assignment, body: bytes) -> LockAnswer:
        request = LockRequest.model_validate_json(body)
        lock = self.head.lock
        if lock is not None and lock.info.id != request.lock.id:
            raise Refusal(423, "The state is locked.", lock.info.model_dump())
        if lock is None:
            epoch = self.head.epoch + 1
            taken = Lock(
                info=request.lock, job_id=job.job_id, attempt=request.attempt, epoch=epoch, taken_at=NOON
            )
            self.head = self.head.model_copy(update={"lock": taken, "epoch": epoch})
        return LockAnswer(epoch=self.head.epoch)

    def _unlock(self, job: Assignment, body: bytes) -> None:
        request = UnlockRequest.model_validate_json(body)
        if self.head.lock is not None and self.head.lock.info.id == request.lock_id:
            self.head = self.head.model_copy(update={"lock": None})

    def _commit(self, job: Assignment, body: bytes) -> CommitAnswer:
        request = CommitRequest.model_validate_json(body)
        stored = self.objects.get(request.object.key, b"")
        assert hashlib.sha256(stored).hexdigest() == request.object.sha256
        if request.epoch != self.head.epoch:
            raise Refusal(409, "The lease was lost and somebody took the lock.")
        version = StateVersion(
            serial=request.serial,
            lineage=request.lineage,
            sha256=request.sha256,
            object=request.object,
            job_id=job.job_id,
            resources=request.resources,
            created_at=NOON,
        )
        if self.head.version is None or self.head.version.sha256 != request.sha256:
            self.versions.append(version)
        self.head = self.head.model_copy(update={"version": version})
        return CommitAnswer(late=False, serial=request.serial)

    def _report(self, job: Assignment, body: bytes) -> ReportAnswer:
        report = Report.model_validate_json(body)
        accepted = job.job_id not in self.ended and not self.reports[job.job_id]
        self.reports[job.job_id].append(report)
        return ReportAnswer(accepted=accepted)


def _no_session(job: Assignment) -> CloudCredentials:
    raise Refusal(409, "This identity's method is runner; there is no session to hand out for it.")


class _Handler(BaseHTTPRequestHandler):
    plane: FakeControlPlane
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = urlsplit(self.path).path
        try:
            answer = self.plane.answer(self.command, path, self.headers.get("Authorization", ""), body)
            status = 200
        except Refusal as refusal:
            status = refusal.status
            error = {"code": "Refused", "message": refusal.message, "details": refusal.details}
            answer = json.dumps(error).encode()
        except ConnectionAbortedError:
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = do_PUT = _serve  # noqa: N815 - the standard library's naming

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""
