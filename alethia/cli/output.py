"""How answers are shown: tables for people, one JSON document for programs (``--json``)."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from .terminal import SafeConsole, escaped

WIDE = 120
"""Columns where there is no terminal to ask: a file, a CI's log."""

console = SafeConsole()
if not console.is_terminal and "COLUMNS" not in os.environ:
    console = SafeConsole(width=WIDE)
errors = SafeConsole(stderr=True)

ACTIONS = {
    "create": ("+", "green"),
    "update": ("~", "yellow"),
    "replace": ("±", "magenta"),
    "destroy": ("-", "red"),
    "read": ("<", "cyan"),
    "forget": (".", "dim"),
    "no-op": (" ", "dim"),
}
STATUSES = {
    "SUCCESS": "green",
    "DONE": "green",
    "ACTIVE": "green",
    "FAILED": "red",
    "CANCELLED": "yellow",
    "REJECTED": "yellow",
    "EXPIRED": "yellow",
    "SUPERSEDED": "dim",
    "DESTROYED": "dim",
    "AWAITING_REVIEW": "cyan",
    "ONLINE": "green",
    "OFFLINE": "red",
    "DRAINING": "yellow",
}


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    print(escaped(json.dumps(value, indent=2, ensure_ascii=False)))


def status(text: str | None) -> Text:
    """A status in its colour."""
    return Text(text or "", style=STATUSES.get(text or "", ""))


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str | None = None) -> None:
    """Rows under headings; an empty table says so."""
    shown = Table(
        title=title, title_justify="left", title_style="bold", header_style="bold", box=None, pad_edge=False
    )
    cells = [[cell if isinstance(cell, Text) else _cell(cell) for cell in row] for row in rows]
    for index, column in enumerate(columns):
        # The first says which one it is, and is copied into the next command: the others make room for it.
        widest = max((len(row[0]) for row in cells), default=None) if index == 0 else None
        shown.add_column(column, overflow="fold", width=widest and max(widest, len(column)))
    for row in cells:
        shown.add_row(*row)
    console.print(shown if cells else Text(f"{title + ': ' if title else ''}none", style="dim"))


def plan_summary(summary: Mapping[str, Any], cost: Mapping[str, Any] | None) -> None:
    """Counts in a line, groups as a table, and the cost or why there is none."""
    counts = summary.get("counts", {})
    line = Text("Plan: ")
    for index, action in enumerate(("create", "update", "replace", "destroy")):
        sign, style = ACTIONS[action]
        line.append(", " if index else "")
        line.append(
            f"{sign}{counts.get(action, 0)} to {action}", style=style if counts.get(action) else "dim"
        )
    console.print(line)
    groups = summary.get("groups", [])
    if groups:
        table(
            ("Group", "Create", "Update", "Replace", "Destroy"),
            (
                (
                    group["name"],
                    *(group["counts"].get(a) or "" for a in ("create", "update", "replace", "destroy")),
                )
                for group in groups
            ),
        )
    if cost:
        monthly = cost.get("monthly_usd")
        reason = cost.get("not_estimated") or "no reason given"
        console.print(
            f"Cost: {f'${monthly:,.2f} a month' if monthly is not None else f'not estimated: {reason}'}"
        )


def plan_warnings(warnings: Iterable[Mapping[str, Any]]) -> None:
    """What terraform warned of while it planned."""
    for warning in warnings:
        console.print(Text(f"Warning: {warning['summary']}", style="bold yellow"))
        if warning.get("detail"):
            console.print(Padding(Text(warning["detail"]), (0, 2)))


def resource_changes(resources: Iterable[Mapping[str, Any]], *, attributes: bool) -> None:
    """Each resource with its action, and (if asked) each attribute before and after."""
    for resource in resources:
        sign, style = ACTIONS.get(resource["action"], ("?", ""))
        line = Text(f"{sign} {resource['address']}", style=style)
        if resource.get("reason"):
            line.append(f"  ({resource['reason']})", style="dim")
        console.print(line)
        if attributes:
            for change in resource.get("attributes", []):
                console.print(_attribute(change))


def _attribute(change: Mapping[str, Any]) -> Text:
    line = Text(f"      {change['path']}: ")
    if change.get("sensitive"):
        line.append("(sensitive)", style="dim")
    else:
        before, after = change.get("before"), change.get("after")
        if before is not None:
            line.append(f"{_short(before)} → ", style="red")
        line.append("(known after apply)" if change.get("unknown") else _short(after), style="green")
    if change.get("forces_replacement"):
        line.append("  forces replacement", style="magenta")
    return line


def _short(value: Any, limit: int = 120) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= limit else f"{text[:limit]}…"


def _cell(value: Any) -> Text:
    if value is None:
        return Text("")
    return Text(value if isinstance(value, str) else str(value))
