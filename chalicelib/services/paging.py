"""Lists in pages: a page costs the same however long the list is."""

from typing import Generic, TypeVar

from pydantic import Field

from ..domain.model import Model

T = TypeVar("T")

MAX_PAGE = 100


class PageRequest(Model):
    """Which page of a list; also the query of every route that lists."""

    limit: int = Field(25, ge=1, le=MAX_PAGE, description="Most items in the page.")
    cursor: str | None = Field(None, max_length=2048, description="next_cursor of the page before.")


class Page(Model, Generic[T]):
    """A page of a list, and where the next one begins."""

    items: list[T]
    next_cursor: str | None = Field(None, description="Null on the last page.")
