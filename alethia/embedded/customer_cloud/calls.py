"""Which calls sessions of roles have made, by account: what the linked role's policies must at least allow.

What an account's owner does is not counted. Read at the door, before moto looks: the service is the one that
the request was signed for, the operation is read out of the request as the service's own model defines it.
"""

import io
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import parse_qs

from moto.core.request import Request
from moto.core.routing import get_service_router
from moto.iam import models as iam_models
from werkzeug.exceptions import HTTPException

SCOPE = re.compile(r"Credential=([^/,]+)/\d+/[^/]+/([^/]+)/aws4_request")

SESSION = "ASIA"
"""How the access keys of sessions begin."""

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_guard = threading.Lock()
_calls: dict[str, set[str]] = {}


def recorded_at(application: Application) -> Application:
    """`application`, with a note of each call that comes to it."""

    def door(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        record(environ)
        return application(environ, start_response)

    return door


def record(environ: dict[str, Any]) -> None:
    """Remember what a signed request asks for; an unsigned one, or one that nobody can read, is skipped."""
    scope = SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    if scope is None:
        return
    key, service = scope.groups()
    if not key.startswith(SESSION):
        return
    operation = _operation(environ, service)
    if operation:
        with _guard:
            _calls.setdefault(iam_models.get_account_id_from(key), set()).add(f"{service}:{operation}")


def recorded(account_id: str) -> list[str]:
    """``service:Operation`` of everything asked for in an account, in order."""
    with _guard:
        return sorted(_calls.get(account_id, ()))


def _operation(environ: dict[str, Any], service: str) -> str | None:
    target = environ.get("HTTP_X_AMZ_TARGET")
    if target:
        return str(target).rsplit(".", 1)[-1]
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        named = parse_qs(_body(environ).decode("utf-8", "replace")).get("Action")
        return named[0] if named else None
    return next(_by_path(environ, service), None)


def _by_path(environ: dict[str, Any], service: str) -> Iterator[str]:
    _body(environ)
    try:
        operation, _ = get_service_router(service).match(Request(environ, populate_request=False))
    except (HTTPException, NotImplementedError, LookupError, ValueError):
        return
    yield operation.name


def _body(environ: dict[str, Any]) -> bytes:
    """The request's body, put back for whoever reads next."""
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    body: bytes = environ["wsgi.input"].read(length) if length else b""
    environ["wsgi.input"] = io.BytesIO(body)
    return body
