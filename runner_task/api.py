"""The control plane, as the runner sees it: one method for each message.

A transport error, a 429 and a 5xx are tried again until patience ends; all calls can be repeated. A 4xx is
an answer: :class:`ApiRefused`.
"""

import ipaddress
import random
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, ValidationError

from chalicelib.domain.messages import (
    Assignment,
    ClaimRequest,
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
    GitToken,
    GitTokenRequest,
    Heartbeat,
    HeartbeatAnswer,
    LockAnswer,
    LockRequest,
    OpenKeyRequest,
    Report,
    ReportAnswer,
    StateAnswer,
    UnlockRequest,
    Upload,
    UploadRequest,
)

from .errors import ApiRefused, Unreachable

Answer = TypeVar("Answer", bound=BaseModel)

TIMEOUT = httpx.Timeout(10, connect=5)
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0


class Api:
    """Calls about one job. Safe to share between threads.

    Parameters
    ----------
    patience : float
        Seconds that a call is tried for, unless it says otherwise.
    """

    def __init__(self, base_url: str, job_id: str, credential: str, *, patience: float) -> None:
        self._http = new_http_client(base_url)
        self._base = f"{base_url}/api/jobs/{job_id}"
        self._authorization = f"Runner {credential}"
        self._patience = patience
        self._guard = threading.Lock()

    def use_job_token(self, token: str) -> None:
        """From now on, act as the claimed job."""
        with self._guard:
            self._authorization = f"Job {token}"

    def claim(self, request: ClaimRequest, *, patience: float) -> Assignment:
        return self._post("claim", request, Assignment, patience)

    def heartbeat(self, beat: Heartbeat, *, timeout: float) -> HeartbeatAnswer:
        """One try only: the caller repeats, with what is newer."""
        return self._post("heartbeat", beat, HeartbeatAnswer, 0, timeout=timeout)

    def cloud_credentials(self, request: CloudCredentialsRequest) -> CloudCredentials:
        return self._post("cloud-credentials", request, CloudCredentials)

    def cloud_token(self, request: CloudTokenRequest) -> CloudToken:
        return self._post("cloud-token", request, CloudToken)

    def data_key(self, request: DataKeyRequest, *, patience: float | None = None) -> DataKey:
        return self._post("data-keys", request, DataKey, patience)

    def open_key(self, request: OpenKeyRequest) -> DataKey:
        return self._post("data-keys/open", request, DataKey)

    def upload(self, request: UploadRequest, *, patience: float | None = None) -> Upload:
        return self._post("uploads", request, Upload, patience)

    def download(self, request: DownloadRequest) -> Download:
        return self._post("downloads", request, Download)

    def git_token(self, request: GitTokenRequest) -> GitToken:
        """How a repository of the job's configuration is read. No access at all is :class:`ApiRefused`."""
        return self._post("git-token", request, GitToken)

    def state(self, *, patience: float | None = None) -> StateAnswer:
        return self._read(self._send("GET", "state", None, patience), StateAnswer)

    def lock(self, request: LockRequest, *, patience: float | None = None) -> LockAnswer:
        return self._post("state/lock", request, LockAnswer, patience)

    def unlock(self, request: UnlockRequest, *, patience: float | None = None) -> None:
        self._send("POST", "state/unlock", request, patience)

    def commit(self, request: CommitRequest, *, patience: float) -> CommitAnswer:
        return self._post("state/commit", request, CommitAnswer, patience)

    def report(self, report: Report, *, patience: float) -> ReportAnswer:
        return self._post("report", report, ReportAnswer, patience)

    def close(self) -> None:
        self._http.close()

    def _post(
        self,
        path: str,
        body: BaseModel,
        answer: type[Answer],
        patience: float | None = None,
        timeout: float | None = None,
    ) -> Answer:
        return self._read(self._send("POST", path, body, patience, timeout), answer)

    def _send(
        self,
        method: str,
        path: str,
        body: BaseModel | None,
        patience: float | None,
        timeout: float | None = None,
    ) -> httpx.Response:
        content = None if body is None else body.model_dump_json()

        def once() -> httpx.Response:
            return self._http.request(
                method,
                f"{self._base}/{path}",
                content=content,
                headers={"Authorization": self._authorization, "Content-Type": "application/json"},
                timeout=timeout or TIMEOUT,
            )

        response = persistently(once, self._patience if patience is None else patience)
        if response.is_success:
            return response
        message, details = _refusal(response)
        raise ApiRefused(response.status_code, message, details)

    @staticmethod
    def _read(response: httpx.Response, answer: type[Answer]) -> Answer:
        try:
            return answer.model_validate_json(response.content)
        except ValidationError:
            raise ApiRefused(
                response.status_code,
                f"The control plane's answer is no {answer.__name__} that this runner reads; update it.",
            ) from None


def new_http_client(url: str) -> httpx.Client:
    """A client that goes through the proxy of the environment, unless `url` is on this machine."""
    return httpx.Client(timeout=TIMEOUT, trust_env=not is_loopback(url))


def is_loopback(url: str) -> bool:
    """Whether the address is this machine's own."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def persistently(
    once: Callable[[], httpx.Response],
    patience: float,
    *,
    also_again: Callable[[httpx.Response], bool] = lambda response: False,
) -> httpx.Response:
    """Send until there is an answer worth having, for at most `patience` seconds (0: one try).

    Raises
    ------
    Unreachable
        Time is up; the sentence names the last reason, never the address (it may be a presigned one).
    """
    deadline = time.monotonic() + patience
    pause = FIRST_PAUSE
    while True:
        try:
            response = once()
        except httpx.HTTPError as error:
            reason = type(error).__name__
        else:
            if response.status_code != 429 and response.status_code < 500 and not also_again(response):
                return response
            reason = f"HTTP {response.status_code}"
        left = deadline - time.monotonic()
        if left <= 0:
            raise Unreachable(f"No answer within {patience:.0f} s; the last try ended with {reason}.")
        time.sleep(min(left, pause * random.uniform(0.5, 1)))  # noqa: S311 - jitter
        pause = min(2 * pause, LONGEST_PAUSE)


def _refusal(response: httpx.Response) -> tuple[str, dict[str, object]]:
    fallback = f"The control plane answered HTTP {response.status_code}."
    try:
        body: Any = response.json()
    except ValueError:
        return fallback, {}
    if isinstance(body, Mapping) and isinstance(body.get("error"), Mapping):
        body = body["error"]
    if not isinstance(body, Mapping):
        return fallback, {}
    details = body.get("details")
    return str(body.get("message") or fallback), dict(details) if isinstance(details, Mapping) else {}
