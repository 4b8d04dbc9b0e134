"""A page of a list: what fits, and where the next one starts."""

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

T = TypeVar("T")

MAX_LIMIT = 100


class Page(BaseModel, Generic[T]):
    """`next_cursor` is opaque; ``None`` on the last page."""

    model_config = ConfigDict(frozen=True)

    items: list[T]
    next_cursor: str | None = None
