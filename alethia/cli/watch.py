"""Following a run live: the jobs' logs as they come, and how far an apply is."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from rich.text import Text

from ..client import Client
from . import output
from .results import show_result

POLL_SECONDS = 1.0
EXIT_INTERRUPTED = 130
ENDED = ("SUCCESS", "FAILED", "CANCELLED")
STOPS = ("AWAITING_REVIEW", "DONE", "REJECTED", "EXPIRED", "SUPERSEDED", "FAILED", "CANCELLED")
PHASES = {
    "prepare": "dim",
    "init": "dim",
    "plan": "cyan",
    "apply": "green",
    "stack": "cyan",
    "destroy": "red",
    "collect": "dim",
}


@contextmanager
def watching(again: str, job_or_run: str) -> Iterator[None]:
    """Ctrl-C ends the watching, and says that it ended nothing else. `again` is the command to go on."""
    try:
        yield
    except KeyboardInterrupt:
        output.errors.print(
            f"\nNo longer watched; it goes on. {again}   ·   stop it: alethia cancel {job_or_run}"
        )
        raise click.exceptions.Exit(EXIT_INTERRUPTED) from None


def follow_run(client: Client, run_id: str, *, quiet: bool = False) -> dict[str, Any]:
    """Show a run's jobs until it waits for a person or is over; the run as it is then.

    ``quiet`` prints nothing (for ``--json``).
    """
    shown: set[str] = set()
    while True:
        run: dict[str, Any] = client.run(run_id)
        job_id = run.get("apply_job_id") or run.get("plan_job_id")
        if job_id and job_id not in shown and run["status"] not in ("AWAITING_REVIEW",):
            shown.add(job_id)
            follow_job(client, job_id, quiet=quiet)
            continue
        if run["status"] in STOPS:
            return run
        time.sleep(POLL_SECONDS / 2)


def follow_job(client: Client, job_id: str, *, quiet: bool = False) -> dict[str, Any]:
    """Print what a job waits for, then its log as it grows, until the job is over; the job as it is then."""
    cursor: str | None = None
    waited_for: str | None = None
    came: str | None = None
    while True:
        job: dict[str, Any] = client.job(job_id)
        over = job["status"] in ENDED
        waits_for = job.get("waits_for")
        if waits_for and waits_for != waited_for and not quiet:
            output.console.print(Text(waits_for, style="dim"))
        waited_for = waits_for
        for chunk, seen in log_chunks(client, job_id, cursor):
            cursor = seen
            if not quiet:
                print_chunk(chunk)
        if over:
            if not quiet:
                show_end(job)
            return job
        if not quiet and (progress := progress_line(job.get("progress"))) not in (None, came):
            output.console.print(Text(str(progress), style="dim"))
            came = progress
        time.sleep(POLL_SECONDS)


def progress_line(progress: dict[str, Any] | None) -> str | None:
    """How far a job has come: ``3 of 17 done, at work: Cluster, Task``."""
    if not progress or not progress.get("planned"):
        return None
    line = f"{progress['done']} of {progress['planned']} done"
    return f"{line}, at work: {', '.join(progress['in_flight'])}" if progress.get("in_flight") else line


def log_chunks(
    client: Client, job_id: str, cursor: str | None
) -> Iterator[tuple[dict[str, Any], str | None]]:
    """Chunks after `cursor` that are there now, each with the cursor to go on from."""
    while True:
        page = client.logs(job_id, after=cursor)
        cursor = page.get("next_cursor") or cursor
        for chunk in page["items"]:
            yield chunk, cursor
        if not page["items"]:
            return


class Tally:
    """How far an apply or destroy is, from terraform's own events."""

    def __init__(self, client: Client, job_id: str) -> None:
        self._client = client
        self._job_id = job_id
        self._cursor: str | None = None
        self._planned: set[str] = set()
        self._done: set[str] = set()
        self._running: dict[str, None] = {}

    def read(self) -> None:
        """Take in what happened since."""
        while True:
            page = self._client.events(self._job_id, after=self._cursor)
            self._cursor = page["next_cursor"] or self._cursor
            for item in page["items"]:
                self._take(item.get("event", item))
            if not page["items"]:
                return

    def _take(self, event: dict[str, Any]) -> None:
        address = str(event["address"])
        if event["action"] in ("read", "no-op"):
            return
        self._planned.add(address)
        match event["kind"]:
            case "apply_start":
                self._running[address] = None
            case "apply_complete":
                self._running.pop(address, None)
                self._done.add(address)
            case "apply_errored":
                self._running.pop(address, None)

    @property
    def planned(self) -> int:
        """Resources that are to change."""
        return len(self._planned)

    @property
    def done(self) -> int:
        """Resources that have."""
        return len(self._done)

    @property
    def now(self) -> str:
        """The resource that has been at work the longest."""
        return next(iter(self._running), "")


def print_chunk(chunk: dict[str, Any]) -> None:
    """A chunk, each line under its phase."""
    phase = str(chunk["phase"])
    for line in str(chunk["text"]).splitlines():
        shown = Text(f"{phase:>8} │ ", style=PHASES.get(phase, "dim"))
        shown.append(line, style="red" if chunk["stream"] == "stderr" else "")
        output.console.print(shown, soft_wrap=True)


def show_end(job: dict[str, Any]) -> None:
    """How a job ended, or what it waits for; a failed one with all that is known."""
    output.console.print(
        Text(f"{job['job_type']} "),
        output.status(job["status"]),
        Text(f"  {job['job_id']}", style="dim"),
        sep="",
    )
    if job.get("waits_for"):
        output.console.print(job["waits_for"], markup=False)
    error = job.get("error")
    if error:
        output.console.print(Text(f"{error['step']}: {error['message']}", style="red"))
        for one in error.get("diagnostics", []):
            where = f" ({one['address']})" if one.get("address") else ""
            output.console.print(Text(f"  {one['severity']}: {one['summary']}{where}", style="red"))
            if one.get("detail"):
                output.console.print(Text(f"    {one['detail']}"))
    progress = job.get("progress")
    if progress and job["status"] != "SUCCESS":
        output.console.print(f"  {progress['done']} of {progress['planned']} changes are done.")
        for name in ("in_flight", "failed"):
            for address in progress.get(name, []):
                output.console.print(f"  {name.replace('_', ' ')}: {address}", markup=False)
        for orphan in progress.get("orphans", []):
            output.console.print(f"  exists, but is not in the state: {orphan['address']}", markup=False)
            if orphan.get("import_command"):
                output.console.print(f"    {orphan['import_command']}", markup=False)
    show_result(job.get("result"))
