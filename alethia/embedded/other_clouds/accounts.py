"""Which projects and subscriptions there are, and the loopback address at which all of it answers."""

import json
import threading
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from pydantic import ValidationError

from chalicelib.domain.identity import GcpFederation

from ..processes import HOST
from . import azure, gcp
from .azure import Subscription
from .common import Refused, Verifier
from .gcp import Project
from .links import CLOUDS, PATH, Link, federation_of, project_of, subscription_of

POLL_SECONDS = 0.25
"""How often it looks whether it is to stop."""


class Accounts:
    """Every account by its identity's id, and what their clouds answer."""

    def __init__(
        self,
        verifier: Verifier,
        *,
        projects: Mapping[str, Project] | None = None,
        subscriptions: Mapping[str, Subscription] | None = None,
    ) -> None:
        self.verifier = verifier
        self.projects = dict(projects or {})
        self.subscriptions = dict(subscriptions or {})

    def link(self, link: Link) -> dict[str, Any]:
        """Be the customer of an identity; the field that is then set on it.

        Raises
        ------
        Refused
            There is nothing to be set up for such an identity.
        """
        identity = link.identity
        if identity.provider not in CLOUDS or identity.account_id is None:
            raise Refused(422, {"error": "only identities of GCP and Azure with an account"})
        made = identity.gcp or identity.azure or federation_of(identity.provider, identity.account_id)
        if isinstance(made, GcpFederation):
            self.projects[identity.identity_id] = project_of(identity, made, link.issuer)
        else:
            self.subscriptions[identity.identity_id] = subscription_of(identity, made, link.issuer)
        return {identity.provider.value: made.model_dump()}

    def answer(self, method: str, target: str, authorization: str, body: bytes) -> Any:
        """What is at `target`: a host's name and a path on it.

        Raises
        ------
        Refused
            Any answer other than 200.
        """
        if (method, target) == ("POST", PATH):
            return self.link(Link.model_validate_json(body))
        host, _, path = target.lstrip("/").partition("/")
        parts = urlsplit("/" + path)
        query = dict(parse_qsl(parts.query))
        bearer = authorization.removeprefix("Bearer ")
        if host.endswith(gcp.HOST):
            projects = list(self.projects.values())
            return gcp.answer(projects, host, parts.path, query, bearer, body, self.verifier)
        subscriptions = list(self.subscriptions.values())
        return azure.answer(subscriptions, host, parts.path, query, bearer, body, self.verifier)


class Serving:
    """Serves accounts from a thread of this process, from :meth:`start` to :meth:`stop`.

    No process of its own: it waits for requests, and costs a stack that has only AWS accounts nothing.
    """

    def __init__(self, accounts: Accounts, port: int = 0, *, poll_seconds: float = POLL_SECONDS) -> None:
        handler = type("BoundHandler", (_Handler,), {"accounts": accounts})
        self._server = ThreadingHTTPServer((HOST, port), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=[poll_seconds], name="other-clouds", daemon=True
        )

    @property
    def url(self) -> str:
        """Where it answers; each host is below its own name."""
        return f"http://{HOST}:{self._server.server_port}"

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """End; harmless when it never began."""
        if self._thread.is_alive():
            self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> "Serving":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class _Handler(BaseHTTPRequestHandler):
    accounts: Accounts
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def _answer(self, method: str) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        authorization = self.headers.get("Authorization", "")
        status, answer = HTTPStatus.OK.value, None
        try:
            answer = self.accounts.answer(method, self.path, authorization, body)
        except Refused as refusal:
            status, answer = refusal.status, refusal.body
        except (AssertionError, KeyError, ValueError, ValidationError) as unlike:
            status = HTTPStatus.BAD_REQUEST.value
            answer = {"error": "unlike_the_documentation", "error_description": str(unlike)}
        raw = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""
