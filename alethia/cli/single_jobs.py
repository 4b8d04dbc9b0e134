"""Jobs by themselves: test a linked account, list what it has, prove a spec's workspace."""

from typing import Any

import click

from . import output
from .identities import identities
from .main import EXIT_FAILED, Session, cli, pass_session
from .runs import runner_option
from .watch import follow_job, watching

watch_option = click.option("--watch/--no-watch", default=False, help="Follow it to its end.")


@identities.command("test")
@click.argument("identity")
@watch_option
@runner_option
@pass_session
def test_identity(session: Session, identity: str, watch: bool, runner: str | None) -> int:
    """Test a linked account: are we let in, and which permissions are missing."""
    return began(session, session.client.test_identity(session.zone, identity, runner=runner), watch)


@identities.command("fetch")
@click.argument("identity")
@watch_option
@runner_option
@pass_session
def fetch_resources(session: Session, identity: str, watch: bool, runner: str | None) -> int:
    """List what a linked account has: networks, subnets, hosted zones."""
    return began(session, session.client.fetch_resources(session.zone, identity, runner=runner), watch)


@cli.command()
@click.argument("spec")
@watch_option
@runner_option
@pass_session
def bootstrap(session: Session, spec: str, watch: bool, runner: str | None) -> int:
    """Prove a spec's workspace: the store, the state's lock, the template, the repositories."""
    return began(session, session.client.bootstrap(spec, runner=runner), watch)


def began(session: Session, job: dict[str, Any], watch: bool) -> int:
    """Show a job that was started, or follow it to its end; the command's exit code."""
    if not watch:
        session.show(job, _show_started)
        return 0
    job_id = str(job["job_id"])
    with watching(f"alethia logs -f {job_id}", job_id):
        job = follow_job(session.client, job_id, quiet=session.as_json)
    if session.as_json:
        output.print_json(job)
    return 0 if job["status"] == "SUCCESS" else EXIT_FAILED


def _show_started(job: dict[str, Any]) -> None:
    output.console.print(f"{job['job_id']}   (alethia logs -f {job['job_id']})")
