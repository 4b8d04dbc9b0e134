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
from urllib.parse import parse_qs, parse_qsl, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from joserfc.errors import JoseError

from chalicelib.domain.identity import AzureFederation, GcpFederation, subject_of
from chalicelib.domain.messages import CloudAccess, CloudToken, CloudTokenRequest
from chalicelib.services.oidc_issuer import OidcIssuer
from chalicelib.services.ports.signing import RsaPublicKey
from runner_task.clouds import CloudContext
from runner_task.loopback import Loopback
from runner_task.masking import Masker

from .oidc import ISSUER_URL, Relying

ZONE, IDENTITY = "zone-1", "identity-1"
SUBJECT = subject_of(ZONE, IDENTITY)
PROJECT, NUMBER = "shop-prod-1234", "123456789012"
ACCOUNT = f"alethia@{PROJECT}.iam.gserviceaccount.com"
PROVIDER = (
    f"//iam.googleapis.com/projects/{NUMBER}/locations/global/workloadIdentityPools/alethia/providers/main"
)
TENANT, CLIENT, SUBSCRIPTION = (f"{digit * 8}-2222-4333-8444-555555555555" for digit in "1a7")
ENTRA = "api://AzureADTokenExchange"

GCP = GcpFederation(project_number=NUMBER, pool_id="alethia", provider_id="main", service_account=ACCOUNT)
AZURE = AzureFederation(tenant_id=TENANT, client_id=CLIENT)


class Refused(Exception):
    """An answer other than 200."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(status)
        self.status, self.body = status, body


@dataclass
class MemoryKeys:
    """One signing key, in memory."""

    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    def public_key(self, key_id: str) -> RsaPublicKey:
        numbers = self.key.public_key().public_numbers()
        return RsaPublicKey(numbers.n, numbers.e)

    def sign(self, key_id: str, message: bytes) -> bytes:
        return self.key.sign(message, padding.PKCS1v15(), hashes.SHA256())


@dataclass
class Trust:
    """What a customer told the cloud of us."""

    audience: str
    issuer: str = ISSUER_URL
    subject: str = SUBJECT
    leeway: float = 300


@dataclass
class PlayedGcp:
    """One project with a pool, a provider and a service account."""

    trust: Trust = field(default_factory=lambda: Trust(PROVIDER))
    provider: str = PROVIDER
    condition: Callable[[dict[str, Any]], bool] = lambda claims: claims["zone_id"] == ZONE
    binding: str = SUBJECT
    """The subject that may act as the service account."""
    disabled_service: str | None = None
    granted: set[str] | None = None
    """Permissions; ``None``: all."""
    project: str = PROJECT
    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Path → its pages."""


@dataclass
class PlayedAzure:
    """One subscription with an application."""

    trust: Trust = field(default_factory=lambda: Trust(ENTRA))
    tenant: str = TENANT
    application: str = CLIENT
    subscription: str = SUBSCRIPTION
    permissions: list[dict[str, Any]] | None = field(
        default_factory=lambda: [{"actions": ["*/read"], "notActions": []}]
    )
    """``None``: the application may not list its own."""
    lists: dict[str, list[list[dict[str, Any]]]] = field(default_factory=dict)
    """Path below the subscription → its pages."""


