"""One page of an index: one Query."""

from collections.abc import Callable
from typing import Any, TypeVar

from pynamodb.indexes import Index
from pynamodb.models import Model

from ...services.paging import Page
from .connection import decode_cursor, dynamodb_errors, encode_cursor

Row = TypeVar("Row", bound=Model)
T = TypeVar("T")


def newest_first(
    row: type[Row],
    index: Index[Any],
    partition: str,
    limit: int,
    cursor: str | None,
    read: Callable[[Row], T],
) -> Page[T]:
    """The page of `partition` after `cursor`, latest ``listed_at`` first."""
    key = decode_cursor(cursor, within=partition)
    with dynamodb_errors():
        rows = row.query(
            partition,
            index_name=index.Meta.index_name,
            scan_index_forward=False,
            limit=limit,
            last_evaluated_key=key,
        )
        items = [read(found) for found in rows]
        return Page(items=items, next_cursor=encode_cursor(rows.last_evaluated_key))
