"""Reading a request: body, query and headers become typed values, or a refusal that names the field."""

import hashlib
import math
from collections.abc import Mapping
from typing import Any, TypeVar

import pydantic_core
from chalice.app import MultiDict, Request
from pydantic import BaseModel, ValidationError

from ..domain.errors import FieldProblem, InvalidInput, TooLarge
from ..domain.problems import problems_of
from ..domain.snapshot import canonical_json
from .errors import Malformed, WrongMediaType

JsonObject = dict[str, Any]
"""A JSON object, as it came."""

IdempotencyKey = str | None
"""The client's name for one write, so that its repeat finds the first answer."""

KEY_HEADER = "Idempotency-Key"
MAX_KEY = 255
MAX_DEPTH = 32
MAX_INTEGER = 2**53 - 1
"""Beyond it, JSON numbers stop being exact (RFC 8785 refuses them)."""

M = TypeVar("M", bound=BaseModel)


def read_body(model: type[M] | None, request: Request, max_bytes: int) -> M | JsonObject:
    """The body as `model`, or as the JSON object it is.

    Raises
    ------
    TooLarge, WrongMediaType, Malformed, InvalidInput
        In this order: 413, 415, 400, 422.
    """
    raw = _raw(request)
    if len(raw) > max_bytes:
        raise TooLarge(
            f"The body has {len(raw)} bytes; this route takes at most {max_bytes}.",
            details={"limit_bytes": max_bytes},
        )
    media = request.headers.get("content-type", "application/json").split(";")[0].strip().lower()
    if media != "application/json":
        raise WrongMediaType("Send the body as application/json.", details={"sent": media[:100]})
    value = _parse(raw)
    if not isinstance(value, dict):
        raise InvalidInput([FieldProblem((), "the body must be a JSON object")])
    problems = list(_unrepresentable(value, ()))
    if problems:
        raise InvalidInput(problems)
    if model is None:
        return value
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise InvalidInput(problems_of(error)) from None


def read_query(model: type[M] | None, request: Request) -> M | None:
    """The query as `model`; parameters that it does not name are refused, also where there is no model."""
    problems = []
    values: dict[str, str] = {}
    given = request.query_params or MultiDict({})
    for name in given:
        repeated = given.getlist(name)
        if len(repeated) > 1:
            problems.append(FieldProblem((name[:100],), "is given more than once; give it once"))
        if model is None or name not in model.model_fields:
            known = f"known are: {', '.join(model.model_fields)}" if model else "this route takes none"
            problems.append(FieldProblem((name[:100],), f"is no parameter of this route; {known}"))
        values[name] = repeated[-1]
    if problems:
        raise InvalidInput(problems)
    if model is None:
        return None
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise InvalidInput(problems_of(error)) from None


def read_key(request: Request) -> IdempotencyKey:
    """The idempotency key, when the client sent one."""
    key: str | None = request.headers.get(KEY_HEADER)
    if key is not None and not (1 <= len(key) <= MAX_KEY and key.isascii() and key.isprintable()):
        problem = f"must be 1 to {MAX_KEY} printable ASCII characters, such as a UUID"
        raise InvalidInput([FieldProblem((KEY_HEADER,), problem)])
    return key


def request_hash(method: str, path: str, path_values: Mapping[str, str], actor: str, request: Request) -> str:
    """What makes two requests the same: who asks, for what, with which body (however it is formatted)."""
    raw = _raw(request)
    said: dict[str, Any] = {"actor": actor, "method": method, "path": path, "ids": dict(path_values)}
    said["body"] = _parse(raw) if raw else None
    return hashlib.sha256(canonical_json(said).encode()).hexdigest()


def _raw(request: Request) -> bytes:
    raw = request.raw_body
    return raw if isinstance(raw, bytes) else str(raw or "").encode("utf-8", "surrogatepass")


def _parse(raw: bytes) -> Any:
    if not raw:
        raise Malformed("The body is empty; send a JSON object.")
    try:
        return pydantic_core.from_json(raw, allow_inf_nan=False)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"The body is not JSON: {str(error)[:200]}.") from None


def _unrepresentable(value: Any, path: tuple[str | int, ...]) -> list[FieldProblem]:
    """Numbers that JSON can't carry exactly, and nesting that nothing needs."""
    if len(path) > MAX_DEPTH:
        return [FieldProblem(path[:MAX_DEPTH], f"is nested more than {MAX_DEPTH} deep; flatten it")]
    if isinstance(value, dict):
        return [problem for key, item in value.items() for problem in _unrepresentable(item, (*path, key))]
    if isinstance(value, list):
        return [p for index, item in enumerate(value) for p in _unrepresentable(item, (*path, index))]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > MAX_INTEGER:
        return [FieldProblem(path, f"must be between -{MAX_INTEGER} and {MAX_INTEGER}")]
    if isinstance(value, float) and not math.isfinite(value):
        return [FieldProblem(path, "is a larger number than can be kept; write a smaller one")]
    return []
