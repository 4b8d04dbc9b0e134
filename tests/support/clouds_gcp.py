"""GCP's token exchange and the services a job asks, in the shapes that the public documentation records."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from chalicelib.domain.identity import GcpFederation

from .clouds_common import SUBJECT, ZONE, Refused, Trust, Verifier

PROJECT, NUMBER = "shop-prod-1234", "123456789012"
ACCOUNT = f"alethia@{PROJECT}.iam.gserviceaccount.com"
PROVIDER = (
    f"//iam.googleapis.com/projects/{NUMBER}/locations/global/workloadIdentityPools/alethia/providers/main"
)
GCP = GcpFederation(project_number=NUMBER, pool_id="alethia", provider_id="main", service_account=ACCOUNT)


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

    def answer(
        self,
        host: str,
        path: str,
        query: dict[str, str],
        authorization: str,
        body: bytes,
        verifier: Verifier,
    ) -> Any:
        match host:
            case "sts.googleapis.com":
                form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
                return self._exchange(form, verifier)
            case "iamcredentials.googleapis.com":
                return self._impersonate(path, authorization, json.loads(body))
            case "cloudresourcemanager.googleapis.com":
                return self._test_permissions(path, authorization, json.loads(body))
            case "compute.googleapis.com" | "dns.googleapis.com":
                return self._list(path, authorization, query)
        raise Refused(404, {})

    def _exchange(self, form: dict[str, str], verifier: Verifier) -> Any:
        """https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token"""
        assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:token-exchange"
        assert form["requested_token_type"] == "urn:ietf:params:oauth:token-type:access_token"
        assert form["subject_token_type"] == "urn:ietf:params:oauth:token-type:jwt"
        assert form["scope"] == "https://www.googleapis.com/auth/cloud-platform"
        if form["audience"] != self.provider:
            raise _oauth(
                400,
                "invalid_target",
                'The target service indicated by the "audience" parameters is invalid. This might either be '
                "because the pool or provider is disabled or deleted or because it doesn't exist.",
            )
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
        if self.disabled_service == "iamcredentials.googleapis.com":
            raise _google(403, "PERMISSION_DENIED", "API has not been used.", service=self.disabled_service)
        if subject != self.binding:
            said = "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist)."
            raise _google(403, "PERMISSION_DENIED", said)
        return {"accessToken": "canary-gcp-access", "expireTime": "2099-01-01T00:00:00Z"}

    def _test_permissions(self, path: str, authorization: str, body: Any) -> Any:
        """https://cloud.google.com/resource-manager/reference/rest/v3/projects/testIamPermissions"""
        assert authorization == "Bearer canary-gcp-access"
        if self.disabled_service == "cloudresourcemanager.googleapis.com":
            raise _google(403, "PERMISSION_DENIED", "API has not been used.", service=self.disabled_service)
        if path != f"/v3/projects/{self.project}:testIamPermissions":
            raise _google(403, "PERMISSION_DENIED", "The caller does not have permission")
        asked = body["permissions"]
        held = [name for name in asked if self.granted is None or name in self.granted]
        return {"permissions": held} if held else {}

    def _list(self, path: str, authorization: str, query: dict[str, str]) -> Any:
        assert authorization == "Bearer canary-gcp-access"
        pages = self.lists.get(path.split(f"/projects/{PROJECT}/", 1)[-1])
        if pages is None:
            said = f"Required permission is missing for 'projects/{PROJECT}'"
            raise Refused(403, {"error": {"code": 403, "message": said, "errors": [{"reason": "forbidden"}]}})
        number = int(query.get("pageToken", "0"))
        page = dict(pages[number])
        return page | ({"nextPageToken": str(number + 1)} if number + 1 < len(pages) else {})


def _oauth(status: int, error: str, description: str) -> Refused:
    return Refused(status, {"error": error, "error_description": description})


def _google(status: int, word: str, message: str, *, service: str | None = None) -> Refused:
    error: dict[str, Any] = {"code": status, "message": message, "status": word}
    if service:
        kind = "type.googleapis.com/google.rpc.ErrorInfo"
        detail = {"@type": kind, "reason": "SERVICE_DISABLED", "metadata": {"service": service}}
        error["details"] = [detail]
    return Refused(status, {"error": error})
