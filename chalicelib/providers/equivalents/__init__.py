"""What corresponds to what on another cloud: one table for each kind of value.

A row is one thing, with a column for each cloud that has it. Every value stands once in its column, so that
going there and back ends where it began. A cloud without a column in a row has no counterpart; a conversion
then asks for a decision.
"""

from collections.abc import Iterable, Mapping

from chalicelib.domain.words import CloudProvider

Row = Mapping[CloudProvider, str]

COLUMNS = (CloudProvider.AWS, CloudProvider.GCP, CloudProvider.AZURE)
"""Which cloud each place of a row is of. A further one goes to the end; rows may end before it."""


class Table:
    """Rows of values that stand for each other."""

    def __init__(
        self,
        rows: Iterable[tuple[str | None, ...]],
        *,
        same_as: Mapping[str, str] | None = None,
    ) -> None:
        """Rows in the order of :data:`COLUMNS`; ``None`` where a cloud has no such thing.

        `same_as`: value in no row → the one of its own cloud that it goes by; the way back ends there.
        """
        self.same_as = dict(same_as or {})
        self.rows: tuple[Row, ...] = tuple(
            {cloud: value for cloud, value in zip(COLUMNS, row, strict=False) if value is not None}
            for row in rows
        )

    def counterpart(self, value: str, source: CloudProvider, target: CloudProvider) -> str | None:
        """What `value` of `source` is on `target`; ``None`` when the table knows no counterpart."""
        known = self.same_as.get(value, value)
        for row in self.rows:
            if row.get(source) == known:
                return row.get(target)
        return None

    def column(self, cloud: CloudProvider) -> tuple[str, ...]:
        """Every value that `cloud` has a row for."""
        return tuple(row[cloud] for row in self.rows if cloud in row)
