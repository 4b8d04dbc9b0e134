"""Entra's token endpoint and Azure's resource manager, in the shapes that their documentation records."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from chalicelib.domain.identity import AzureFederation

from .clouds_common import Refused, Trust, Verifier

TENANT, CLIENT, SUBSCRIPTION = (f"{digit * 8}-2222-4333-8444-555555555555" for digit in "1a7")
ENTRA = "api://AzureADTokenExchange"
AZURE = AzureFederation(tenant_id=TENANT, client_id=CLIENT)


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
            case "login.microsoftonline.com":
                form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
                return self._sign_in(path, form, verifier)
            case "management.azure.com":
                return self._arm(path, authorization, query)
        raise Refused(404, {})

    def _sign_in(self, path: str, form: dict[str, str], verifier: Verifier) -> Any:
        """https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow"""
        assert form["grant_type"] == "client_credentials"
        assert form["scope"] == "https://management.azure.com/.default"
        assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        if path != f"/{self.tenant}/oauth2/v2.0/token":
            raise _entra(400, "invalid_request", 90002, "Tenant not found.")
        if form["client_id"] != self.application:
            raise _entra(400, "unauthorized_client", 700016, "Application was not found in the directory.")
        claims = verifier.claims(
            form["client_assertion"], lambda why: _entra(401, "invalid_client", 5002738, why)
        )
        if claims["iss"] != self.trust.issuer:
            said = "No matching federated identity record found for presented assertion issuer."
            raise _entra(401, "invalid_client", 700211, said)
        if claims["aud"] != self.trust.audience:
            said = "No matching federated identity record found for presented assertion audience."
            raise _entra(401, "invalid_client", 700212, said)
        if claims["sub"] != self.trust.subject:
            said = (
                f"No matching federated identity record found for presented assertion subject {claims['sub']}"
            )
            raise _entra(401, "invalid_client", 700213, said)
        if not claims["nbf"] - self.trust.leeway <= verifier.now() < claims["exp"]:
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
        base = f"/subscriptions/{self.subscription}"
        if path == base:
            return {"id": base, "subscriptionId": self.subscription, "state": "Enabled"}
        if not path.startswith(base + "/"):
            raise _arm_error(404, "SubscriptionNotFound", "The subscription could not be found.")
        what = path.removeprefix(base + "/")
        if what == "providers/Microsoft.Authorization/permissions":
            if self.permissions is None:
                raise _arm_error(403, "AuthorizationFailed", "The client does not have authorization.")
            return {"value": self.permissions}
        pages = self.lists.get(what)
        if pages is None:
            raise _arm_error(403, "AuthorizationFailed", "The client does not have authorization.")
        number = int(query.get("$skiptoken", "0"))
        following = f"https://management.azure.com{path}?api-version={query['api-version']}"
        answer: dict[str, Any] = {"value": pages[number]}
        if number + 1 < len(pages):
            answer["nextLink"] = f"{following}&$skiptoken={number + 1}"
        return answer


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
