"""A zone's rules: how many approve, who may, how long a plan waits, and when an apply may start."""

import re
from typing import Any

import click

from . import output
from .accounts import zones
from .main import Session, pass_session

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WINDOW = re.compile(r"(?P<days>\S+)\s+(?P<begins>[\d:]+)-(?P<ends>[\d:]+)(?:\s+(?P<time_zone>\S+))?")
DURATION = re.compile(r"(\d+)\s*([mhd])")
UNITS = {"m": 60, "h": 3600, "d": 24 * 3600}


def window(text: str) -> dict[str, Any]:
    """``mon-fri 08:00-17:00 Europe/Amsterdam``: days, hours, and whose clock (UTC if left out)."""
    found = WINDOW.fullmatch(text.strip())
    if found is None:
        raise click.BadParameter("write days, hours and time zone: 'mon-fri 08:00-17:00 Europe/Amsterdam'")
    try:
        days = [day for part in found["days"].lower().split(",") for day in _days(part)]
    except ValueError:
        raise click.BadParameter(f"{found['days']} are no days: mon-fri, or sat,sun, or daily") from None
    return {
        "days": list(dict.fromkeys(days)),
        "begins": found["begins"],
        "ends": found["ends"],
        "time_zone": found["time_zone"] or "UTC",
    }


def _windows(context: click.Context, option: click.Parameter, texts: tuple[str, ...]) -> list[dict[str, Any]]:
    return [window(text) for text in texts]


def _seconds(context: click.Context, option: click.Parameter, text: str | None) -> int | None:
    """``90m``, ``12h``, ``7d`` as seconds."""
    if text is None:
        return None
    found = DURATION.fullmatch(text.strip().lower())
    if found is None:
        raise click.BadParameter("write a number and its unit: 90m, 12h or 7d")
    return int(found[1]) * UNITS[found[2]]


@zones.group()
def rules() -> None:
    """The zone's rules about approvals, change windows and runners."""


@rules.command("show")
@pass_session
def show_rules(session: Session) -> None:
    """The rules, as sentences."""
    session.show(session.client.rules(session.zone), _show)


@rules.command("set")
@click.option("--approvals", type=int, help="How many people must approve a plan.")
@click.option(
    "--planner-may-approve/--planner-may-not-approve", default=None, help="Whether who planned may be one."
)
@click.option("--review", callback=_seconds, help="How long a plan waits for them: 12h, 7d.")
@click.option(
    "--window",
    "windows",
    callback=_windows,
    multiple=True,
    help="When an apply may start: 'mon-fri 08:00-17:00 Europe/Amsterdam'. All windows, one option each.",
)
@click.option("--any-time", is_flag=True, help="An apply may start at any time.")
@click.option("--default-runner", help="Takes the jobs that name no runner; 'platform' for the platform's.")
@click.option("--runner-wait", callback=_seconds, help="How long a job waits for a self-hosted runner: 15m.")
@pass_session
def set_rules(
    session: Session,
    approvals: int | None,
    planner_may_approve: bool | None,
    review: int | None,
    windows: list[dict[str, Any]],
    any_time: bool,
    default_runner: str | None,
    runner_wait: int | None,
) -> None:
    """Change those rules that are named; for admins of the zone."""
    if windows and any_time:
        raise click.UsageError("Give --window or --any-time, one of the two.")
    named: dict[str, Any] = {
        "approvals_needed": approvals,
        "planner_may_approve": planner_may_approve,
        "review_seconds": review,
        "change_windows": windows or ([] if any_time else None),
        "default_runner": default_runner,
        "runner_wait_seconds": runner_wait,
    }
    changes = {name: value for name, value in named.items() if value is not None}
    if not changes:
        raise click.UsageError(
            "Name at least one rule to change; `alethia zones rules set --help` lists them."
        )
    if default_runner == "platform":
        changes["default_runner"] = None
    now = session.client.rules(session.zone)
    changed = {**now["rules"], **changes}
    session.show(session.client.set_rules(session.zone, changed, expected_version=now["version"]), _show)


def _show(answer: dict[str, Any]) -> None:
    for sentence in answer["in_words"]:
        output.console.print(sentence, markup=False)
    if answer["next_opening"]:
        output.console.print(f"The next change window opens at {answer['next_opening']}.")
    output.console.print(f"Version {answer['version']}.", style="dim")


def _days(part: str) -> list[str]:
    """``mon-fri``, ``sat-mon``, ``wed`` or ``daily`` as days; ValueError for anything else."""
    if part == "daily":
        return list(DAYS)
    first, _, last = part.partition("-")
    begin, end = DAYS.index(first), DAYS.index(last or first)
    return [DAYS[index % len(DAYS)] for index in range(begin, end + 1 if end >= begin else end + 8)]
