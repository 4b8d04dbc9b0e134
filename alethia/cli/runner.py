"""Runners: register, list, rotate, drain, delete; and ``start``, which makes this machine one."""

import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from ..transport import ApiError
from . import output
from .main import EXIT_NOT_ALLOWED, Session, cli, exit_code, pass_session
from .terminal import shown

CREDENTIAL = "ALETHIA_RUNNER_CREDENTIAL"


class NewFile(click.Path):
    """A file that is to be written: refused before what it is to hold is made."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        path = Path(str(super().convert(value, param, ctx)))
        if not os.access(path.parent, os.W_OK | os.X_OK):
            self.fail(f"there is no folder {path.parent} that you can write to.", param, ctx)
        return path


NEW_FILE = NewFile(dir_okay=False, path_type=Path)


@cli.group()
def runner() -> None:
    """Runners: where jobs execute."""


@runner.command()
@click.argument("name")
@click.option("--credential-file", type=NEW_FILE, help="Keep it there, mode 0600.")
@pass_session
def register(session: Session, name: str, credential_file: Path | None) -> None:
    """Register a self-hosted runner; its credential is shown once."""
    if credential_file is not None and credential_file.exists():
        raise click.UsageError(f"{credential_file} is there already; name another file, or remove it.")
    _show_credential(session, session.client.register_runner(session.zone, name), credential_file)


@runner.command("list")
@pass_session
def list_runners(session: Session) -> None:
    """The runners that serve the zone."""
    session.show(session.client.runners(session.zone), _show_runners)


@runner.command()
@click.argument("runner_id")
@click.option("--credential-file", type=NEW_FILE, help="Keep it there, mode 0600.")
@pass_session
def rotate(session: Session, runner_id: str, credential_file: Path | None) -> None:
    """Give a runner a new credential; the one before ends."""
    _show_credential(session, session.client.rotate_runner(session.zone, runner_id), credential_file)


@runner.command()
@click.argument("runner_id")
@pass_session
def drain(session: Session, runner_id: str) -> None:
    """Let a runner finish what it has and take nothing more."""
    session.show(session.client.drain_runner(session.zone, runner_id), _show_status)


@runner.command()
@click.argument("runner_id")
@pass_session
def undrain(session: Session, runner_id: str) -> None:
    """Let a runner take jobs again."""
    session.show(session.client.undrain_runner(session.zone, runner_id), _show_status)


@runner.command()
@click.argument("runner_id")
@pass_session
def delete(session: Session, runner_id: str) -> None:
    """End a runner's registration; one that has jobs must be draining."""
    session.client.delete_runner(session.zone, runner_id)
    if not session.as_json:
        output.console.print("Deleted.")


@runner.command()
@click.option("--url", help="Address of the API; else as for every command.")
@click.option(
    "--credential-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=f"File with the credential; else {CREDENTIAL}.",
)
@click.option("--slots", type=click.IntRange(1, 64), default=2, show_default=True, help="Jobs at once.")
@click.option("--once", is_flag=True, help="Ask once, do what there is, and end.")
@click.option(
    "--dir",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="For scratch files and workers' logs.  [default: ~/.cache/alethia/runner]",
)
@pass_session
def start(
    session: Session,
    url: str | None,
    credential_file: Path | None,
    slots: int,
    once: bool,
    folder: Path | None,
) -> None:
    """Make this machine a runner: ask for jobs and do them, until Ctrl-C.

    Ctrl-C (or SIGTERM) takes no more jobs and ends with the last one in hand; a second one stops those, too.
    """
    from runner_task.settings import RUNNER_VERSION

    from ..runner.api import PollApi
    from ..runner.loop import Loop
    from ..runner.slots import Slots, own_folder, prune_logs

    address = url or session.url or session.config.url
    if not address:
        raise click.UsageError("Say which Alethia with --url (or ALETHIA_URL).")
    credential = _credential(credential_file)
    folder = folder or Path.home() / ".cache" / "alethia" / "runner"
    prune_logs(folder / "logs", now=time.time())
    with own_folder(folder / "work") as (work, lifeline):
        bench = Slots(
            slots,
            api_url=address.rstrip("/"),
            folder=work,
            lifeline=lifeline,
            logs=folder / "logs",
            environ=os.environ,
        )
        loop = Loop(
            PollApi(address, credential), bench, credential=credential, version=RUNNER_VERSION, tell=_tell
        )
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: loop.stop())
        _tell(f"Asking {address} for jobs; {slots} at once.")
        try:
            loop.run(once=once)
        except ApiError as refusal:
            _tell(f"The API refused this runner: {refusal}")
            sys.exit(EXIT_NOT_ALLOWED if refusal.status in (401, 403) else exit_code(refusal))


def _credential(file: Path | None) -> Callable[[], str]:
    """How to read it: from the file each time, as it may be rotated; from the environment once."""
    kept = os.environ.pop(CREDENTIAL, "").strip()
    if file is None:
        if not kept:
            raise click.UsageError(f"Give the runner's credential with --credential-file or {CREDENTIAL}.")
        return lambda: kept

    def read() -> str:
        nonlocal kept
        with suppress(OSError):  # while it is being replaced, the one before may still be good
            kept = file.read_text().strip() or kept
        return kept

    return read


def _show_credential(session: Session, answer: dict[str, Any], file: Path | None) -> None:
    credential = answer["credential"]
    if file is not None and credential is not None:
        _write_private(file, credential)
        answer = {**answer, "credential": None, "credential_file": str(file)}

    def render(it: dict[str, Any]) -> None:
        say = output.console.print
        say(f"Runner {it['runner']['runner_id']} ({it['runner']['name']})")
        if it["credential"] is not None:
            say(it["credential"])
        if it.get("credential_file"):
            say(f"Its credential is in {it['credential_file']}. Start it: ", end="")
            say(f"alethia runner start --credential-file {it['credential_file']}")
        else:
            say(it["note"], style="dim")

    session.show(answer, render)


def _write_private(path: Path, text: str) -> None:
    """Put it there at once, readable by its owner only, at no moment by anybody else."""
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(f"{text}\n")
    part.replace(path)


def _show_runners(page: dict[str, Any]) -> None:
    output.table(
        ("Runner", "Name", "Kind", "Status", "Deployed", "Version", "Slots", "Last seen", "Jobs"),
        (
            (
                one["runner_id"],
                one["name"],
                one["kind"],
                output.status(one["status"]),
                _deployed(one.get("worker")),
                one["version"],
                one["slots"],
                one["last_seen_at"],
                "\n".join(f"{job['job_type']} {job['job_id']} {job['status']}" for job in one["jobs"]),
            )
            for one in page["items"]
        ),
    )
    for one in page["items"]:
        if problem := (one.get("worker") or {}).get("problem"):
            output.console.print(f"{one['name']}: {problem}", markup=False)


def _deployed(worker: dict[str, Any] | None) -> str | None:
    """Of a runner in a customer's account: where its stack is, how it stands, and what its tasks run."""
    if worker is None:
        return None
    return f"{worker['account_id']} {worker['form']['region']} {worker['status']}\n{worker['image']}"


def _show_status(one: dict[str, Any]) -> None:
    output.console.print(f"{one['name']}: ", output.status(one["status"]), sep="")


def _tell(text: str) -> None:
    click.echo(f"{time.strftime('%H:%M:%S')} {shown(text)}", err=True)
