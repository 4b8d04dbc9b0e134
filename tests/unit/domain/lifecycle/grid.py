"""A lifecycle as people draw it: a line for each status, a column for each event, ``.`` where it can't be."""

from collections.abc import Iterator


def cells(grid: str) -> Iterator[tuple[str, str, str | None]]:
    """``(status, event, target or None)`` of every cell."""
    head, *lines = [line.split() for line in grid.strip().splitlines()]
    for status, *targets in lines:
        assert len(targets) == len(head), f"{status} has {len(targets)} cells, the head {len(head)}"
        for event, target in zip(head, targets, strict=True):
            yield status, event, None if target == "." else target
