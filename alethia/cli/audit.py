"""The zone's audit trail: a look at the newest entries, and the whole of it for somebody else's tools."""

import csv
import itertools
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TextIO

import click

from . import output
from .main import Session, cli, pass_session

COLUMNS = ("at", "actor", "action", "subject", "outcome", "reason", "before", "after")
ORIGIN = ("source_ip", "user_agent", "request_id", "route", "correlation_id")
IDS = ("zone_id", "entry_id")
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for a formula, if a cell begins with it."""

since_option = click.option("--since", help="From this time on: 2026-03-01, or 2026-03-01T12:00:00Z.")
until_option = click.option("--until", help="Up to this time.")


@cli.group()
def audit() -> None:
    """Audit: who changed what, from where, and what it was before."""


@audit.command("list")
@since_option
@until_option
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=25, show_default=True, help="How many at most."
)
@pass_session
def list_audit(session: Session, since: str | None, until: str | None, limit: int) -> None:
    """The newest entries; for admins."""
    found = session.client.audit(session.zone, since=since, until=until)
    session.show(
        {"items": list(itertools.islice(found, limit))},
        lambda page: output.table(
            ("At", "Who", "What", "Of", "From"),
            (
                (
                    entry["at"],
                    entry["actor"],
                    entry["action"] + (" (refused)" if entry["outcome"] == "refused" else ""),
                    entry["subject"],
                    entry["origin"].get("source_ip"),
                )
                for entry in page["items"]
            ),
        ),
    )


@audit.command("export")
@since_option
@until_option
@click.option(
    "--format",
    "shape",
    type=click.Choice(["jsonl", "csv"]),
    default="jsonl",
    show_default=True,
    help="A JSON document on each line, or a table.",
)
@click.option("-o", "--output", "path", type=click.Path(dir_okay=False, path_type=Path), help="A file.")
@pass_session
def export_audit(
    session: Session, since: str | None, until: str | None, shape: str, path: Path | None
) -> None:
    """Every entry, newest first, one a line; for admins."""
    entries = session.client.audit(session.zone, since=since, until=until)
    write = write_csv if shape == "csv" else write_jsonl
    if path is None:
        write(sys.stdout, entries)
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        count = write(file, entries)
    output.errors.print(f"{count} entries in {path}.", markup=False)


def write_jsonl(file: TextIO, entries: Iterable[Mapping[str, Any]]) -> int:
    """One JSON object a line, as the API answers them. Returns how many."""
    count = 0
    for entry in entries:
        file.write(json.dumps(entry, ensure_ascii=False, separators=(",", ":")) + "\n")
        count += 1
    return count


def write_csv(file: TextIO, entries: Iterable[Mapping[str, Any]]) -> int:
    """A table with a header; ``before`` and ``after`` are JSON in their cell. Returns how many."""
    writer = csv.writer(file)
    writer.writerow((*COLUMNS, *ORIGIN, *IDS))
    count = 0
    for entry in entries:
        origin = entry.get("origin", {})
        cells = [entry.get(name) for name in COLUMNS]
        cells += [origin.get(name) for name in ORIGIN]
        cells += [entry.get(name) for name in IDS]
        writer.writerow(_cell(cell) for cell in cells)
        count += 1
    return count


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
    return f"'{text}" if text.startswith(FORMULAS) else text
