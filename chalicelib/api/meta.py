"""What the API says about itself."""

from functools import lru_cache
from typing import Any

from ..domain.model import Model
from .callers import UserCaller
from .routing import Routes

routes = Routes("meta")


class Health(Model):
    """The API answers."""

    status: str


class Me(Model):
    """Who the token speaks for."""

    user: str


@routes.get("/api/openapi.json")
def read_openapi() -> dict[str, Any]:
    """This document."""
    return _document()


@routes.get("/api/health")
def read_health() -> Health:
    """Whether the API answers; it asks nothing of the database."""
    return Health(status="ok")


@routes.get("/api/me")
def read_me(caller: UserCaller) -> Me:
    """Who is signed in."""
    return Me(user=caller.principal.user)


@lru_cache(maxsize=1)
def _document() -> dict[str, Any]:
    from .nouns import NOUNS
    from .openapi import document

    return document(operation for noun in NOUNS for operation in noun.operations)
