"""Clients with which this cloud calls itself, on behalf of somebody who called it.

The calls take no socket and pass by the queue that serialises calls from outside: whoever makes them is being
served.
"""

import io
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import botocore.session
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

VIA = "alethia.called_via"
"""In the WSGI environment: the service that makes the call for somebody."""

NOBODY, NOWHERE = "NOBODY", "us-east-1"
"""In a request's signature, until the caller's key and region take their place: nobody verifies it."""

_door: list[Application] = []
_acting: ContextVar["Caller"] = ContextVar("acting")


@dataclass(frozen=True)
class Caller:
    """Who called, and where."""

    access_key: str
    account_id: str
    region: str

    def client(self, service: str) -> "Acting":
        """A client of `service` that acts as them, by way of CloudFormation."""
        return Acting(service, self)


class Acting:
    """A botocore client whose calls are somebody's. One client serves everybody: to make one costs more than
    all of a stack's calls."""

    def __init__(self, service: str, caller: Caller) -> None:
        self._client = _client(service)
        self._caller = caller

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        call = getattr(self._client, operation)

        def as_caller(**arguments: Any) -> Any:
            before = _acting.set(self._caller)
            try:
                return call(**arguments)
            finally:
                _acting.reset(before)

        return as_caller


def is_inside() -> bool:
    """Whether the call that is being answered was made by this cloud, for somebody."""
    return _acting.get(None) is not None


def answer_with(application: Application) -> None:
    """Let `application` answer such calls."""
    _door[:] = [application]


@cache
def _session() -> Any:
    return botocore.session.Session()


@cache
def _client(service: str) -> Any:
    client = _session().create_client(
        service,
        region_name=NOWHERE,
        endpoint_url="http://inside.invalid",
        aws_access_key_id=NOBODY,
        aws_secret_access_key=NOBODY,
        config=Config(retries={"total_max_attempts": 1}),
    )
    client.meta.events.register("before-send", _answer)
    return client


def _answer(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
    caller, body, parts = _acting.get(), request.body or b"", urlsplit(request.url)
    headers = {
        name: value.decode() if isinstance(value, bytes) else str(value)
        for name, value in request.headers.items()
    }
    signed = headers["Authorization"]
    headers["Authorization"] = signed.replace(f"={NOBODY}/", f"={caller.access_key}/", 1).replace(
        f"/{NOWHERE}/", f"/{caller.region}/", 1
    )
    content: Any = body
    environ = EnvironBuilder(
        method=request.method,
        path=parts.path or "/",
        base_url=f"http://{parts.netloc}",
        query_string=parts.query,
        data=content.encode() if isinstance(content, str) else bytes(content),
        headers=Headers(headers),
    ).get_environ()
    environ[VIA] = "cloudformation.amazonaws.com"
    started: list[Any] = []

    def start(status: str, response_headers: list[tuple[str, str]], _error: Any = None) -> None:
        started[:] = [status, response_headers]

    answer = b"".join(_door[0](environ, start))
    status = int(started[0].split()[0])
    return AWSResponse(request.url, status, HTTPHeaders.from_pairs(started[1]), _Raw(answer))


class _Raw(io.BytesIO):
    def stream(self, *_: Any, **__: Any) -> Iterable[bytes]:
        yield self.read()
