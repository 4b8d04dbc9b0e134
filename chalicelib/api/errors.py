"""The one place where errors become HTTP, and the one shape they have.

::

    {"error": {"code": "InvalidInput", "message": "…", "field": "databases[0].name",
               "problems": [{"field": "databases[0].name", "message": "…"}],
               "details": {}, "request_id": "…"}}
"""

from typing import Any

from pydantic import Field

from ..domain import errors
from ..domain.model import Model

STATUS: tuple[tuple[type[errors.AlethiaError], int], ...] = (
    (errors.InvalidInput, 422),
    (errors.NotSignedIn, 401),
    (errors.Forbidden, 403),
    (errors.NotFound, 404),
    (errors.StateLocked, 423),
    (errors.Conflict, 409),
    (errors.TooLarge, 413),
    (errors.Unavailable, 503),
)
"""Read from the top: the first that fits decides, so a subclass stands above its base."""


class Malformed(errors.AlethiaError):
    """The body is not JSON."""

    code = "Malformed"


class WrongMediaType(errors.AlethiaError):
    """The body is of a type that the route does not read."""

    code = "WrongMediaType"


HTTP_STATUS: tuple[tuple[type[errors.AlethiaError], int], ...] = ((Malformed, 400), (WrongMediaType, 415))
"""What only HTTP can get wrong."""

MAX_PROBLEMS = 100
"""Most problems in one answer; the message counts them all."""

INTERNAL_MESSAGE = "Something went wrong on our side. Quote the request id when you ask for help."


class Problem(Model):
    """One thing wrong with one field."""

    field: str
    message: str


class ErrorBody(Model):
    """What went wrong, for a person and for a program."""

    code: str = Field(description="Stable name of the error, such as InvalidInput or StaleEdit.")
    message: str
    field: str | None = None
    problems: list[Problem] = []
    details: dict[str, Any] = {}
    request_id: str


class ErrorAnswer(Model):
    """The shape of every answer that is not a success."""

    error: ErrorBody


def status_of(error: errors.AlethiaError) -> int:
    """The HTTP status of a domain error; 500 for one that no line above knows."""
    for kind, status in (*STATUS, *HTTP_STATUS):
        if isinstance(error, kind):
            return status
    return 500


def answer_of(error: errors.AlethiaError, request_id: str) -> ErrorAnswer:
    """A domain error in the one shape."""
    problems = error.problems if isinstance(error, errors.InvalidInput) else ()
    return ErrorAnswer(
        error=ErrorBody(
            code=error.code,
            message=error.message,
            field=error.field,
            problems=[
                Problem(field=problem.field, message=problem.message) for problem in problems[:MAX_PROBLEMS]
            ],
            details=error.details,
            request_id=request_id,
        )
    )


def internal_answer(request_id: str) -> ErrorAnswer:
    """What the client sees of a fault of ours: nothing but the request id."""
    return ErrorAnswer(error=ErrorBody(code="Internal", message=INTERNAL_MESSAGE, request_id=request_id))
