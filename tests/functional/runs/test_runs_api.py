"""Runs and jobs over HTTP: the same words, with roles, codes and pages."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from alethia.embedded.gateway import Gateway
from app import app
from chalicelib import bootstrap
from tests.support.api import Api
from tests.support.runs import World


@pytest.fixture
def api_of(world: World, issuer_folder: Path) -> Iterator[Api]:
    bootstrap.use(world.container)
    yield Api(Gateway(app), world.container)


def test_the_whole_way_over_http(world: World, api_of: Api) -> None:
    ada, runner = api_of.as_user("ada"), api_of.as_runner()
    started = ada.post(f"/api/specs/{world.spec_id}/plan", {}, idempotency_key="k")
    assert (started.status, started.json["status"]) == (202, "PLANNING")
    assert "runner" not in started.json
    run_id = world.run_id = started.json["run_id"]
    world.machine.play()
    claim = {"attempt": 1, "claim_id": "claim-0001", "runner_version": "1", "terraform_versions": ["1.11.4"]}
    claimed = runner.post(f"/api/jobs/{run_id}/claim", claim)
    assert claimed.status == 200
    job = api_of.as_job(run_id)
    chunk = {
        "seq": 1,
        "phase": "plan",
        "stream": "stdout",
        "at": "2026-03-01T12:00:00.000Z",
        "text": "Plan: 3",
    }
    beat = {"attempt": 1, "phase": "plan", "logs": [chunk]}
    assert job.post(f"/api/jobs/{run_id}/heartbeat", beat).json["cancel"] is False
    logs = ada.get(f"/api/jobs/{run_id}/logs", limit=10).json
    assert [item["text"] for item in logs["items"]] == ["Plan: 3"]
    assert ada.get(f"/api/jobs/{run_id}/logs", after=logs["next_cursor"]).json["items"] == []
    report = {"attempt": 1, "outcome": "succeeded", "plan": world.a_plan().model_dump(mode="json")}
    assert job.post(f"/api/jobs/{run_id}/report", report).json == {"accepted": True}
    world.machine.play()
    plan = ada.get(f"/api/jobs/{run_id}/plan").json
    assert plan["summary"]["counts"]["create"] == 3
    approved = ada.post(f"/api/runs/{run_id}/approve", {"plan_digest": plan["digest"]})
    assert (approved.status, approved.json["status"]) == (200, "APPROVED")
    assert ada.get(f"/api/runs/{run_id}").json["decisions"][0]["by"] == "ada"


def test_lists_are_of_a_zone_or_of_a_spec_and_paged(world: World, api_of: Api) -> None:
    for _ in range(3):
        world.to_review()
        world.clock.advance(seconds=1)
    ada = api_of.as_user("ada")
    first = ada.get("/api/jobs", zone_id=world.zone_id, limit=2).json
    rest = ada.get("/api/jobs", zone_id=world.zone_id, limit=2, cursor=first["next_cursor"]).json
    assert [len(first["items"]), len(rest["items"])] == [2, 1]
    assert first["items"][0]["job_id"] == world.run_id
    assert len(ada.get("/api/jobs", spec_id=world.spec_id).json["items"]) == 3
    statuses = [run["status"] for run in ada.get("/api/runs", spec_id=world.spec_id).json["items"]]
    assert statuses == ["AWAITING_REVIEW", "SUPERSEDED", "SUPERSEDED"]
    assert ada.get("/api/jobs").status == 422
    assert ada.get("/api/runs", zone_id=world.zone_id, spec_id=world.spec_id).status == 422


def test_what_goes_wrong_has_its_code(world: World, api_of: Api) -> None:
    ada, eve = api_of.as_user("ada"), api_of.as_user("eve")
    world.plan()
    second = ada.post(f"/api/specs/{world.spec_id}/plan", {})
    assert (second.status, second.error["code"]) == (409, "RunInProgress")
    assert second.error["details"]["run_id"] == world.run_id
    world.claim()
    world.report_plan()
    stale = ada.post(f"/api/runs/{world.run_id}/approve", {"plan_digest": "0" * 64})
    assert (stale.status, stale.error["code"]) == (409, "StalePlan")
    assert ada.post(f"/api/runs/{world.run_id}/approve", {}).status == 422
    slip = ada.post(f"/api/specs/{world.spec_id}/destroy", {"confirm_project_name": "shpo"})
    assert (slip.status, slip.error["field"]) == (422, "confirm_project_name")
    for path in (f"/api/runs/{world.run_id}", f"/api/jobs/{world.run_id}", f"/api/jobs/{world.run_id}/logs"):
        assert eve.get(path).status == 404
        assert api_of.nobody.get(path).status == 401
    assert eve.get("/api/jobs", zone_id=world.zone_id).status == 404


def test_a_token_is_good_for_its_own_job_and_attempt_only(world: World, api_of: Api) -> None:
    world.plan()
    world.claim()
    beat = {"attempt": 1, "phase": "plan"}
    path = f"/api/jobs/{world.run_id}/heartbeat"
    assert api_of.as_job(world.run_id).post(path, beat).status == 200
    assert api_of.as_job("job-another").post(path, beat).status in (403, 404)
    assert api_of.as_job(world.run_id, attempt=2).post(path, beat).status in (403, 404)
    assert api_of.as_user("ada").post(path, beat).status == 403
    assert api_of.as_job(world.run_id).get(f"/api/jobs/{world.run_id}").status == 403


def test_cancel_and_rerun(world: World, api_of: Api) -> None:
    ada = api_of.as_user("ada")
    world.plan()
    assert ada.post(f"/api/jobs/{world.run_id}/cancel").json["status"] == "CANCELLED"
    world.machine.play()
    again = ada.post(f"/api/jobs/{world.run_id}/rerun", {})
    assert (again.status, again.json["status"]) == (202, "PLANNING")
    assert again.json["run_id"] != world.run_id
