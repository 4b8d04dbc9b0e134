"""The main job: plan, review, approve or reject, destroy."""

from typing import Any

import click

from . import output
from .main import EXIT_FAILED, Session, cli, pass_session
from .watch import follow_run, watching

ENDED_BADLY = ("FAILED", "CANCELLED", "REJECTED", "EXPIRED", "SUPERSEDED")

watch_option = click.option("--watch/--no-watch", default=False, help="Follow it to its next stop.")
runner_option = click.option("--runner", help="Which runner takes it, or `any`; else the zone's default.")


@cli.command()
@click.argument("spec")
@watch_option
@runner_option
@click.option(
    "--auto-approve", is_flag=True, help="Apply without a person, if nothing is replaced or destroyed."
)
@click.option("--background", is_flag=True, help="Nobody waits for it: runners take it after all else.")
@pass_session
def plan(
    session: Session, spec: str, watch: bool, runner: str | None, auto_approve: bool, background: bool
) -> int:
    """Plan a spec as it is now."""
    run = session.client.plan(spec, runner=runner, auto_approve=auto_approve, background=background)
    return _began(session, run, watch)


@cli.command()
@click.argument("spec")
@click.option(
    "--confirm",
    "project",
    prompt="Type the project's name to destroy everything in it",
    help="The project's name; asked for when left out.",
)
@watch_option
@runner_option
@pass_session
def destroy(session: Session, spec: str, project: str, watch: bool, runner: str | None) -> int:
    """Destroy everything of a spec."""
    return _began(session, session.client.destroy(spec, project_name=project, runner=runner), watch)


@cli.command()
@click.argument("run")
@click.option("--attributes/--no-attributes", default=True, help="Show each attribute that changes.")
@pass_session
def review(session: Session, run: str, attributes: bool) -> None:
    """What a run's plan would do: counts, cost, groups, and every resource."""
    found = session.client.run(run)
    answer = {"run": found, **session.client.review(found["plan_job_id"])}
    if session.as_json:
        answer["resources"] = list(session.client.review_resources(found["plan_job_id"]))
        output.print_json(answer)
        return
    output.plan_summary(answer["summary"], answer.get("cost"))
    output.plan_warnings(answer.get("warnings") or [])
    output.resource_changes(session.client.review_resources(found["plan_job_id"]), attributes=attributes)
    if found["status"] == "AWAITING_REVIEW":
        output.console.print(f"\nalethia approve {run}   ·   alethia reject {run}")


@cli.command()
@click.argument("run")
@click.option("--digest", help="Digest of the plan that you reviewed; else the run's plan as it is now.")
@click.option("--comment", default="", help="Kept beside your decision.")
@watch_option
@pass_session
def approve(session: Session, run: str, digest: str | None, comment: str, watch: bool) -> int:
    """Approve a run's plan: exactly that is applied, once the zone's number of people approved it."""
    digest = digest or session.client.run(run)["plan_digest"] or ""
    answer = session.client.approve(run, plan_digest=digest, comment=comment)
    return _began(session, answer, watch and answer["status"] != "AWAITING_REVIEW")


cli.add_command(approve, "apply")


@cli.command()
@click.argument("run")
@click.option("--digest", help="Digest of the plan that you reviewed; else the run's plan as it is now.")
@click.option("--comment", default="", help="Kept beside your decision.")
@pass_session
def reject(session: Session, run: str, digest: str | None, comment: str) -> None:
    """Reject a run's plan; the spec stays what it was."""
    digest = digest or session.client.run(run)["plan_digest"] or ""
    session.show(session.client.reject(run, plan_digest=digest, comment=comment), _show_run)


@cli.group()
def runs() -> None:
    """Runs: one pass of plan, review and apply each."""


@runs.command("list")
@click.option("--spec", help="Only this spec's.")
@pass_session
def list_runs(session: Session, spec: str | None) -> None:
    """Runs, newest first."""
    page = session.client.runs(zone_id=None if spec else session.zone, spec_id=spec)
    session.show(
        page,
        lambda it: output.table(
            ("Run", "Kind", "Spec", "Status", "By", "When"),
            (
                (
                    one["run_id"],
                    one["kind"],
                    one["spec_id"],
                    output.status(one["status"]),
                    one["created_by"],
                    one["created_at"],
                )
                for one in it["items"]
            ),
        ),
    )


@runs.command("show")
@click.argument("run")
@pass_session
def show_run(session: Session, run: str) -> None:
    """One run."""
    session.show(session.client.run(run), _show_run)


@runs.command("watch")
@click.argument("run")
@pass_session
def watch_run(session: Session, run: str) -> int:
    """Follow a run to its next stop: review, or the end."""
    return _began(session, session.client.run(run), watch=True)


def _began(session: Session, run: dict[str, object], watch: bool) -> int:
    if watch:
        run_id = str(run["run_id"])
        with watching(f"alethia runs watch {run_id}", run_id):
            run = follow_run(session.client, run_id, quiet=session.as_json)
    session.show(run, _show_run)
    return EXIT_FAILED if run["status"] in ENDED_BADLY else 0


def _show_run(run: dict[str, Any]) -> None:
    say = output.console.print
    say(f"{run['run_id']}  ", output.status(str(run["status"])), sep="")
    if run.get("reason"):
        say(str(run["reason"]), markup=False)
    for said in run.get("decisions", []):
        verdict = "approved" if said["verdict"] == "approve" else "rejected"
        say(f"{verdict} by {said['by']}  {said['at']}  {said['comment']}".rstrip(), markup=False)
    if run.get("waits_for"):
        say(str(run["waits_for"]), markup=False)
    if run["status"] == "AWAITING_REVIEW":
        say(f"alethia review {run['run_id']}")
