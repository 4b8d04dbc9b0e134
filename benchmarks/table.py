"""One row for each promise: what was measured, against what, and whether it holds."""

from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Row:
    """A measured promise.

    ``measured`` and ``limit`` are in ``unit``; a ratio's unit is ``x`` with its ``baseline`` named.
    """

    promise: str
    measured: float
    limit: float
    unit: str
    detail: str = ""

    @property
    def holds(self) -> bool:
        return self.measured <= self.limit


def show(rows: list[Row]) -> None:
    """Print the table; a promise that is missed says so."""
    table = Table("promise", "measured", "at most", "", "how")
    for row in rows:
        table.add_row(
            row.promise,
            f"{row.measured:.2f} {row.unit}",
            f"{row.limit:g} {row.unit}",
            "[green]holds[/]" if row.holds else "[red]missed[/]",
            row.detail,
        )
    Console(width=150).print(table)
