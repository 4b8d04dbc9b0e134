"""Runners in customers' own AWS accounts: ``alethia runner deploy``, ``update`` and ``destroy``."""

from collections.abc import Callable
from typing import Any

import click

from .main import Session, pass_session
from .runner import runner
from .single_jobs import began, watch_option

Command = Callable[..., Any]


def size_options(command: Command) -> Command:
    """How large its tasks are, and how long their logs stay."""
    options = (
        click.option("--cpu", type=int, help="CPU units of a task; 1024 are one vCPU.  [default: 1024]"),
        click.option("--memory", "memory_mib", type=int, help="Memory of a task, in MiB.  [default: 2048]"),
        click.option("--log-days", type=int, help="How long the account keeps the logs.  [default: 90]"),
    )
    for option in reversed(options):
        command = option(command)
    return command


@runner.command()
@click.argument("name")
@click.option("--identity", "identity_id", required=True, help="The linked AWS account.")
@click.option("--region", required=True, help="Where in the account; one runner for each region.")
@click.option("--vpc", help="A network of your own; without it, the stack makes one.")
@click.option("--subnet", "subnets", multiple=True, help="Of that network; can be given several times.")
@click.option("--public-subnets", is_flag=True, help="They are public: tasks get an address of their own.")
@size_options
@watch_option
@pass_session
def deploy(
    session: Session,
    /,
    name: str,
    identity_id: str,
    region: str,
    vpc: str | None,
    subnets: tuple[str, ...],
    public_subnets: bool,
    watch: bool,
    **size: int | None,
) -> int:
    """Deploy a runner into a linked AWS account."""
    if bool(vpc) != bool(subnets):
        raise click.UsageError("Give --vpc together with its --subnet, or neither.")
    network = {"vpc_id": vpc, "subnet_ids": list(subnets), "assign_public_ip": public_subnets}
    form = {"name": name, "identity_id": identity_id, "region": region, **_said(size)}
    if vpc:
        form["network"] = network
    return began(session, session.client.deploy_runner(session.zone, form), watch)


@runner.command()
@click.argument("runner_id")
@click.option("--new-credential", is_flag=True, help="Replace its credential in the account as well.")
@size_options
@watch_option
@pass_session
def update(session: Session, /, runner_id: str, new_credential: bool, watch: bool, **size: int | None) -> int:
    """Roll a deployed runner to the newest image; what it runs goes on as it began."""
    changes = {"new_credential": new_credential, **_said(size)}
    return began(session, session.client.update_runner(session.zone, runner_id, changes), watch)


@runner.command()
@click.argument("runner_id")
@click.option(
    "--confirm",
    "name",
    prompt="Type the runner's name to take it out of the account",
    help="The runner's name; asked for when left out.",
)
@watch_option
@pass_session
def destroy(session: Session, runner_id: str, name: str, watch: bool) -> int:
    """Drain a deployed runner, and take everything of it out of the account."""
    return began(session, session.client.destroy_runner(session.zone, runner_id, name=name), watch)


def _said(options: dict[str, int | None]) -> dict[str, Any]:
    """What was given; the server knows the rest."""
    return {name: value for name, value in options.items() if value is not None}
