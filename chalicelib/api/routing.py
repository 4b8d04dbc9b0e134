"""Typed routes over Chalice: what a view takes and gives is said by its annotations, once.

Add a noun like this (``api/things.py``), then add its ``routes`` to the tuple in ``api/nouns.py``::

    routes = Routes("things")

    @routes.post("/api/things", status=201)
    def create_thing(caller: UserCaller, body: ThingForm, idempotency_key: IdempotencyKey) -> Thing:
        \"""Create a thing.\"""                        # first line: the summary in the OpenAPI document
        return container().things.create(caller.principal, body, idempotency_key)

    @routes.get("/api/things/{thing_id}")
    def read_thing(caller: UserCaller, thing_id: str) -> Thing: ...

    @routes.get("/api/things")
    def list_things(caller: UserCaller, query: PageRequest) -> Page[Thing]: ...

    @routes.post("/api/jobs/{job_id}/heartbeat", max_bytes=5 * MIB)
    def heartbeat(caller: JobCaller, job_id: str, body: Heartbeat) -> HeartbeatAnswer:
        caller.must_be(job_id, body.attempt)           # a token is good for its own job and attempt

What a parameter's name and annotation mean:

====================  ==========================================================================
``caller``            ``UserCaller``, ``RunnerCaller`` or ``JobCaller``: nobody → 401, another kind → 403.
                      A view without one is public.
``body``              a model, or ``Annotated[JsonObject, Documented(Model)]`` for the raw object of a
                      service that validates by itself; not JSON → 400, wrong fields → 422
``query``             a model; an unknown or repeated parameter → 422
``idempotency_key``   the header of that name, or ``None``
``request_hash``      sha256 of method, path, caller and body: what a repeat is compared by
a name in the path    an id; what can't be one answers 404
return annotation     a model (answered with ``status``), or ``None`` (204)
====================  ==========================================================================

Views raise domain errors; ``api.errors`` makes them HTTP. ``errors=(423,)`` documents what a route adds to
the answers that follow from its parameters. ``cache_seconds=300`` lets anybody keep a public answer.
"""

import inspect
import re
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

from chalice.app import Blueprint, Request, Response
from pydantic import BaseModel, TypeAdapter

from ..bootstrap import container
from ..domain.audit import Origin
from ..domain.errors import AlethiaError, NotFound
from ..domain.ids import is_id
from ..services.origin import coming_from
from .authorizer import authorizer
from .callers import Caller, caller_from
from .cold_start import count_cold_start
from .errors import answer_of, internal_answer, status_of
from .gateway import readable_by
from .log import logger
from .reading import (
    IdempotencyKey,
    JsonObject,
    read_body,
    read_key,
    read_query,
    request_hash,
)

__all__ = ["KIB", "MIB", "Documented", "IdempotencyKey", "JsonObject", "Operation", "Routes"]

KIB = 1024
MIB = 1024 * KIB

View = TypeVar("View", bound=Callable[..., Any])

MAX_USER_AGENT = 256

HEADERS = {"Content-Type": "application/json", "Cache-Control": "no-store"}
_IN_PATH = re.compile(r"{(\w+)}")


@dataclass(frozen=True)
class Documented:
    """Marks a raw body with the model that describes it in the OpenAPI document."""

    model: type[BaseModel]


@dataclass(frozen=True)
class Operation:
    """All that is known of one route, read once from its view."""

    method: str
    path: str
    view: Callable[..., Any]
    tag: str
    status: int
    caller: type[Caller] | None
    body: type[BaseModel] | None
    body_model: type[BaseModel] | None
    """What documents the body: ``body``, or what a raw body is :class:`Documented` by."""
    query: type[BaseModel] | None
    takes_key: bool
    takes_hash: bool
    answer: Any
    max_bytes: int
    errors: tuple[int, ...]
    cache_seconds: int
    """How long anybody may keep a success; 0: nobody may."""
    render: Callable[[Any], bytes] | None

    @property
    def path_names(self) -> list[str]:
        """Names in braces, in order."""
        return _IN_PATH.findall(self.path)


class Routes(Blueprint):
    """A noun's routes. ``operations`` is what the OpenAPI document is made of."""

    def __init__(self, tag: str) -> None:
        super().__init__(f"chalicelib.api.{tag}")
        self.tag = tag
        self.operations: list[Operation] = []

    def get(self, path: str, **options: Any) -> Callable[[View], View]:
        """Route GET `path` to the view."""
        return self._route("GET", path, **options)

    def post(self, path: str, **options: Any) -> Callable[[View], View]:
        """Route POST `path` to the view."""
        return self._route("POST", path, **options)

    def put(self, path: str, **options: Any) -> Callable[[View], View]:
        """Route PUT `path` to the view."""
        return self._route("PUT", path, **options)

    def delete(self, path: str, **options: Any) -> Callable[[View], View]:
        """Route DELETE `path` to the view."""
        return self._route("DELETE", path, **options)

    def _route(
        self,
        method: str,
        path: str,
        *,
        status: int = 200,
        max_bytes: int = MIB,
        errors: tuple[int, ...] = (),
        cache_seconds: int = 0,
    ) -> Callable[[View], View]:
        def register(view: View) -> View:
            operation = _operation(
                method, path, view, self.tag, status, max_bytes, errors, cache_seconds=cache_seconds
            )
            self.operations.append(operation)

            def handle(**path_values: str) -> Response:
                return answer(operation, self.current_request, path_values)

            options: dict[str, Any] = {"authorizer": authorizer} if operation.caller else {}
            # No content types: Chalice would answer a wrong one in a shape of its own.
            self.route(path, methods=[method], name=view.__name__, content_types=[], **options)(handle)
            return view

        return register


