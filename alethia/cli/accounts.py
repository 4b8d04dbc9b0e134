"""Signing in, zones and cloud identities."""

import click

from ..client import Client
from . import output
from .config import Config, write_config
from .main import Session, cli, pass_session


@cli.command()
@click.argument("url")
@click.option("--token", prompt="Sign-in token", hide_input=True, help="Asked for when left out.")
@pass_session
def login(session: Session, url: str, token: str) -> None:
    """Remember an address and a sign-in token, after trying them."""
    me = Client(url, token).me()
    path = write_config(Config(url=url.rstrip("/"), token=token))
    session.show(me, lambda it: output.console.print(f"Signed in to {url} as {it['user']}. Kept in {path}."))


@cli.command()
@pass_session
def token(session: Session) -> None:
    """Print the sign-in token in use, for a script or the console."""
    session.client.me()
    print(session.token or session.config.token)


@cli.group()
def zones() -> None:
    """Zones: who works together on which specs."""


@zones.command("list")
@pass_session
def list_zones(session: Session) -> None:
    """The zones that you are a member of."""
    session.show(
        session.client.zones(),
        lambda page: output.table(
            ("Zone", "Name", "Your role"),
            ((zone["zone_id"], zone["name"], zone.get("role")) for zone in page["items"]),
        ),
    )


@zones.command("create")
@click.argument("name")
@pass_session
def create_zone(session: Session, name: str) -> None:
    """Make a zone; you are its admin."""
    session.show(session.client.create_zone(name), lambda zone: output.console.print(zone["zone_id"]))


@cli.group()
def identities() -> None:
    """Cloud identities: linked accounts that specs provision into."""


@identities.command("list")
@pass_session
def list_identities(session: Session) -> None:
    """The zone's linked accounts."""
    session.show(
        session.client.identities(session.zone),
        lambda page: output.table(
            ("Identity", "Name", "Provider", "Account", "Role", "Status"),
            (
                (
                    one["identity_id"],
                    one["name"],
                    one["provider"],
                    one.get("account_id"),
                    one.get("role_reference"),
                    output.status(one["status"]),
                )
                for one in page["items"]
            ),
        ),
    )
