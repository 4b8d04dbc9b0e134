"""One id leads from the request that began a run to everything that came of it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from alethia.embedded.gateway import Gateway
from app import app
from chalicelib import bootstrap
from chalicelib.api.log import logger
from chalicelib.domain.messages import ObjectPurpose
from chalicelib.workflow import steps
from tests.support.api import Api
from tests.support.runs import World

CLAIM = {"attempt": 1, "claim_id": "claim-0001", "runner_version": "1", "terraform_versions": ["1.11.4"]}


@pytest.fixture
def api_of(world: World) -> Iterator[Api]:
    bootstrap.use(world.container)
    yield Api(Gateway(app), world.container)


def lines_of(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """As CloudWatch would get them."""
    write = logger().registered_formatter.format
    return [json.loads(write(record)) for record in caplog.records if record.name == logger().name]


def test_it_goes_through_api_workflow_runner_log_lines_and_audit(
    world: World, api_of: Api, caplog: pytest.LogCaptureFixture
) -> None:
    started = api_of.as_user("ada").post(f"/api/specs/{world.spec_id}/plan", {})
    correlation_id = started.headers["X-Request-Id"]
    run_id = world.run_id = started.json["run_id"]
    assert started.json["correlation_id"] == correlation_id

    # The workflow: the execution's input, and each step's line.
    world.machine.play()
    assert world.machine.executions[f"{run_id}-1"].data["correlation_id"] == correlation_id

    # The runner is told at its claim, for its own log.
    claimed = api_of.as_runner().post(f"/api/jobs/{run_id}/claim", CLAIM)
    assert claimed.json["correlation_id"] == correlation_id
    job = api_of.as_job(run_id)
    job.post(f"/api/jobs/{run_id}/heartbeat", {"attempt": 1, "phase": "plan"})
    report = {"attempt": 1, "outcome": "succeeded", "plan": world.a_plan().model_dump(mode="json")}
    job.post(f"/api/jobs/{run_id}/report", report)
    world.machine.play()

    # A later request of another person has an id of its own, and belongs to the same work.
    approved = api_of.as_user("ada").post(
        f"/api/runs/{run_id}/approve", {"plan_digest": world.run.plan_digest}
    )
    assert approved.headers["X-Request-Id"] != correlation_id
    world.machine.play()
    assert world.job.correlation_id == correlation_id
    late = job.post(f"/api/jobs/{run_id}/data-keys", {"attempt": 1, "purpose": ObjectPurpose.LOG})
    assert late.status == 403

    of_it = [line for line in lines_of(caplog) if line.get("correlation_id") == correlation_id]
    told = {line.get("route") or line["function"] for line in of_it}
    assert told >= {
        "POST /api/specs/{spec_id}/plan",
        "POST /api/jobs/{job_id}/claim",
        "POST /api/jobs/{job_id}/heartbeat",
        "POST /api/jobs/{job_id}/report",
        "POST /api/runs/{run_id}/approve",
        "dispatch_runner",
        "record_plan",
        "await_review",
        "check_digests",
    }
    entries = api_of.as_user("ada").get(f"/api/zones/{world.zone_id}/audit").json["items"]
    of_the_run = {entry["action"]: entry["origin"] for entry in entries if run_id in entry["subject"]}
    assert set(of_the_run) == {"run.planned", "job.claimed", "run.approved", "token.refused"}
    assert {origin["correlation_id"] for origin in of_the_run.values()} == {correlation_id}
    assert len({origin["request_id"] for origin in of_the_run.values()}) == 4


def test_a_run_again_is_work_of_its_own(world: World, api_of: Api) -> None:
    ada = api_of.as_user("ada")
    first = ada.post(f"/api/specs/{world.spec_id}/plan", {}).json
    world.run_id = first["run_id"]
    world.cancel()
    again = ada.post(f"/api/jobs/{first['run_id']}/rerun", {})
    assert again.json["correlation_id"] == again.headers["X-Request-Id"] != first["correlation_id"]
    entries = ada.get(f"/api/zones/{world.zone_id}/audit").json["items"]
    rerun = next(entry for entry in entries if entry["action"] == "job.rerun")
    assert rerun["origin"]["correlation_id"] == again.json["correlation_id"]


def test_a_caller_cannot_choose_it(world: World, api_of: Api) -> None:
    ada = api_of.as_user("ada")
    started = ada.post(f"/api/specs/{world.spec_id}/plan", {}, x_correlation_id="mine", x_request_id="mine")
    assert started.json["correlation_id"] == started.headers["X-Request-Id"] != "mine"


def test_work_that_no_request_began_has_one_too(world: World) -> None:
    world.plan()
    assert world.run.correlation_id == world.job.correlation_id
    assert (world.run.correlation_id or "").startswith("work-")


def test_no_line_holds_a_token(world: World, api_of: Api, caplog: pytest.LogCaptureFixture) -> None:
    started = api_of.as_user("ada").post(f"/api/specs/{world.spec_id}/plan", {})
    world.run_id = started.json["run_id"]
    world.machine.play()
    claimed = api_of.as_runner().post(f"/api/jobs/{world.run_id}/claim", CLAIM).json
    out = json.dumps(lines_of(caplog))
    assert "dispatch_runner" in out
    waits = world.machine.executions[f"{world.run_id}-1"].token
    assert waits
    for secret in (waits, claimed["job_token"], api_of.as_user("ada").authorization):
        assert secret
        assert secret not in out


def test_a_container_that_stopped_is_of_its_jobs_work(
    world: World, api_of: Api, caplog: pytest.LogCaptureFixture
) -> None:
    started = api_of.as_user("ada").post(f"/api/specs/{world.spec_id}/plan", {})
    world.machine.play()
    sample = Path(__file__).parents[3] / "events" / "workflow" / "task_stopped.json"
    event = json.loads(sample.read_text().replace("job-0h3k9m2p5r7t8v0w1x2y", started.json["run_id"]))
    assert steps.task_stopped(event, None) == {"outcome": "attempt_ended"}
    last = lines_of(caplog)[-1]
    assert (last["function"], last["correlation_id"]) == ("task_stopped", started.json["correlation_id"])


def test_a_pass_over_everything_is_no_ones_work(
    world: World, api_of: Api, caplog: pytest.LogCaptureFixture
) -> None:
    """Its one line would else carry the id of whatever it looked after last."""
    run_id = api_of.as_user("ada").post(f"/api/specs/{world.spec_id}/plan", {}).json["run_id"]
    world.machine.play()
    attempt = world.container.job_store.attempt(run_id, 1)
    assert attempt is not None and attempt.task_arn is not None
    world.tasks.ended_unheard[attempt.task_arn] = "It was gone."
    assert steps.reconcile({}, None)["ended_attempts"] == [run_id]
    last = lines_of(caplog)[-1]
    assert last["function"] == "reconcile" and "correlation_id" not in last
