"""Jobs: list, read, follow the log, cancel, run again."""

from typing import Any

import click

from ..client import Client
from ..transport import NotFound
from . import output
from .main import Session, cli, pass_session
from .watch import ENDED, follow_job, log_chunks, print_chunk, show_end, watching


@cli.command()
@click.argument("job", required=False)
@click.option("--spec", help="Only this spec's.")
@pass_session
def jobs(session: Session, job: str | None, spec: str | None) -> None:
    """Jobs, newest first; or one, by its id."""
    if job:
        session.show(session.client.job(job), show_end)
        return
    page = session.client.jobs(zone_id=None if spec else session.zone, spec_id=spec)
    session.show(
        page,
        lambda it: output.table(
            ("Job", "Type", "About", "Status", "Attempt", "By", "When"),
            (
                (
                    one["job_id"],
                    one["job_type"],
                    one["spec_id"] or one.get("identity_id") or one.get("worker_id"),
                    output.status(one["status"]),
                    one["attempt"],
                    one["created_by"],
                    one["created_at"],
                )
                for one in it["items"]
            ),
        ),
    )


@cli.command()
@click.argument("job")
@click.option("-f", "--follow", is_flag=True, help="Go on until the job is over.")
@pass_session
def logs(session: Session, job: str, follow: bool) -> None:
    """A job's log."""
    if session.as_json:
        output.print_json([chunk for chunk, _ in log_chunks(session.client, job, None)])
    elif follow:
        with watching(f"alethia logs -f {job}", job):
            follow_job(session.client, job)
    else:
        for chunk, _ in log_chunks(session.client, job, None):
            print_chunk(chunk)


@cli.command()
@click.argument("job")
@pass_session
def cancel(session: Session, job: str) -> None:
    """Cancel a job, or what a run is at: terraform is asked to stop, and what exists by then is kept."""
    answer = session.client.cancel(_at_work(session.client, job))
    session.show(answer, _show_cancelled)


@cli.command()
@click.argument("job")
@pass_session
def rerun(session: Session, job: str) -> None:
    """Run an ended job again, as a new run of the spec as it is now."""
    session.show(session.client.rerun(job), lambda run: output.console.print(run["run_id"]))


def _at_work(client: Client, named: str) -> str:
    """The job that is meant. A run has the id of its first job; what it is at may be its apply."""
    try:
        return str(client.run(named).get("apply_job_id") or named)
    except NotFound:
        return named


def _show_cancelled(job: dict[str, Any]) -> None:
    asked = "" if job["status"] in ENDED else "Cancel requested: "
    output.console.print(f"{asked}{job['job_id']}  ", output.status(job["status"]), sep="")
