"""The small HTTP server that terraform talks to, on 127.0.0.1 and a free port.

::

    GET, POST, LOCK, UNLOCK /state     terraform's ``http`` backend; basic auth, made up for this job
    GET /credentials                   the AWS SDK's container-credentials protocol; a token in Authorization.
                                       For GCP and Azure: a token of our issuer, as {"value": …}

Clients ask for fresh credentials before the old ones end, so an apply may last longer than they do.
"""

import base64
import hmac
import json
import secrets
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from chalicelib.domain.errors import AlethiaError
from chalicelib.domain.state import LockInfo

from .errors import ApiRefused
from .state_session import StateSession

LOCKED = 423


class Loopback:
    """Serves one job. Start it with ``with``.

    Parameters
    ----------
    on_problem : Callable
        Gets each refusal's sentence, as terraform shows only the HTTP status.
    """

    def __init__(self, session: StateSession, on_problem: Callable[[str], None]) -> None:
        self.username = f"job-{secrets.token_hex(4)}"
        self.password = secrets.token_urlsafe(32)
        self.credentials_token = secrets.token_urlsafe(32)
        self.credentials: Callable[[], dict[str, str]] | None = None
        """Answers with fresh credentials, in the SDK's own field names."""
        self._told: set[str] = set()
        self.session = session
        self.on_problem = on_problem
        handler = type("BoundHandler", (_Handler,), {"loopback": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "Loopback":
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        ).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def tell_once(self, problem: str) -> None:
        """Clients repeat themselves; people need it once."""
        if problem not in self._told:
            self._told.add(problem)
            self.on_problem(problem)

    def state_environment(self) -> dict[str, str]:
        """The variables that point terraform's empty ``backend "http" {}`` here."""
        address = f"{self.address}/state"
        return {
            "TF_HTTP_ADDRESS": address,
            "TF_HTTP_LOCK_ADDRESS": address,
            "TF_HTTP_UNLOCK_ADDRESS": address,
            "TF_HTTP_LOCK_METHOD": "LOCK",
            "TF_HTTP_UNLOCK_METHOD": "UNLOCK",
            "TF_HTTP_USERNAME": self.username,
            "TF_HTTP_PASSWORD": self.password,
            "TF_HTTP_RETRY_MAX": "0",  # tried often enough behind this address
        }

    def credentials_environment(self) -> dict[str, str]:
        """The variables that point the AWS SDK here."""
        return {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{self.address}/credentials",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": self.credentials_token,
        }


class _Handler(BaseHTTPRequestHandler):
    loopback: Loopback
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet, or each answer waits 40 ms for an acknowledgement

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == "/credentials":
            self._guarded(self._credentials, self.loopback.credentials_token, bearer=True)
        elif path == "/state":
            self._guarded(self._read, self._basic())
        else:
            self._answer(404)

    def do_POST(self) -> None:
        self._guarded(self._write, self._basic())

    def do_LOCK(self) -> None:
        self._guarded(self._lock, self._basic())

    def do_UNLOCK(self) -> None:
        self._guarded(self._unlock, self._basic())

    def _basic(self) -> str:
        pair = f"{self.loopback.username}:{self.loopback.password}"
        return "Basic " + base64.b64encode(pair.encode()).decode()

    def _guarded(self, action: Callable[[bytes], None], authorization: str, *, bearer: bool = False) -> None:
        """Act for who knows the credential. `bearer`: clients that are told it may call it a bearer token."""
        body = self._body()
        shown = self.headers.get("Authorization", "")
        shown = shown.removeprefix("Bearer ") if bearer else shown
        if not hmac.compare_digest(shown.encode(), authorization.encode()):
            self._answer(401)
            return
        try:
            action(body)
        except ApiRefused as refusal:
            self._refuse(refusal.status, refusal.message, refusal.details)
        except AlethiaError as error:
            self._refuse(500, error.message)
        except Exception as error:  # a thread's end must not look like "no state"
            self._refuse(
                500, f"The runner met an unexpected {type(error).__name__} while it served the state."
            )

    def _read(self, _: bytes) -> None:
        clear = self.loopback.session.read()
        if clear is None:
            self._answer(204)
        else:
            self._answer(200, clear)

    def _write(self, body: bytes) -> None:
        lock_id = parse_qs(urlsplit(self.path).query).get("ID", [""])[0]
        if not body or not lock_id:
            self._refuse(400, "terraform sent a state without a body, or without the id of its lock.")
            return
        self.loopback.session.write(body, lock_id)
        self._answer(200)

    def _lock(self, body: bytes) -> None:
        self.loopback.session.lock(_lock_info(json.loads(body)))
        self.loopback.session.problem = None
        self._answer(200)

    def _unlock(self, body: bytes) -> None:
        """``terraform force-unlock`` sends no body."""
        self.loopback.session.unlock(str(json.loads(body).get("ID") or "") if body else None)
        self._answer(200)

    def _credentials(self, _: bytes) -> None:
        """A refusal is told by itself: it is no word about the state."""
        if self.loopback.credentials is None:
            self._answer(404)
            return
        try:
            fresh = self.loopback.credentials()
        except AlethiaError as error:
            self.loopback.tell_once(f"There are no fresh credentials for the cloud: {error.message}")
            self._answer(500)
            return
        self._answer(200, json.dumps(fresh).encode())

    def _refuse(self, status: int, message: str, details: dict[str, object] | None = None) -> None:
        if status == LOCKED:
            holder = _as_terraform(details or {})
            self._tell(_sentence(holder))
            self._answer(LOCKED, json.dumps(holder).encode())
            return
        self._tell(message)
        # A 404 would read as "no state", a 409 as somebody's lock.
        self._answer(500, message.encode())

    def _tell(self, problem: str) -> None:
        """terraform repeats itself while it waits for a lock; people need it once."""
        if self.loopback.session.problem != problem:
            self.loopback.session.problem = problem
            self.loopback.on_problem(problem)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return self._chunked()
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _chunked(self) -> bytes:
        parts = []
        while size := int(self.rfile.readline().split(b";")[0] or b"0", 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(parts)

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status != 204:
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the address line would carry lock ids."""


_LOCK_FIELDS = {
    "id": "ID",
    "operation": "Operation",
    "info": "Info",
    "who": "Who",
    "version": "Version",
    "created": "Created",
    "path": "Path",
}
"""Our names → terraform's."""


def _lock_info(record: dict[str, Any]) -> LockInfo:
    return LockInfo(**{ours: str(record.get(theirs) or "") for ours, theirs in _LOCK_FIELDS.items()})


def _as_terraform(details: dict[str, object]) -> dict[str, object]:
    """The holder's record with terraform's field names, from whichever way the control plane wrote it."""
    holder = details.get("holder") or details.get("lock") or details.get("info") or details
    if not isinstance(holder, dict):
        holder = details
    inner = holder.get("info")
    if isinstance(inner, dict):
        holder = inner
    record = {theirs: holder.get(theirs) or holder.get(ours) for ours, theirs in _LOCK_FIELDS.items()}
    return {name: value for name, value in record.items() if value}  # an empty time would not parse


def who_holds_it(details: dict[str, object]) -> str:
    """The holder of a lock, from the details of a 423, in a sentence."""
    return _sentence(_as_terraform(details))


def _sentence(holder: dict[str, object]) -> str:
    since = f" since {holder['Created']}" if "Created" in holder else ""
    what = f" ({holder['Operation']})" if "Operation" in holder else ""
    return (
        f"The state is locked by {holder.get('Who', 'somebody')}{what}{since}; lock {holder.get('ID', '')}."
    )
