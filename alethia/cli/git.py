"""Git hosts that a zone has linked, so that its jobs can read private repositories."""

import json
import sys
from typing import Any

import click

from . import output
from .asking import ask_hidden
from .main import Session, cli, pass_session

WELL_KNOWN = {"github.com": "github", "gitlab.com": "gitlab"}
SECRET_FIELDS = ("token", "refresh_token", "client_id", "client_secret", "expires_at")


@cli.group()
def git() -> None:
    """Git hosts: tokens that let jobs read private repositories."""


@git.command("list")
@pass_session
def list_links(session: Session) -> None:
    """The zone's linked hosts; tokens are never shown."""
    session.show(
        session.client.git_links(session.zone),
        lambda page: output.table(
            ("Host", "Kind", "Account", "Linked by", "Linked", "Ends", "Problem"),
            (
                (
                    link["host"],
                    link["kind"],
                    link["account"],
                    link["linked_by"],
                    link["linked_at"],
                    _ends(link),
                    link.get("problem"),
                )
                for link in page["items"]
            ),
        ),
    )


@git.command("link")
@click.argument("host")
@click.option("--kind", type=click.Choice(["github", "gitlab"]), help="Whose API a host of your own speaks.")
@click.option("--oauth", is_flag=True, help="Ask for a refresh token and its application as well.")
@click.option("--stdin", "from_stdin", is_flag=True, help="Read the token, or one JSON object, from stdin.")
@click.option("--expires-at", help="When the token ends, such as 2026-12-31T00:00:00Z.")
@pass_session
def link(
    session: Session, host: str, kind: str | None, oauth: bool, from_stdin: bool, expires_at: str | None
) -> None:
    """Link a host such as github.com, or replace its token. The token is asked for, and tried first.

    With --stdin, a JSON object may hold token, refresh_token, client_id, client_secret and expires_at.
    """
    kind = kind or WELL_KNOWN.get(host.lower())
    if kind is None:
        raise click.UsageError(f"Say whether {host} is a GitHub or a GitLab: --kind github or --kind gitlab.")
    form = _from_stdin() if from_stdin else _asked_for(oauth)
    if expires_at:
        form["expires_at"] = expires_at
    session.show(
        session.client.link_git(session.zone, host, {"kind": kind, **form}),
        lambda made: output.console.print(f"{made['host']} is linked as {made['account']}.", markup=False),
    )


@git.command("unlink")
@click.argument("host")
@pass_session
def unlink(session: Session, host: str) -> None:
    """Forget a host and its token."""
    found = session.client.git_link(session.zone, host)
    session.client.unlink_git(session.zone, host)
    session.show(found, lambda it: output.console.print(f"{it['host']} is no longer linked."))


def _asked_for(oauth: bool) -> dict[str, Any]:
    form = {"token": ask_hidden("Token")}
    if oauth:
        form["refresh_token"] = ask_hidden("Refresh token")
        form["client_id"] = click.prompt("Client id")
        secret = ask_hidden("Client secret (empty if it has none)", may_be_empty=True)
        form |= {"client_secret": secret} if secret else {}
    return form


def _from_stdin() -> dict[str, Any]:
    """A bare token, or a JSON object of the fields that are known."""
    text = sys.stdin.read().strip()
    if not text:
        raise click.UsageError("Nothing came on standard input; pipe the token in.")
    if not text.startswith("{"):
        return {"token": text}
    try:
        form = json.loads(text)
    except ValueError:
        raise click.UsageError("What came on standard input begins like JSON and is none.") from None
    if odd := sorted(set(form) - set(SECRET_FIELDS)):
        raise click.UsageError(f"Not known here: {', '.join(odd)}. Known are {', '.join(SECRET_FIELDS)}.")
    return dict(form)


def _ends(link: dict[str, Any]) -> str:
    when = str(link.get("expires_at") or "not said")
    return f"{when}, then refreshed" if link.get("refreshable") else when
