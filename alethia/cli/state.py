"""terraform states: versions, differences, a copy, the way back, a stuck lock."""

import base64
import os
from pathlib import Path
from typing import Any

import click

from . import output
from .main import Session, cli, pass_session

reason_option = click.option(
    "--reason", prompt="Why", help="Kept for ever beside who did it and when.", required=True
)


@cli.group()
def state() -> None:
    """A spec's terraform state. These are for admins; each act is recorded."""


@state.command("show")
@click.argument("spec")
@pass_session
def show_state(session: Session, spec: str) -> None:
    """Where the state stands, and who holds its lock."""
    session.show(session.client.state(spec), _show_state)


@state.command("list")
@click.argument("spec")
@pass_session
def list_versions(session: Session, spec: str) -> None:
    """Every version, newest first."""
    session.show(
        session.client.state_versions(spec),
        lambda page: output.table(
            ("Version", "Serial", "Status", "Resources", "By", "When", "Why"),
            (
                (
                    f"{'→ ' if one['is_head'] else '  '}{one['version_id']}",
                    one["version"]["serial"],
                    one["version"]["status"],
                    one["version"]["resources"],
                    one["version"].get("by") or one["version"].get("job_id"),
                    one["version"]["created_at"],
                    one["version"].get("reason"),
                )
                for one in page["items"]
            ),
        ),
    )


@state.command("pull")
@click.argument("spec")
@click.option("--version", help="Which; else the newest.")
@click.option(
    "-o",
    "--output",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="A file that only you can read; it holds secrets in clear.",
)
@reason_option
@pass_session
def pull_state(session: Session, spec: str, version: str | None, path: Path, reason: str) -> None:
    """Save a version, decrypted."""
    pulled = session.client.pull_state(spec, version_id=version, reason=reason)
    clear = pulled["state"].encode() if pulled["state"] is not None else _unseal(session, pulled["sealed"])
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        os.fchmod(handle, 0o600)
        file.write(clear)
    about = {name: pulled[name] for name in ("version_id", "serial", "lineage", "sha256")} | {
        "file": str(path)
    }
    session.show(
        about, lambda it: output.console.print(f"Serial {it['serial']} is in {path}. It holds secrets.")
    )


@state.command("diff")
@click.argument("spec")
@click.argument("before")
@click.argument("after")
@pass_session
def diff_state(session: Session, spec: str, before: str, after: str) -> None:
    """Which resources and attributes differ between two versions; never their values."""
    session.show(session.client.diff_state(spec, before, after), lambda it: output.print_json(it["diff"]))


@state.command("rollback")
@click.argument("spec")
@click.argument("version")
@reason_option
@pass_session
def roll_back(session: Session, spec: str, version: str, reason: str) -> None:
    """Make an older version the newest. It changes what terraform knows, and nothing in the cloud."""
    head = session.client.state(spec)["version_id"]
    answer = session.client.roll_back_state(spec, version_id=version, head_version_id=head, reason=reason)
    session.show(answer, lambda it: output.console.print(f"{it['version_id']} is the newest now. Plan next."))


@state.command("unlock")
@click.argument("spec")
@click.option("--even-if-alive", is_flag=True, help="Although its holder may still be writing.")
@reason_option
@pass_session
def unlock(session: Session, spec: str, even_if_alive: bool, reason: str) -> None:
    """Break the lock that is held now; whoever held it can commit no more."""
    lock = session.client.state(spec)["lock"]
    if lock is None:
        output.console.print("The state is not locked.")
        return
    answer = session.client.break_lock(
        spec, lock_id=lock["lock"]["info"]["id"], reason=reason, even_if_alive=even_if_alive
    )
    session.show(answer, _show_state)


def _show_state(view: dict[str, Any]) -> None:
    say = output.console.print
    say(f"{view['name']}  epoch {view['epoch']}", markup=False)
    if view["version"]:
        say(f"newest  {view['version_id']}  {view['version']['resources']} resources", markup=False)
    else:
        say("nothing was ever committed")
    lock = view["lock"]
    if lock:
        say(f"locked by job {lock['lock']['job_id']} since {lock['lock']['taken_at']}", style="yellow")
        say(f"{lock['why']} Safe to break: {'yes' if lock['safe_to_break'] else 'no'}.", markup=False)


def _unseal(session: Session, sealed: dict[str, Any]) -> bytes:
    """Open a large state here: its bytes come straight from the store, the key from the API."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from chalicelib.domain.envelope import unpack
    from chalicelib.domain.snapshot import sha256_hex

    body = session.client.download(sealed["url"])
    if sha256_hex(body) != sealed["sha256"]:
        raise click.ClickException("The download is not what was stored; nothing was written.")
    header, head, ciphertext = unpack(body)
    key = AESGCM(base64.b64decode(sealed["key"]))
    return key.decrypt(base64.b64decode(header.nonce), ciphertext, head)
