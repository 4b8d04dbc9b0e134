"""Where what is being done came from, and which work it belongs to. Set once for each request, and for each
step of the workflow; audit entries and log lines carry it.

A request that begins a run or a job gives it its own id as *correlation id*. The row keeps it, and whoever
handles that row later (another request, a runner's call, a step) says so with :func:`correlate`. So the id is
never taken from a caller, who could make one up.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from ..domain.audit import Origin
from ..domain.ids import new_id

_NOWHERE = Origin()
_origin: ContextVar[Origin] = ContextVar("origin", default=_NOWHERE)


def current_origin() -> Origin:
    """The request's; an empty one outside of requests and steps."""
    return _origin.get()


def new_correlation_id() -> str:
    """For a run or job that begins now: the request's, or an id of its own if no request began it."""
    return current_origin().request_id or new_id("work")


def correlate(correlation_id: str | None) -> None:
    """From here on, the request in hand is about the work of this id (``None``: not known, as before)."""
    origin = _origin.get()
    if correlation_id is not None and origin is not _NOWHERE:
        _origin.set(origin.model_copy(update={"correlation_id": correlation_id}))


@contextmanager
def coming_from(origin: Origin) -> Iterator[None]:
    """Everything within is done for a request from `origin`."""
    token = _origin.set(origin)
    try:
        yield
    finally:
        _origin.reset(token)
