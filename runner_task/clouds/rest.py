"""REST calls to a cloud without an SDK of its own: JSON in, JSON out, and what it says when it refuses.

An address is a host and a path, apart, so that tests can play every host below one address
(``context.stand_in_url``). A busy cloud is asked again for a while; one that stays silent is a refusal with
the cause ``unreachable``.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from chalicelib.domain.errors import AlethiaError
from chalicelib.domain.identity import RefusalCause

from ..api import new_http_client, persistently
from ..errors import NotLetIn, Unreachable
from . import CloudContext

PATIENCE_SECONDS = 30.0
MAX_MESSAGE = 500
MOST_PAGES = 100
"""Of one list. Nothing that is kept of a list needs as many."""

Json = dict[str, Any]


class CloudError(AlethiaError):
    """The cloud answered, and said no. The message is its own sentence.

    Parameters
    ----------
    code : str
        The cloud's own word: ``invalid_target``, ``PERMISSION_DENIED``, ``AuthorizationFailed``.
    body : Mapping
        The whole answer.
    """

    def __init__(self, status: int, code: str, message: str, body: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.body = body


class Rest:
    """One cloud's APIs."""

    def __init__(self, context: CloudContext, cloud: str) -> None:
        self._cloud = cloud
        self._stand_in = context.stand_in_url
        self._check = context.check
        self._http = new_http_client(self._stand_in or "https://example.com")

    def get(self, host: str, path: str, token: str, params: Mapping[str, Any] | None = None) -> Json:
        """GET with a bearer token."""
        return self._send("GET", host, path, token, params=params)

    def post_json(self, host: str, path: str, token: str, body: Mapping[str, Any]) -> Json:
        """POST a JSON body with a bearer token."""
        return self._send("POST", host, path, token, json=body)

    def post_form(self, host: str, path: str, fields: Mapping[str, str]) -> Json:
        """POST a form, as token services take it; without a token."""
        return self._send("POST", host, path, None, data=fields)

    def pages(
        self, host: str, path: str, token: str, params: Mapping[str, Any], *, next_field: str
    ) -> Iterator[Json]:
        """Every page of a list. `next_field` holds the next page's token, or its address (on `host`)."""
        asked = dict(params)
        for _ in range(MOST_PAGES):
            self._check()
            page = self.get(host, path, token, asked)
            yield page
            following = page.get(next_field)
            if not following:
                return
            if str(following).startswith("https://"):
                path, asked = _on_host(str(following), host)
            else:
                asked["pageToken"] = following

    def _send(self, method: str, host: str, path: str, token: str | None, **how: Any) -> Json:
        base = f"{self._stand_in}/{host}" if self._stand_in else f"https://{host}"
        headers = {"Authorization": f"Bearer {token}"} if token else {}

        def once() -> httpx.Response:
            return self._http.request(method, base + path, headers=headers, **how)

        try:
            response = persistently(once, PATIENCE_SECONDS)
        except Unreachable as error:
            raise NotLetIn(
                f"{self._cloud} can't be reached at {host}. {error.message} "
                "The runner needs a way out to the internet.",
                RefusalCause.UNREACHABLE,
            ) from None
        body = _json(response)
        if response.is_success:
            return body
        raise _refusal(response.status_code, body)


def _json(response: httpx.Response) -> Json:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _refusal(status: int, body: Json) -> CloudError:
    """What the answer says: OAuth's ``error`` and ``error_description``, or an object under ``error``."""
    error = body.get("error")
    if isinstance(error, dict):
        code = str(error.get("status") or error.get("code") or status)
        message = str(error.get("message") or f"HTTP {status}")
    else:
        code = str(error or status)
        message = str(body.get("error_description") or f"HTTP {status}")
    return CloudError(status, code, message.splitlines()[0][:MAX_MESSAGE] if message else code, body)


def _on_host(address: str, host: str) -> tuple[str, dict[str, str]]:
    """Path and query of the next page; anywhere else than on `host`, our token has no business."""
    parts = urlsplit(address)
    if parts.hostname != host:
        raise CloudError(502, "BadNextLink", "the next page would be on another host", {})
    return parts.path, dict(parse_qsl(parts.query))


def lend_token(context: CloudContext) -> dict[str, str]:
    """Have the loopback endpoint answer with a fresh token of our issuer, each time that it is asked.

    Returns its address and the credential that it wants, as ``url`` and ``authorization``.
    """
    context.loopback.credentials = lambda: {"value": context.token().token}
    return {
        "url": f"{context.loopback.address}/credentials",
        "authorization": context.loopback.credentials_token,
    }
