"""Zones: who works together on which specs."""

import click

from . import output
from .main import Session, cli, pass_session


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


@zones.command("rename")
@click.argument("name")
@pass_session
def rename_zone(session: Session, name: str) -> None:
    """Give the zone another name; for its admins."""
    session.show(
        session.client.rename_zone(session.zone, name),
        lambda zone: output.console.print(f"{zone['zone_id']} is called {zone['name']}.", markup=False),
    )
