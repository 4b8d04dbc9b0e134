"""Cloud identities: linking accounts, setting up their side, looking at what is in them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from chalicelib.domain.words import CloudProvider

from . import output
from .main import Session, cli, pass_session

GCP = ("project_number", "pool_id", "provider_id", "service_account")
AZURE = ("tenant_id", "client_id")
EDITABLE = (
    "name",
    "account_id",
    "method",
    "role_reference",
    "worker_role_reference",
    "gcp",
    "azure",
    "region",
)
SHOWN = (
    "identity_id",
    "provider",
    "account_id",
    "method",
    "role_reference",
    "worker_role_reference",
    "external_id",
)

Command = Callable[..., Any]


def link_options(command: Command) -> Command:
    """How an account is let into, cloud by cloud."""
    options = (
        click.option("--account", "account_id", help="AWS account, GCP project id, Azure subscription id."),
        click.option(
            "--method",
            type=click.Choice(["role", "web_identity", "federation", "runner"]),
            help="Else role for AWS, federation for GCP and Azure.",
        ),
        click.option("--role", "role_reference", help="AWS: ARN of the role."),
        click.option(
            "--worker-role", "worker_role_reference", help="AWS: ARN of the role that deploys runners."
        ),
        click.option("--region", help="Where a connection test asks."),
        click.option("--project-number", help="GCP: number of the pool's project."),
        click.option("--pool", "pool_id", help="GCP: the workload identity pool."),
        click.option("--pool-provider", "provider_id", help="GCP: the pool's provider."),
        click.option("--service-account", help="GCP: whom jobs act as."),
        click.option("--tenant", "tenant_id", help="Azure: the directory."),
        click.option("--client-id", help="Azure: the app registration."),
    )
    for option in reversed(options):
        command = option(command)
    return command


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
            ("Identity", "Name", "Provider", "Account", "Method", "Status", "Tested"),
            (
                (
                    one["identity_id"],
                    one["name"],
                    one["provider"],
                    one.get("account_id"),
                    one["method"],
                    output.status(one["status"]),
                    one.get("tested_at"),
                )
                for one in page["items"]
            ),
        ),
    )


@identities.command("create")
@click.argument("name")
@click.option(
    "--provider",
    type=click.Choice([cloud.value for cloud in CloudProvider]),
    default="aws",
    show_default=True,
    help="Whose account it is.",
)
@link_options
@pass_session
def create_identity(session: Session, /, name: str, provider: str, **given: str | None) -> None:
    """Link an account. It waits for its setup and a connection test."""
    form = {"name": name, "provider": provider, **_form(given)}

    def say(identity: dict[str, Any]) -> None:
        print(identity["identity_id"])
        output.errors.print(f"Next: alethia identities setup {identity['identity_id']}", markup=False)

    session.show(session.client.link_account(session.zone, form), say)


@identities.command("show")
@click.argument("identity")
@pass_session
def show_identity(session: Session, identity: str) -> None:
    """One linked account, and what its last connection test said."""
    session.show(session.client.identity(session.zone, identity), _show)


template_option = click.option(
    "--template",
    "template_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write AWS's CloudFormation template to this file.",
)


@identities.command("setup")
@click.argument("identity")
@template_option
@pass_session
def show_setup(session: Session, identity: str, template_file: Path | None) -> None:
    """What to do on the account's side: steps, a link, and snippets with the right values."""
    setup = session.client.identity_setup(session.zone, identity)
    _tell(session, setup, template_file, "alethia identities setup … --template alethia-link.json")


@identities.command("runner-setup")
@click.argument("identity")
@template_option
@pass_session
def show_runner_setup(session: Session, identity: str, template_file: Path | None) -> None:
    """What to do on the account's side before runners can be deployed there (AWS)."""
    setup = session.client.identity_runner_setup(session.zone, identity)
    _tell(session, setup, template_file, "alethia identities runner-setup … --template alethia-runners.json")


def _tell(session: Session, setup: dict[str, Any], template_file: Path | None, to_have_it: str) -> None:
    """Show a setup, or write its template to a file."""
    if template_file is not None:
        if not setup.get("template"):
            raise click.UsageError("This identity's setup has no CloudFormation template.")
        template_file.write_text(setup["template"])
        output.errors.print(f"The template is in {template_file}.", markup=False)
        return
    session.show(setup, lambda setup: _show_setup(setup, to_have_it))


@identities.command("edit")
@click.argument("identity")
@click.option("--name", help="What people call it.")
@link_options
@pass_session
def edit_identity(session: Session, /, identity: str, name: str | None, **given: str | None) -> None:
    """Change what is given and keep the rest. Another account, role or method has to be tested again."""
    seen = session.client.identity(session.zone, identity)
    form = {field: seen[field] for field in EDITABLE} | _form(given, seen)
    if name is not None:
        form["name"] = name
    session.show(session.client.edit_identity(session.zone, identity, form), _show)


@identities.command("delete")
@click.argument("identity")
@pass_session
def delete_identity(session: Session, identity: str) -> None:
    """Unlink an account that no spec and no deployed runner uses. In the account, delete the role (or its
    stack) as well."""
    session.client.delete_identity(session.zone, identity)
    output.errors.print(f"{identity} is unlinked.", markup=False)


