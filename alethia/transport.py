"""One way to ask the API: retries where repeating is safe, and refusals as typed errors.

::

    ApiError                 the API refused; code, message, field, problems, request id
    └── (by HTTP status)     NotSignedIn 401 · NotAllowed 403 · NotFound 404 · Refused 409/423 · Invalid 422
    Unreachable              no answer, or a 5xx that did not go away
"""

import time
import uuid
from collections.abc import Mapping
from typing import Any

import httpx

RETRIES = 4
FIRST_PAUSE = 0.3


class ClientError(Exception):
    """Base of what this module raises; the text is for a person."""


class Unreachable(ClientError):
    """No answer that counts."""


class ApiError(ClientError):
    """A refusal, as the API words it."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        super().__init__(str(body.get("message") or f"The API answered HTTP {status}."))
        self.status = status
        self.code = str(body.get("code") or "")
        self.field = body.get("field")
        self.problems: list[dict[str, Any]] = list(body.get("problems") or [])
        self.details: dict[str, Any] = dict(body.get("details") or {})
        self.request_id = body.get("request_id")


class NotSignedIn(ApiError):
    """401"""


class NotAllowed(ApiError):
    """403"""


class NotFound(ApiError):
    """404"""


class Refused(ApiError):
    """409 or 423: the world is not as the request assumed."""


class Invalid(ApiError):
    """400, 413, 415 or 422: the request itself is wrong."""


BY_STATUS: dict[int, type[ApiError]] = {
    400: Invalid,
    401: NotSignedIn,
    403: NotAllowed,
    404: NotFound,
    409: Refused,
    413: Invalid,
    415: Invalid,
    422: Invalid,
    423: Refused,
}


class Transport:
    """Requests to one Alethia.

    Every write carries an idempotency key, made here unless the caller brings one: that is why a write whose
    answer was lost can be sent again.
    """

    def __init__(self, url: str, token: str | None, *, client: httpx.Client | None = None) -> None:
        self.url = url.rstrip("/")
        if not self.url.startswith(("https://", "http://")):
            raise Unreachable(f"{url} is no address of an Alethia: one begins with https:// or http://.")
        loopback = httpx.URL(self.url).host in ("127.0.0.1", "localhost", "::1")
        self._http = client or httpx.Client(timeout=httpx.Timeout(35, connect=5), trust_env=not loopback)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str, **query: Any) -> Any:
        """GET, as JSON."""
        params = {name: value for name, value in query.items() if value is not None}
        return self._send("GET", path, params=params)

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> Any:
        """POST, as JSON."""
        return self._send("POST", path, body=body, key=key)

    def put(self, path: str, body: Any) -> Any:
        """PUT, as JSON."""
        return self._send("PUT", path, body=body)

    def delete(self, path: str, **query: Any) -> Any:
        """DELETE."""
        params = {name: value for name, value in query.items() if value is not None}
        return self._send("DELETE", path, params=params)

    def raw(self, url: str) -> bytes:
        """The bytes at an address that the API handed out; no token goes there."""
        try:
            return self._http.get(url).raise_for_status().content
        except httpx.TransportError as error:
            raise Unreachable(f"The object store did not answer ({_why(error)}). Try again.") from None
        except httpx.HTTPStatusError as error:
            said = f"The object store refused (HTTP {error.response.status_code})."
            raise ClientError(f"{said} Addresses are good for some minutes: try again.") from None

    def _send(
        self, method: str, path: str, *, params: Any = None, body: Any = None, key: str | None = None
    ) -> Any:
        headers = dict(self._headers)
        if method != "GET":
            headers["Idempotency-Key"] = key or str(uuid.uuid4())
        reason = ""
        for attempt in range(RETRIES):
            if attempt:
                time.sleep(FIRST_PAUSE * 2 ** (attempt - 1))
            try:
                answer = self._http.request(
                    method, f"{self.url}{path}", params=params, json=body, headers=headers
                )
            except httpx.TransportError as error:
                reason = _why(error)
                continue
            if answer.status_code < 500 and answer.status_code != 429:
                return _read(answer)
            reason = f"HTTP {answer.status_code}"
        raise Unreachable(f"{self.url} did not answer ({reason}). Is it running, and is the address right?")


def _why(error: httpx.TransportError) -> str:
    match error:
        case httpx.ConnectError():
            return "no connection"
        case httpx.TimeoutException():
            return "it took too long"
    return "the connection broke"


def _read(answer: httpx.Response) -> Any:
    if answer.is_success:
        return answer.json() if answer.content else None
    try:
        body = answer.json()
    except ValueError:
        body = {}
    error = body.get("error") if isinstance(body, dict) else None
    kind = BY_STATUS.get(answer.status_code, ApiError)
    raise kind(answer.status_code, error if isinstance(error, dict) else {})
