"""Where the request in hand came from. The API sets it once for each request; audit entries carry it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from ..domain.audit import Origin

_NOWHERE = Origin()
_origin: ContextVar[Origin] = ContextVar("origin", default=_NOWHERE)


def current_origin() -> Origin:
    """The request's; an empty one outside of requests (the workflow's own steps)."""
    return _origin.get()


@contextmanager
def coming_from(origin: Origin) -> Iterator[None]:
    """Everything within is done for a request from `origin`."""
    token = _origin.set(origin)
    try:
        yield
    finally:
        _origin.reset(token)
