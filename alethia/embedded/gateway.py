"""API Gateway, played in front of a Chalice app: finds the route, asks the authorizer, makes the event.

What it answers by itself (no such route, no credential, too large) has the shape that the stack's gateway
responses give it (:mod:`chalicelib.api.gateway`), so a client can't tell the two apart.
"""

import base64
import re
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote

from chalice.app import Chalice, ChaliceAuthorizer, RouteEntry

from chalicelib.api.gateway import GATEWAY_ANSWERS

MAX_REQUEST_BYTES = 10_000_000
MAX_PAYLOAD_BYTES = 6_000_000
"""Lambda's limit for an event and for an answer."""

TIMEOUT_MILLISECONDS = 29_000
MAX_CACHED_TOKENS = 1000
ARN = "arn:aws:execute-api:eu-west-1:000000000000:embedded"
STAGE = "api"


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


@dataclass(frozen=True)
class Request:
    """An HTTP request: `path` is still encoded and has no query; header names are lower case."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    source_ip: str = "127.0.0.1"


class Refused(Exception):
    """The gateway answers by itself; ``kind`` is API Gateway's response type."""

    def __init__(self, kind: str, **values: str) -> None:
        super().__init__(kind)
        self.kind = kind
        self.values = values


class LambdaContext:
    """What a Lambda function is told about its invocation."""

    function_name = "embedded"
    memory_limit_in_mb = 512

    def __init__(self, request_id: str) -> None:
        self.aws_request_id = request_id
        self._deadline = time.monotonic() + TIMEOUT_MILLISECONDS / 1000

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the invocation would be cut off."""
        return max(0, int((self._deadline - time.monotonic()) * 1000))


class Gateway:
    """Serves one Chalice app to many threads."""

    def __init__(self, app: Chalice) -> None:
        _keep_requests_apart(app)
        self._app = app
        self._routes = [(_pattern(path), path, methods) for path, methods in app.routes.items()]
        # As API Gateway does: of two paths that fit, the one with fewer variables.
        self._routes.sort(key=lambda route: route[1].count("{"))
        self._decisions: dict[tuple[str, str], tuple[float, dict[str, Any]]] = {}
        self._deciding = threading.Lock()

    def handle(self, request: Request) -> Answer:
        """Answer one request, whatever it is."""
        request_id = str(uuid.uuid4())
        try:
            return self._served(request, request_id)
        except Refused as refusal:
            answer = GATEWAY_ANSWERS[refusal.kind]
            body = answer.body(request_id, **refusal.values).encode()
            headers = [("Content-Type", "application/json"), ("X-Request-Id", request_id)]
            return Answer(answer.status, headers, body)

    def _served(self, request: Request, request_id: str) -> Answer:
        if len(request.body) > MAX_REQUEST_BYTES:
            raise Refused("REQUEST_TOO_LARGE")
        resource, entry, path_values = self._match(request)
        authorizer = entry.authorizer
        authorized = (
            self._authorize(request, authorizer) if isinstance(authorizer, ChaliceAuthorizer) else None
        )
        event = _event(request, request_id, resource, path_values, authorized)
        if len(request.body) > MAX_PAYLOAD_BYTES:
            raise Refused("REQUEST_TOO_LARGE")
        response = self._app(event, LambdaContext(request_id))
        return _answer(response)

    def _match(self, request: Request) -> tuple[str, RouteEntry, dict[str, str]]:
        for pattern, resource, methods in self._routes:
            found = pattern.fullmatch(request.path)
            if found and request.method in methods:
                values = {name: unquote(value) for name, value in found.groupdict().items()}
                return resource, methods[request.method], values
        raise Refused("MISSING_AUTHENTICATION_TOKEN")

    def _authorize(self, request: Request, authorizer: ChaliceAuthorizer) -> dict[str, Any]:
        token = request.headers.get("authorization", "").strip()
        if not token:
            raise Refused("UNAUTHORIZED")
        arn = f"{ARN}/{STAGE}/{request.method}{request.path}"
        decision = self._decision(authorizer, token, arn)
        statement = decision["policyDocument"]["Statement"][0]
        if statement["Effect"] != "Allow" or not _covers(statement["Resource"], arn):
            raise Refused("ACCESS_DENIED", reason=decision.get("context", {}).get("reason", "Sign in first."))
        context = {name: str(value) for name, value in decision.get("context", {}).items()}
        return {"principalId": decision["principalId"], **context}

    def _decision(self, authorizer: ChaliceAuthorizer, token: str, arn: str) -> dict[str, Any]:
        """The authorizer's answer, kept by token for as long as API Gateway would."""
        key = (authorizer.name, token)
        now = time.monotonic()
        kept = self._decisions.get(key)
        if kept and kept[0] > now:
            return kept[1]
        event = {"type": "TOKEN", "authorizationToken": token, "methodArn": arn}
        try:
            decision: dict[str, Any] = authorizer(event, {})
        except Exception as error:
            raise Refused("AUTHORIZER_FAILURE") from error
        with self._deciding:
            if len(self._decisions) >= MAX_CACHED_TOKENS:
                self._decisions.clear()
            self._decisions[key] = (now + (authorizer.config.ttl_seconds or 0), decision)
        return decision


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"{(\w+)}", path)
    regex = "".join(
        f"(?P<{part}>[^/]+)" if index % 2 else re.escape(part) for index, part in enumerate(parts)
    )
    return re.compile(regex)


