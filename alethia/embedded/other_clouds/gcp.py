"""A GCP project, and the token exchange in front of it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from .common import Mint, Refused, Trust, Verifier, unlike_any_other

HOST = ".googleapis.com"
SCOPE = "https://www.googleapis.com/auth/cloud-platform"

_OAUTH = "urn:ietf:params:oauth"
EXCHANGE = {
    "grant_type": f"{_OAUTH}:grant-type:token-exchange",
    "requested_token_type": f"{_OAUTH}:token-type:access_token",
    "subject_token_type": f"{_OAUTH}:token-type:jwt",
    "scope": SCOPE,
}
"""What an exchange asks for, whoever asks."""

Claims = dict[str, Any]


@dataclass
class Project:
    """One project with a pool, a provider and a service account, as somebody has set them up."""

    trust: Trust
    provider: str
    """Full resource name of the pool's provider."""
    account: str
    """The service account's address."""
    binding: str
    """The subject that may act as the service account."""
    project: str
    condition: Callable[[Claims], bool] = lambda claims: True
    disabled_service: str | None = None
    granted: set[str] | None = None
    """Permissions; ``None``: all."""
    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Path below the project → its pages."""
    mint: Mint = unlike_any_other
    federated: dict[str, str] = field(default_factory=dict)
    """Token of the exchange → its subject."""
    tokens: set[str] = field(default_factory=set)
    """Of the service account."""

    def exchange(self, form: dict[str, str], verifier: Verifier) -> Any:
        """https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token"""
        claims = verifier.claims(form["subject_token"], lambda why: _oauth(400, "invalid_grant", why))
        trust = self.trust
        if claims["iss"] != trust.issuer:
            raise _oauth(400, "invalid_grant", f"The issuer in ID Token {claims['iss']} does not match.")
        if claims["aud"] != trust.audience:
            said = f"The audience in ID Token [{claims['aud']}] does not match the expected audience."
            raise _oauth(400, "invalid_grant", said)
        if not claims["nbf"] - trust.leeway <= verifier.now() < claims["exp"]:
            raise _oauth(400, "invalid_grant", f"ID Token issued at {claims['iat']} is stale to sign-in.")
        if not self.condition(claims):
            said = "The given credential is rejected by the attribute condition."
            raise _oauth(400, "unauthorized_client", said)
        token = self.mint(f"federated:{claims['sub']}")
        self.federated[token] = claims["sub"]
        return {
            "access_token": token,
            "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
            "token_type": "Bearer",
            "expires_in": 3599,
        }

    def impersonate(self, path: str, subject: str | None, body: Any) -> Any:
        """https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts"""
        assert body["scope"] == [SCOPE]
        if self.disabled_service == "iamcredentials.googleapis.com":
            raise _google(403, "PERMISSION_DENIED", "API has not been used.", service=self.disabled_service)
        wanted = f"/v1/projects/-/serviceAccounts/{self.account}:generateAccessToken"
        if path != wanted or subject != self.binding:
            said = "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist)."
            raise _google(403, "PERMISSION_DENIED", said)
        token = self.mint("gcp-access")
        self.tokens.add(token)
        return {"accessToken": token, "expireTime": "2099-01-01T00:00:00Z"}

    def test_permissions(self, path: str, body: Any) -> Any:
        """https://cloud.google.com/resource-manager/reference/rest/v3/projects/testIamPermissions"""
        if self.disabled_service == "cloudresourcemanager.googleapis.com":
            raise _google(403, "PERMISSION_DENIED", "API has not been used.", service=self.disabled_service)
        if path != f"/v3/projects/{self.project}:testIamPermissions":
            raise _google(403, "PERMISSION_DENIED", "The caller does not have permission")
        held = [name for name in body["permissions"] if self.granted is None or name in self.granted]
        return {"permissions": held} if held else {}

    def list(self, path: str, query: dict[str, str]) -> Any:
        """https://cloud.google.com/compute/docs/reference/rest/v1 and dns/docs/reference/rest/v1"""
        pages = self.lists.get(path.partition(f"/projects/{self.project}/")[2])
        if pages is None:
            said = f"Required permission is missing for 'projects/{self.project}'"
            raise Refused(403, {"error": {"code": 403, "message": said, "errors": [{"reason": "forbidden"}]}})
        number = int(query.get("pageToken", "0"))
        page = dict(pages[number])
        return page | ({"nextPageToken": str(number + 1)} if number + 1 < len(pages) else {})


def answer(
    projects: list[Project],
    host: str,
    path: str,
    query: dict[str, str],
    bearer: str,
    body: bytes,
    verifier: Verifier,
) -> Any:
    """What GCP answers, with these projects in it."""
    match host:
        case "sts.googleapis.com":
            return _exchange(projects, body, verifier)
        case "iamcredentials.googleapis.com":
            return _impersonate(projects, path, bearer, json.loads(body))
        case "cloudresourcemanager.googleapis.com":
            return _signed_in(projects, bearer).test_permissions(path, json.loads(body))
        case "compute.googleapis.com" | "dns.googleapis.com":
            return _signed_in(projects, bearer).list(path, query)
    raise Refused(404, {})


def _exchange(projects: list[Project], body: bytes, verifier: Verifier) -> Any:
    form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
    assert {name: form[name] for name in EXCHANGE} == EXCHANGE
    for project in projects:
        if form["audience"] == project.provider:
            return project.exchange(form, verifier)
    raise _oauth(
        400,
        "invalid_target",
        'The target service indicated by the "audience" parameters is invalid. This might either be '
        "because the pool or provider is disabled or deleted or because it doesn't exist.",
    )


def _impersonate(projects: list[Project], path: str, bearer: str, body: Any) -> Any:
    for project in projects:
        if bearer in project.federated:
            subject = project.federated[bearer]
            # Identities of one project share its pool, and each has a binding of its own.
            sharing = [one for one in projects if one.provider == project.provider]
            bound = next((one for one in sharing if one.binding == subject), project)
            return bound.impersonate(path, subject, body)
    raise _google(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")


def _signed_in(projects: list[Project], bearer: str) -> Project:
    for project in projects:
        if bearer in project.tokens:
            return project
    raise _google(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")


def _oauth(status: int, error: str, description: str) -> Refused:
    return Refused(status, {"error": error, "error_description": description})


def _google(status: int, word: str, message: str, *, service: str | None = None) -> Refused:
    error: dict[str, Any] = {"code": status, "message": message, "status": word}
    if service:
        kind = "type.googleapis.com/google.rpc.ErrorInfo"
        detail = {"@type": kind, "reason": "SERVICE_DISABLED", "metadata": {"service": service}}
        error["details"] = [detail]
    return Refused(status, {"error": error})