def answer(operation: Operation, request: Request, path_values: Mapping[str, str]) -> Response:
    """Run one request through its view, from the raw event to an answer, whatever happens."""
    count_cold_start("api")
    with coming_from(_origin(operation, request)):
        return _answer(operation, request, path_values)


def _answer(operation: Operation, request: Request, path_values: Mapping[str, str]) -> Response:
    request_id = str(request.context.get("requestId", ""))
    route = f"{operation.method} {operation.path}"
    started = time.perf_counter()
    try:
        arguments = _arguments(operation, request, path_values)
        result = operation.view(**arguments)
        status, body = _success(operation, result)
    except AlethiaError as error:
        status, body = status_of(error), answer_of(error, request_id).model_dump_json().encode()
        if status >= 500:
            logger().warning("refused", code=error.code, route=route)
    except Exception as error:
        # The message of a foreign error may carry values of the request, so only where it happened is logged.
        logger().error(
            "fault",
            error=type(error).__name__,
            at=_where(error),
            route=route,
        )
        status, body = 500, internal_answer(request_id).model_dump_json().encode()
    logger().info(
        "request",
        route=route,
        status=status,
        milliseconds=round((time.perf_counter() - started) * 1000, 1),
        caller=(request.context.get("authorizer") or {}).get("kind", "nobody"),
    )
    headers: dict[str, str | list[str]] = {**HEADERS, "X-Request-Id": request_id}
    if origin := container().settings.console_origin:
        headers |= readable_by(origin)
    if status < 400 and operation.cache_seconds:
        headers["Cache-Control"] = f"public, max-age={operation.cache_seconds}"
    return Response(body=body.decode(), status_code=status, headers=headers)


def _origin(operation: Operation, request: Request) -> Origin:
    """As API Gateway tells it; the headers that a client could forge are not asked."""
    identity = request.context.get("identity") or {}
    return Origin(
        source_ip=identity.get("sourceIp"),
        user_agent=(identity.get("userAgent") or "")[:MAX_USER_AGENT] or None,
        request_id=request.context.get("requestId"),
        route=f"{operation.method} {operation.path}",
        correlation_id=request.context.get("requestId"),
    )


def _success(operation: Operation, result: Any) -> tuple[int, bytes]:
    if operation.render is None:
        return 204, b""
    return operation.status, operation.render(result)


def _arguments(operation: Operation, request: Request, path_values: Mapping[str, str]) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    actor = ""
    if operation.caller:
        arguments["caller"] = caller = caller_from(request.context.get("authorizer"), operation.caller)
        actor = caller.actor
    for name, value in path_values.items():
        if not is_id(value):
            raise NotFound("There is no such thing here, or it is not yours.")
        arguments[name] = value
    query = read_query(operation.query, request)
    if query is not None:
        arguments["query"] = query
    if operation.body_model:
        arguments["body"] = read_body(operation.body, request, operation.max_bytes)
    if operation.takes_key:
        arguments["idempotency_key"] = read_key(request)
    if operation.takes_hash:
        arguments["request_hash"] = request_hash(
            operation.method, operation.path, path_values, actor, request
        )
    return arguments


def _operation(
    method: str,
    path: str,
    view: Callable[..., Any],
    tag: str,
    status: int,
    max_bytes: int,
    errors: tuple[int, ...],
    *,
    cache_seconds: int,
) -> Operation:
    hints = get_type_hints(view, include_extras=True)
    answer_type = hints.pop("return", None)
    body, body_model = _body(hints.pop("body", None))
    known = {"caller", "query", "idempotency_key", "request_hash", *_IN_PATH.findall(path)}
    if hints.keys() - known:
        raise TypeError(f"{view.__name__}: no meaning for {sorted(hints.keys() - known)}; see api.routing")
    nothing = answer_type in (None, type(None))
    return Operation(
        method=method,
        path=path,
        view=view,
        tag=tag,
        status=204 if nothing else status,
        caller=hints.get("caller"),
        body=body,
        body_model=body_model,
        query=hints.get("query"),
        takes_key="idempotency_key" in hints,
        takes_hash="request_hash" in hints,
        answer=None if nothing else answer_type,
        max_bytes=max_bytes,
        errors=errors,
        cache_seconds=cache_seconds,
        render=None if nothing else TypeAdapter(answer_type).dump_json,
    )


def _body(hint: Any) -> tuple[type[BaseModel] | None, type[BaseModel] | None]:
    if get_origin(hint) is Annotated:
        documented = next(mark for mark in get_args(hint)[1:] if isinstance(mark, Documented))
        return None, documented.model
    if hint is not None and not (inspect.isclass(hint) and issubclass(hint, BaseModel)):
        raise TypeError(f"a body is a model or an Annotated JsonObject, not {hint}")
    return hint, hint


def _where(error: BaseException) -> list[str]:
    """File, line and function of each frame, outermost first; no values."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
