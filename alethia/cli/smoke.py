"""``alethia smoke``: prove a deployment with a throw-away spec."""

import click
from rich.text import Text

from ..client import Client
from ..smoke import PATIENCE_SECONDS, Check, Smoke
from . import output
from .main import EXIT_FAILED, Session, cli, pass_session
from .runs import runner_option


@cli.command()
@click.option("--identity", help="Linked account that the throw-away spec goes to; else your only one.")
@click.option("--region", help="Where it goes; else the identity's region.")
@click.option(
    "--patience", type=float, default=PATIENCE_SECONDS, show_default=True, help="Seconds for a job."
)
@runner_option
@pass_session
def smoke(
    session: Session, identity: str | None, region: str | None, patience: float, runner: str | None
) -> int:
    """Prove this deployment: plan, review, apply and destroy a queue and a bucket, then clean up."""
    told = Smoke(
        client=session.client,
        nobody=Client(session.client.url, None),
        zone_id=session.zone,
        identity_id=identity or _only_account(session),
        region=region,
        runner=runner,
        patience=patience,
        tell=(lambda _check: None) if session.as_json else _say,
    )
    well = told.run()
    if session.as_json:
        output.print_json(
            [
                {"check": one.what, "seconds": round(one.seconds, 1), "problem": one.problem}
                for one in told.checks
            ]
        )
    elif well:
        output.console.print("This deployment works.", style="green")
    return 0 if well else EXIT_FAILED


def _only_account(session: Session) -> str:
    """The zone's linked account, if there is just one."""
    ids = [str(one["identity_id"]) for one in session.client.identities(session.zone)["items"]]
    if len(ids) != 1:
        raise click.UsageError(
            f"Say which linked account with --identity; there are: {', '.join(ids) or 'none'}."
        )
    return ids[0]


def _say(check: Check) -> None:
    if check.problem is None:
        line = Text.assemble(("ok", "green"), f"      {check.what} ({check.seconds:.1f} s)")
        output.console.print(line)
    else:
        output.errors.print(f"FAILED  {check.what}: {check.problem}", style="red", markup=False)