@identities.command("resources")
@click.argument("identity")
@pass_session
def show_resources(session: Session, identity: str) -> None:
    """What was last fetched from the account (see `alethia identities fetch`)."""
    session.show(session.client.identity_resources(session.zone, identity), _show_fetched)


@identities.command("emulate-link")
@click.argument("identity")
@click.option("--name", help="The embedded stack's name; else the last that came up.")
@click.option("--data-dir", type=click.Path(file_okay=False, path_type=Path), help="The stack's data.")
@click.option("--runners", is_flag=True, help="Also the role that deploys runners.")
@pass_session
def emulate_link(
    session: Session, identity: str, name: str | None, data_dir: Path | None, runners: bool
) -> None:
    """Embedded stack only: play the customer who follows the setup in their emulated account."""
    from chalicelib.domain.identity import Identity

    from ..embedded import customers
    from ..embedded.errors import StackError
    from .sign_in import stack_folder
    from .stack import default_dir

    seen = session.client.identity(session.zone, identity)
    setup = session.client.identity_setup(session.zone, identity)
    folder = default_dir(name) if name and not data_dir else stack_folder(data_dir)
    linked, at = Identity.model_validate(seen), (folder, session.client.url)
    form = {field: seen[field] for field in EDITABLE}
    try:
        form |= customers.follow(*at, linked, setup)
        if runners:
            setup = session.client.identity_runner_setup(session.zone, identity)
            form |= customers.follow_for_runners(*at, linked, setup)
    except StackError as error:
        raise click.ClickException(str(error)) from None
    session.show(session.client.edit_identity(session.zone, identity, form), _show)


def _form(given: dict[str, str | None], seen: dict[str, Any] | None = None) -> dict[str, Any]:
    """The fields that were given, as the API takes them; GCP's and Azure's lie in a group of their own."""
    said = {field: value for field, value in given.items() if value is not None}
    form: dict[str, Any] = {field: value for field, value in said.items() if field not in (*GCP, *AZURE)}
    for group, fields in (("gcp", GCP), ("azure", AZURE)):
        inner = {field: said[field] for field in fields if field in said}
        if inner:
            form[group] = {**((seen or {}).get(group) or {}), **inner}
    return form


def _show(identity: dict[str, Any]) -> None:
    line = Text(f"{identity['name']}  ")
    line.append_text(output.status(identity["status"]))
    output.console.print(line)
    for field in SHOWN:
        if identity.get(field):
            label = field.replace("worker_role_reference", "worker role").replace("_", " ")
            output.console.print(f"  {label:<15} {identity[field]}", markup=False)
    for field in ("gcp", "azure"):
        for key, value in (identity.get(field) or {}).items():
            output.console.print(f"  {key.replace('_', ' '):<15} {value}", markup=False)
    if identity.get("tested_at"):
        output.console.print(f"  tested          {identity['tested_at']}", markup=False)
    if identity.get("problem"):
        output.console.print(Text(f"  {identity['problem']}", style="red"))


def _show_setup(setup: dict[str, Any], to_have_the_template: str) -> None:
    say = output.console.print
    for number, step in enumerate(setup["steps"], 1):
        say(Text(f"{number}. {step}"))
    if setup.get("link"):
        say(Text("\nOne click:", style="bold"))
        say(setup["link"], markup=False, soft_wrap=True)
    elif setup.get("no_link"):
        say(Text(f"\n{setup['no_link']}", style="dim"))
    for snippet in setup["snippets"]:
        say(Text(f"\n{snippet['title']}", style="bold"))
        say(snippet["text"], markup=False, soft_wrap=True)
    if setup.get("template"):
        say(Text(f"The template: {to_have_the_template}", style="dim"))


def _show_fetched(fetched: dict[str, Any]) -> None:
    found = fetched["resources"]
    output.console.print(f"Fetched {fetched['fetched_at']}", markup=False)
    output.console.print(f"Regions: {', '.join(one['name'] for one in found['regions']) or 'none'}")
    output.table(
        ("Network", "Name", "Region", "Range"),
        ((n["network_id"], n["name"], n["region"], n["cidr_block"]) for n in found["networks"]),
        title="Networks",
    )
    output.table(
        ("Subnet", "Network", "Name", "Zone", "Range", "Public"),
        (
            (
                s["subnet_id"],
                s["network_id"],
                s["name"],
                s["zone"],
                s["cidr_block"],
                _yes(s["public"]),
            )
            for s in found["subnets"]
        ),
        title="Subnets",
    )
    output.table(
        ("Hosted zone", "Domain", "Private"),
        ((z["hosted_zone_id"], z["domain_name"], _yes(z["private"])) for z in found["hosted_zones"]),
        title="Hosted zones",
    )
    for sentence in found["unreadable"]:
        output.console.print(Text(sentence, style="yellow"))
    if found["truncated"]:
        output.console.print(Text(f"Cut at their limits: {', '.join(found['truncated'])}", style="yellow"))


def _yes(holds: bool) -> str | None:
    return "yes" if holds else None
