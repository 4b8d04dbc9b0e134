"""A plan's changes, cut into review pages that each stay below 1 MB as JSON."""

from collections.abc import Iterable, Iterator

from .plan import AttributeChange, ResourceChange, ReviewPage

PAGE_BYTES = 1_000_000
"""Largest page, as JSON."""

_HEAD_BYTES = 200
"""Room for a page's own fields."""

_Piece = tuple[ResourceChange, int, bool]
"""A row, its size as JSON with the comma, and whether it is drift."""


def review_pages(
    changes: Iterable[ResourceChange], drift: Iterable[ResourceChange], *, page_bytes: int = PAGE_BYTES
) -> list[ReviewPage]:
    """Page changes in their order; drift comes first and flows over to the next page only when it must.

    There is always a first page. A single resource too large for a page keeps as many attributes as fit, and
    says how many are left out.
    """
    limit = page_bytes - _HEAD_BYTES
    pages: list[tuple[list[ResourceChange], list[ResourceChange]]] = [([], [])]
    used = 0
    for row, size, is_drift in _pieces(changes, drift, limit):
        if used + size > limit:
            pages.append(([], []))
            used = 0
        pages[-1][is_drift].append(row)
        used += size
    return [
        ReviewPage.model_construct(number=number, pages=len(pages), resources=resources, drift=drifted)
        for number, (resources, drifted) in enumerate(pages, start=1)
    ]


def _pieces(
    changes: Iterable[ResourceChange], drift: Iterable[ResourceChange], limit: int
) -> Iterator[_Piece]:
    for rows, is_drift in ((drift, True), (changes, False)):
        for row in rows:
            size = _size(row)
            if size > limit:
                row = _fitting(row, limit)
                size = _size(row)
            yield row, size, is_drift


def _size(row: ResourceChange | AttributeChange) -> int:
    return len(row.__pydantic_serializer__.to_json(row)) + 1


def _fitting(row: ResourceChange, limit: int) -> ResourceChange:
    note = AttributeChange(path="(more)", after="000000 more attributes are too large to show")
    used = _size(row.model_copy(update={"attributes": [note]}))
    kept = []
    for attribute in row.attributes:
        used += _size(attribute)
        if used > limit:
            break
        kept.append(attribute)
    left = len(row.attributes) - len(kept)
    note = note.model_copy(update={"after": f"{left} more attributes are too large to show"})
    return row.model_copy(update={"attributes": [*kept, note]})
