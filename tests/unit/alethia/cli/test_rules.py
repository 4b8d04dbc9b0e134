"""`alethia zones rules`, and what is said of approvals that are missing."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from alethia.cli.main import cli
from alethia.client import Client

RULES: dict[str, Any] = {
    "approvals_needed": 1,
    "planner_may_approve": True,
    "review_seconds": 604800,
    "change_windows": [],
    "default_runner": "own",
    "runner_wait_seconds": 900,
}


def shown(rules: dict[str, Any], version: int) -> dict[str, Any]:
    sentences = ["A plan is applied when 1 person approved it."]
    return {"version": version, "rules": rules, "in_words": sentences, "next_opening": None}


pytestmark = pytest.mark.usefixtures("signed_in")


def run(*command: str) -> Result:
    return CliRunner().invoke(cli, command)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What was sent last; the zone has the rules above, at version 7."""
    said: dict[str, Any] = {}

    def set_rules(_: Client, zone_id: str, rules: dict[str, Any], *, expected_version: int) -> Any:
        said.update(zone_id=zone_id, version=expected_version, **rules)
        return shown(rules, expected_version + 1)

    monkeypatch.setattr(Client, "rules", lambda *_: shown(RULES, 7))
    monkeypatch.setattr(Client, "set_rules", set_rules)
    return said


def test_only_what_is_named_changes(sent: dict[str, Any]) -> None:
    answer = run("zones", "rules", "set", "--approvals", "2", "--planner-may-not-approve", "--review", "12h")
    assert answer.exit_code == 0, answer.output
    changed = {"approvals_needed": 2, "planner_may_approve": False, "review_seconds": 12 * 3600}
    assert sent == {"zone_id": "zone-1", "version": 7, **RULES, **changed}
    assert "A plan is applied when" in answer.output


@pytest.mark.parametrize(
    ("text", "days", "ends", "place"),
    [
        ("mon-fri 08:00-17:00 Europe/Amsterdam", "mon tue wed thu fri", "17:00", "Europe/Amsterdam"),
        ("sat,sun 08:00-24:00", "sat sun", "24:00", "UTC"),
        ("Fri-Mon 08:00-04:00", "fri sat sun mon", "04:00", "UTC"),
        ("daily 08:00-09:00 Asia/Tokyo", "mon tue wed thu fri sat sun", "09:00", "Asia/Tokyo"),
    ],
)
def test_windows_as_people_write_them(
    sent: dict[str, Any], text: str, days: str, ends: str, place: str
) -> None:
    assert run("zones", "rules", "set", "--window", text).exit_code == 0
    assert sent["change_windows"] == [
        {"days": days.split(), "begins": "08:00", "ends": ends, "time_zone": place}
    ]


def test_windows_and_the_default_runner_can_go(sent: dict[str, Any]) -> None:
    assert run("zones", "rules", "set", "--any-time", "--default-runner", "platform").exit_code == 0
    assert (sent["change_windows"], sent["default_runner"]) == ([], None)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ((), "at least one rule"),
        (("--window", "someday 08:00-09:00"), "are no days"),
        (("--window", "mon"), "write days, hours"),
        (("--review", "soon"), "a number and its unit"),
        (("--any-time", "--window", "mon 08:00-09:00"), "one of the two"),
    ],
)
def test_what_makes_no_sense_is_sent_nowhere(
    sent: dict[str, Any], options: tuple[str, ...], sentence: str
) -> None:
    answer = run("zones", "rules", "set", *options)
    assert answer.exit_code == 2
    assert sentence in " ".join(answer.output.replace("│", " ").split())
    assert sent == {}


def test_an_approval_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    decision = {"verdict": "approve", "by": "bob", "at": "2026-03-01", "comment": "fine"}
    waiting = "1 of 2 approvals are given (bob); 1 more is needed by another approver."
    answer = {
        "run_id": "job-1",
        "status": "AWAITING_REVIEW",
        "decisions": [decision],
        "waits_for": waiting,
        "plan_digest": "aa",
    }
    monkeypatch.setattr(Client, "run", lambda *_: answer)
    monkeypatch.setattr(Client, "approve", lambda *_, **__: answer)
    said = run("approve", "job-1", "--watch")
    assert said.exit_code == 0, said.output
    assert waiting in said.output.replace("\n", " ")
    assert "approved by bob" in run("runs", "show", "job-1").output
    assert json.loads(run("--json", "approve", "job-1").stdout) == answer
