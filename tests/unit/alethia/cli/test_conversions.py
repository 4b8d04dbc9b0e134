"""`alethia specs convert`: what a person reads of a report, and what is asked of the API."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from alethia.cli.main import cli
from alethia.client import Client

REPORT = [
    {"field": "project_name", "outcome": "carried", "was": "shop", "becomes": "shop", "why": ""},
    {
        "field": "databases[0].multi_az",
        "outcome": "carried",
        "was": True,
        "becomes": True,
        "why": "On GCP it is a standby.",
    },
    {
        "field": "region",
        "outcome": "converted",
        "was": "eu-west-1",
        "becomes": "europe-west1",
        "why": "The region in the same place, or the nearest to it.",
    },
    {
        "field": "queues[0].delay_seconds",
        "component": "mails",
        "outcome": "lost",
        "was": 30,
        "becomes": 0,
        "why": "Pub/Sub can't delay messages.",
    },
    {
        "field": "cloud_identity",
        "outcome": "needs_decision",
        "was": None,
        "becomes": None,
        "why": "Choose a linked account of GCP.",
    },
]
FORM = {
    "project_name": "shop",
    "environment_stage": "staging",
    "provider": "gcp",
    "region": "europe-west1",
}


pytestmark = pytest.mark.usefixtures("signed_in")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What the API was asked."""
    calls: list[tuple[Any, ...]] = []

    def answers(name: str, draft: dict[str, Any] | None) -> Any:
        def method(_: Client, spec_id: str, provider: str, **wish: Any) -> dict[str, Any]:
            calls.append((name, spec_id, provider, wish))
            return {"report": REPORT, "form": FORM, "spec": draft}

        return method

    monkeypatch.setattr(Client, "conversion", answers("conversion", None))
    monkeypatch.setattr(Client, "convert", answers("convert", {**FORM, "spec_id": "spec-2"}))
    return calls


def run(*command: str) -> Result:
    return CliRunner().invoke(cli, command)


def test_what_needs_a_person_comes_first_and_what_stays_is_counted(asked: list[Any]) -> None:
    answer = run("specs", "convert", "spec-1", "--provider", "gcp")
    assert answer.exit_code == 0, answer.output
    headings = [
        "Needs a decision (1)",
        "Lost (1)",
        "Converted (1)",
        "Stays, and does",
        "Fields that stay as they are: 2",
    ]
    assert [answer.output.index(heading) for heading in headings] == sorted(
        answer.output.index(heading) for heading in headings
    )
    lines = [line.split() for line in answer.output.splitlines()]
    assert ["region", "eu-west-1", "europe-west1", *REPORT[2]["why"].split()] in lines
    assert ["queues[mails].delay_seconds", "30", "0", "Pub/Sub", "can't", "delay", "messages."] in lines
    assert ["databases[0].multi_az", "true", "On", "GCP", "it", "is", "a", "standby."] in lines
    assert "project_name" not in answer.output
    assert "Made the draft spec-2: shop · staging · gcp europe-west1." in answer.output
    assert "alethia specs edit spec-2 --identity IDENTITY" in answer.output


def test_a_preview_makes_nothing(asked: list[Any]) -> None:
    answer = run("specs", "convert", "spec-1", "--provider", "gcp", "--preview", "--all")
    assert [call[0] for call in asked] == ["conversion"]
    assert "Nothing was made. The draft would be shop · staging · gcp europe-west1." in answer.output
    assert ["project_name", "shop"] in [line.split() for line in answer.output.splitlines()]


def test_region_and_project_are_asked_for(asked: list[Any]) -> None:
    run("specs", "convert", "spec-1", "--provider", "azure", "--region", "uksouth", "--project", "next")
    assert asked == [("convert", "spec-1", "azure", {"region": "uksouth", "project_name": "next"})]


def test_a_program_gets_the_whole_answer(asked: list[Any]) -> None:
    answer = run("--json", "specs", "convert", "spec-1", "--provider", "gcp")
    assert json.loads(answer.output)["report"] == REPORT


def test_specs_of_several_clouds_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = {**FORM, "spec_id": "spec-2", "status": "DRAFT", "current_rev": 1}
    monkeypatch.setattr(Client, "specs", lambda _self, _zone: {"items": [spec]})
    monkeypatch.setattr(Client, "spec", lambda _self, _spec: spec)
    row = ["spec-2", "shop", "staging", "gcp", "europe-west1", "DRAFT"]
    assert row in [line.split() for line in run("specs", "list").output.splitlines()]
    assert "shop · staging · gcp europe-west1" in run("specs", "show", "spec-2").output