class PlayedClouds:
    """Serves both, each host below its name. Start it with ``with``."""

    def __init__(self, relying: Relying, now: Callable[[], float] = time.time) -> None:
        self.gcp, self.azure = PlayedGcp(), PlayedAzure()
        self.requests: list[tuple[str, str, str]] = []
        """Method, host and path, authorization."""
        self.broken: set[str] = set()
        """Hosts that answer 503."""
        self._relying = relying
        self._now = now
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
        match host:
            case "sts.googleapis.com":
                return self._exchange({name: values[0] for name, values in parse_qs(body.decode()).items()})
            case "iamcredentials.googleapis.com":
                return self._impersonate(parts.path, authorization, json.loads(body))
            case "cloudresourcemanager.googleapis.com":
                return self._test_permissions(parts.path, authorization, json.loads(body))
            case "compute.googleapis.com" | "dns.googleapis.com":
                return self._list(parts.path, authorization, query)
            case "login.microsoftonline.com":
                fields = {name: values[0] for name, values in parse_qs(body.decode()).items()}
                return self._sign_in(parts.path, fields)
            case "management.azure.com":
                return self._arm(parts.path, authorization, query)
        raise Refused(404, {})

    # --- GCP ----------------------------------------------------------------------------------------------

    def _exchange(self, form: dict[str, str]) -> Any:
        """https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token"""
        assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:token-exchange"
        assert form["requested_token_type"] == "urn:ietf:params:oauth:token-type:access_token"
        assert form["subject_token_type"] == "urn:ietf:params:oauth:token-type:jwt"
        assert form["scope"] == "https://www.googleapis.com/auth/cloud-platform"
        if form["audience"] != self.gcp.provider:
            raise _oauth(
                400,
                "invalid_target",
                'The target service indicated by the "audience" parameters is invalid. This might either be '
                "because the pool or provider is disabled or deleted or because it doesn't exist.",
            )
        claims = self._claims(form["subject_token"], lambda why: _oauth(400, "invalid_grant", why))
        trust = self.gcp.trust
        if claims["iss"] != trust.issuer:
            raise _oauth(400, "invalid_grant", f"The issuer in ID Token {claims['iss']} does not match.")
        if claims["aud"] != trust.audience:
            said = f"The audience in ID Token [{claims['aud']}] does not match the expected audience."
            raise _oauth(400, "invalid_grant", said)
        if not claims["nbf"] - trust.leeway <= self._now() < claims["exp"]:
            raise _oauth(400, "invalid_grant", f"ID Token issued at {claims['iat']} is stale to sign-in.")
        if not self.gcp.condition(claims):
            said = "The given credential is rejected by the attribute condition."
            raise _oauth(400, "unauthorized_client", said)
        return {
            "access_token": f"canary-federated:{claims['sub']}",
            "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
            "token_type": "Bearer",
            "expires_in": 3599,
        }

    def _impersonate(self, path: str, authorization: str, body: Any) -> Any:
        """https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts"""
        assert path == f"/v1/projects/-/serviceAccounts/{ACCOUNT}:generateAccessToken"
        assert body["scope"] == ["https://www.googleapis.com/auth/cloud-platform"]
        subject = authorization.removeprefix("Bearer canary-federated:")
        if self.gcp.disabled_service == "iamcredentials.googleapis.com":
            raise _google(
                403, "PERMISSION_DENIED", "API has not been used.", service=self.gcp.disabled_service
            )
        if subject != self.gcp.binding:
            said = "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist)."
            raise _google(403, "PERMISSION_DENIED", said)
        return {"accessToken": "canary-gcp-access", "expireTime": "2099-01-01T00:00:00Z"}

    def _test_permissions(self, path: str, authorization: str, body: Any) -> Any:
        """https://cloud.google.com/resource-manager/reference/rest/v3/projects/testIamPermissions"""
        assert authorization == "Bearer canary-gcp-access"
        if self.gcp.disabled_service == "cloudresourcemanager.googleapis.com":
            raise _google(
                403, "PERMISSION_DENIED", "API has not been used.", service=self.gcp.disabled_service
            )
        if path != f"/v3/projects/{self.gcp.project}:testIamPermissions":
            raise _google(403, "PERMISSION_DENIED", "The caller does not have permission")
        asked = body["permissions"]
        held = [name for name in asked if self.gcp.granted is None or name in self.gcp.granted]
        return {"permissions": held} if held else {}

    def _list(self, path: str, authorization: str, query: dict[str, str]) -> Any:
        assert authorization == "Bearer canary-gcp-access"
        pages = self.gcp.lists.get(path.split(f"/projects/{PROJECT}/", 1)[-1])
        if pages is None:
            said = f"Required permission is missing for 'projects/{PROJECT}'"
            raise Refused(403, {"error": {"code": 403, "message": said, "errors": [{"reason": "forbidden"}]}})
        number = int(query.get("pageToken", "0"))
        page = dict(pages[number])
        return page | ({"nextPageToken": str(number + 1)} if number + 1 < len(pages) else {})

    # --- Azure --------------------------------------------------------------------------------------------

    def _sign_in(self, path: str, form: dict[str, str]) -> Any:
        """https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow"""
        assert form["grant_type"] == "client_credentials"
        assert form["scope"] == "https://management.azure.com/.default"
        assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        azure = self.azure
        if path != f"/{azure.tenant}/oauth2/v2.0/token":
            raise _entra(400, "invalid_request", 90002, "Tenant not found.")
        if form["client_id"] != azure.application:
            raise _entra(400, "unauthorized_client", 700016, "Application was not found in the directory.")
        claims = self._claims(
            form["client_assertion"], lambda why: _entra(401, "invalid_client", 5002738, why)
        )
        if claims["iss"] != azure.trust.issuer:
            said = "No matching federated identity record found for presented assertion issuer."
            raise _entra(401, "invalid_client", 700211, said)
        if claims["aud"] != azure.trust.audience:
            said = "No matching federated identity record found for presented assertion audience."
            raise _entra(401, "invalid_client", 700212, said)
        if claims["sub"] != azure.trust.subject:
            said = (
                f"No matching federated identity record found for presented assertion subject {claims['sub']}"
            )
            raise _entra(401, "invalid_client", 700213, said)
        if not claims["nbf"] - azure.trust.leeway <= self._now() < claims["exp"]:
            said = "Client assertion is not within its valid time range."
            raise _entra(401, "invalid_client", 700024, said)
        return {
            "token_type": "Bearer",
            "expires_in": 3599,
            "ext_expires_in": 3599,
            "access_token": "canary-azure-access",
        }

    def _arm(self, path: str, authorization: str, query: dict[str, str]) -> Any:
        """https://learn.microsoft.com/rest/api/resources and /rest/api/virtualnetwork"""
        assert authorization == "Bearer canary-azure-access"
        assert query["api-version"]
        base = f"/subscriptions/{self.azure.subscription}"
        if path == base:
            return {"id": base, "subscriptionId": self.azure.subscription, "state": "Enabled"}
        if not path.startswith(base + "/"):
            raise _arm_error(404, "SubscriptionNotFound", "The subscription could not be found.")
        what = path.removeprefix(base + "/")
        if what == "providers/Microsoft.Authorization/permissions":
            if self.azure.permissions is None:
                raise _arm_error(403, "AuthorizationFailed", "The client does not have authorization.")
            return {"value": self.azure.permissions}
        pages = self.azure.lists.get(what)
        if pages is None:
            raise _arm_error(403, "AuthorizationFailed", "The client does not have authorization.")
        number = int(query.get("$skiptoken", "0"))
        following = f"https://management.azure.com{path}?api-version={query['api-version']}"
        answer: dict[str, Any] = {"value": pages[number]}
        if number + 1 < len(pages):
            answer["nextLink"] = f"{following}&$skiptoken={number + 1}"
        return answer

    def _claims(self, token: str, refusal: Callable[[str], Refused]) -> dict[str, Any]:
        """By the key set of our public routes; an unknown key makes one fresh read, as with the clouds."""
        for fresh in (False, True):
            if fresh:
                self._relying.read_keys()
            try:
                return self._relying.claims(token)
            except (JoseError, ValueError):
                continue
        raise refusal("The signature could not be verified.")


def _oauth(status: int, error: str, description: str) -> Refused:
    return Refused(status, {"error": error, "error_description": description})


def _google(status: int, word: str, message: str, *, service: str | None = None) -> Refused:
    error: dict[str, Any] = {"code": status, "message": message, "status": word}
    if service:
        kind = "type.googleapis.com/google.rpc.ErrorInfo"
        detail = {"@type": kind, "reason": "SERVICE_DISABLED", "metadata": {"service": service}}
        error["details"] = [detail]
    return Refused(status, {"error": error})


def _entra(status: int, error: str, number: int, message: str) -> Refused:
    trace = "Trace ID: 255d1aef-8c98-452f-ac51-23d051240864\r\nTimestamp: 2026-03-01 12:00:00Z"
    return Refused(
        status,
        {
            "error": error,
            "error_description": f"AADSTS{number}: {message} {trace}",
            "error_codes": [number],
            "timestamp": "2026-03-01 12:00:00Z",
            "error_uri": f"https://login.microsoftonline.com/error?code={number}",
        },
    )


def _arm_error(status: int, code: str, message: str) -> Refused:
    return Refused(status, {"error": {"code": code, "message": message}})


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