def _covers(resource: str, arn: str) -> bool:
    return re.fullmatch(re.escape(resource).replace(r"\*", ".*"), arn) is not None


def _event(
    request: Request,
    request_id: str,
    resource: str,
    path_values: dict[str, str],
    authorized: dict[str, Any] | None,
) -> dict[str, Any]:
    """The event of a REST API with Lambda proxy integration."""
    query = parse_qs(request.query, keep_blank_values=True)
    path = unquote(request.path)
    context: dict[str, Any] = {
        "accountId": "000000000000",
        "apiId": "embedded",
        "domainName": request.headers.get("host", ""),
        "httpMethod": request.method,
        "identity": {"sourceIp": request.source_ip, "userAgent": request.headers.get("user-agent")},
        "path": f"/{STAGE}{path}",
        "protocol": "HTTP/1.1",
        "requestId": request_id,
        "requestTimeEpoch": int(time.time() * 1000),
        "resourcePath": resource,
        "stage": STAGE,
    }
    if authorized is not None:
        context["authorizer"] = authorized
    return {
        "resource": resource,
        "path": path,
        "httpMethod": request.method,
        "headers": dict(request.headers),
        "multiValueHeaders": {name: [value] for name, value in request.headers.items()},
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": path_values or None,
        "stageVariables": None,
        "requestContext": context,
        "body": request.body.decode("utf-8", "replace") or None,
        "isBase64Encoded": False,
    }


def _answer(response: Mapping[str, Any]) -> Answer:
    body = response.get("body") or ""
    raw = base64.b64decode(body) if response.get("isBase64Encoded") else str(body).encode()
    if len(raw) > MAX_PAYLOAD_BYTES:
        raise Refused("INTEGRATION_FAILURE")
    headers = list(response.get("headers", {}).items())
    headers += [
        (name, value) for name, values in response.get("multiValueHeaders", {}).items() for value in values
    ]
    return Answer(int(response["statusCode"]), headers, raw)


def _keep_requests_apart(app: Chalice) -> None:
    """Chalice keeps the current request on the app, as a Lambda serves one at a time; here threads do."""
    kind = type(app)
    if not issubclass(kind, _PerThread):
        app.__class__ = type(f"PerThread{kind.__name__}", (_PerThread, kind), {})


class _PerThread:
    _own = threading.local()

    @property
    def current_request(self) -> Any:
        return getattr(self._own, "request", None)

    @current_request.setter
    def current_request(self, request: Any) -> None:
        self._own.request = request

    @property
    def lambda_context(self) -> Any:
        return getattr(self._own, "context", None)

    @lambda_context.setter
    def lambda_context(self, context: Any) -> None:
        self._own.context = context
