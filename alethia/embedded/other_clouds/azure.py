"""An Azure subscription, and Microsoft Entra in front of it."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from .common import Mint, Refused, Trust, Verifier, unlike_any_other

LOGIN = "login.microsoftonline.com"
ARM = "management.azure.com"


def _may_do_everything() -> list[dict[str, Any]]:
    return [{"actions": ["*"], "notActions": []}]


@dataclass
class Subscription:
    """One subscription with an application that has a federated credential."""

    trust: Trust
    tenant: str
    application: str
    subscription: str
    permissions: list[dict[str, Any]] | None = field(default_factory=_may_do_everything)
    """``None``: the application may not list its own."""
    lists: dict[str, list[list[dict[str, Any]]]] = field(default_factory=dict)
    """Path below the subscription → its pages."""
    mint: Mint = unlike_any_other
    tokens: set[str] = field(default_factory=set)
    """Of the application."""

    def sign_in(self, claims: dict[str, Any], now: float) -> Any:
        """https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow"""
        for claim, number, trusted in (
            ("iss", 700211, self.trust.issuer),
            ("aud", 700212, self.trust.audience),
            ("sub", 700213, self.trust.subject),
        ):
            if claims[claim] != trusted:
                what = {"iss": "issuer", "aud": "audience", "sub": f"subject {claims['sub']}"}[claim]
                said = f"No matching federated identity record found for presented assertion {what}"
                raise _entra(401, "invalid_client", number, f"{said}.")
        if not claims["nbf"] - self.trust.leeway <= now < claims["exp"]:
            said = "Client assertion is not within its valid time range."
            raise _entra(401, "invalid_client", 700024, said)
        token = self.mint("azure-access")
        self.tokens.add(token)
        return {
            "token_type": "Bearer",
            "expires_in": 3599,
            "ext_expires_in": 3599,
            "access_token": token,
        }

    def arm(self, path: str, query: dict[str, str]) -> Any:
        """https://learn.microsoft.com/rest/api/resources and /rest/api/virtualnetwork"""
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
        following = f"https://{ARM}{path}?api-version={query['api-version']}"
        answer: dict[str, Any] = {"value": pages[number]}
        if number + 1 < len(pages):
            answer["nextLink"] = f"{following}&$skiptoken={number + 1}"
        return answer


def answer(
    subscriptions: list[Subscription],
    host: str,
    path: str,
    query: dict[str, str],
    bearer: str,
    body: bytes,
    verifier: Verifier,
) -> Any:
    """What Azure answers, with these subscriptions in it."""
    match host:
        case "login.microsoftonline.com":
            return _sign_in(subscriptions, path, body, verifier)
        case "management.azure.com":
            for subscription in subscriptions:
                if bearer in subscription.tokens:
                    return subscription.arm(path, query)
            raise _arm_error(401, "InvalidAuthenticationToken", "The access token is invalid.")
    raise Refused(404, {})


def _sign_in(subscriptions: list[Subscription], path: str, body: bytes, verifier: Verifier) -> Any:
    form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
    assert form["grant_type"] == "client_credentials"
    assert form["scope"] == f"https://{ARM}/.default"
    assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    tenants = [one for one in subscriptions if path == f"/{one.tenant}/oauth2/v2.0/token"]
    if not tenants:
        raise _entra(400, "invalid_request", 90002, "Tenant not found.")
    found = [one for one in tenants if one.application == form["client_id"]]
    if not found:
        raise _entra(400, "unauthorized_client", 700016, "Application was not found in the directory.")
    claims = verifier.claims(
        form["client_assertion"], lambda why: _entra(401, "invalid_client", 5002738, why)
    )
    # An application may have a federated credential for each of several subjects.
    named = next((one for one in found if one.trust.subject == claims["sub"]), found[0])
    return named.sign_in(claims, verifier.now())


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
