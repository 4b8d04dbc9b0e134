"""GCP and Azure, played at their HTTP boundary with the shapes that their public documentation records.

``clouds.gcp`` and ``clouds.azure`` are what a customer has set up, as attributes that a test changes. Our
tokens are verified as the clouds do: by the key set that our public routes serve, then audience, subject and
time. Everything that was asked is in ``clouds.requests``.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from chalicelib.domain.messages import CloudAccess, CloudToken, CloudTokenRequest
from chalicelib.services.oidc_issuer import OidcIssuer
from chalicelib.services.ports.signing import RsaPublicKey
from runner_task.clouds import CloudContext
from runner_task.loopback import Loopback
from runner_task.masking import Masker

from .clouds_azure import PlayedAzure
from .clouds_common import IDENTITY, SUBJECT, ZONE, Refused, Verifier
from .clouds_gcp import PlayedGcp
from .oidc import Relying


@dataclass
class MemoryKeys:
    """One signing key, in memory."""

    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    def public_key(self, key_id: str) -> RsaPublicKey:
        numbers = self.key.public_key().public_numbers()
        return RsaPublicKey(numbers.n, numbers.e)

    def sign(self, key_id: str, message: bytes) -> bytes:
        return self.key.sign(message, padding.PKCS1v15(), hashes.SHA256())


class PlayedClouds:
    """Serves both, each host below its name. Start it with ``with``."""

    def __init__(self, relying: Relying, now: Callable[[], float] = time.time) -> None:
        self.gcp, self.azure = PlayedGcp(), PlayedAzure()
        self.requests: list[tuple[str, str, str]] = []
        """Method, host and path, authorization."""
        self.broken: set[str] = set()
        """Hosts that answer 503."""
        self.verifier = Verifier(relying, now)
        handler = type("BoundHandler", (_Handler,), {"clouds": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "PlayedClouds":
        threading.Thread(target=self._server.serve_forever, args=[0.02], daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, method: str, target: str, authorization: str, body: bytes) -> Any:
        host, _, path = target.lstrip("/").partition("/")
        parts = urlsplit("/" + path)
        self.requests.append((method, f"{host}{parts.path}", authorization))
        if host in self.broken:
            raise Refused(503, {})
        query = dict(parse_qsl(parts.query))
        cloud = self.gcp if host.endswith(".googleapis.com") else self.azure
        return cloud.answer(host, parts.path, query, authorization, body, self.verifier)


class _Handler(BaseHTTPRequestHandler):
    clouds: PlayedClouds
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def _answer(self, method: str) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            status, answer = (
                200,
                self.clouds.answer(method, self.path, self.headers.get("Authorization", ""), body),
            )
        except AssertionError as unlike:
            status, answer = 400, {"error": "unlike_the_documentation", "error_description": str(unlike)}
        except Refused as refusal:
            status, answer = refusal.status, refusal.body
        raw = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@dataclass
class SigningApi:
    """The one call of the control plane that a cloud's module makes: a token, as the route would sign it."""

    issuer: OidcIssuer
    audience: str
    subject: str = SUBJECT
    zone_id: str = ZONE
    issued: list[str] = field(default_factory=list)

    def cloud_token(self, request: CloudTokenRequest) -> CloudToken:
        assert request.attempt == 1
        about = {"zone_id": self.zone_id, "identity_id": IDENTITY, "job_id": "job-1"}
        signed = self.issuer.sign(subject=self.subject, audience=self.audience, about=about)
        self.issued.append(signed.token)
        return CloudToken(token=signed.token, audience=self.audience, expires_at=signed.expires_at)


@contextmanager
def a_job(
    clouds: PlayedClouds, access: CloudAccess, api: SigningApi, folder: Path
) -> Iterator[tuple[CloudContext, list[str]]]:
    """What a cloud's module gets of a running job, and the lines that it says."""
    said: list[str] = []
    session: Any = None
    with Loopback(session, said.append) as loopback:
        yield (
            CloudContext(
                access=access,
                api=api,  # type: ignore[arg-type]
                zone_id=ZONE,
                job_id="job-1",
                attempt=1,
                folder=folder,
                masker=Masker(),
                loopback=loopback,
                say=said.append,
                check=lambda: None,
                stand_in_url=clouds.url,
            ),
            said,
        )
