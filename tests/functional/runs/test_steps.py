"""The Lambda functions themselves, called with the sample events that AWS would send."""

import json
from pathlib import Path
from typing import Any

import pytest

import app
from chalicelib.workflow.events import StoppedTask
from tests.support.runs import World

EVENTS = Path(__file__).resolve().parents[3] / "events" / "workflow"


def an_event(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return event


def about(world: World, name: str) -> dict[str, Any]:
    """The sample, about the world's run."""
    text = (EVENTS / f"{name}.json").read_text()
    event: dict[str, Any] = json.loads(text.replace(an_event("record_plan")["run_id"], world.run_id))
    return event


def call(world: World, name: str) -> Any:
    return getattr(app, name)(about(world, name), None)


def test_the_steps_of_a_run_in_order(world: World) -> None:
    world.plan()
    assert call(world, "dispatch_runner") == {}
    attempt = world.container.job_store.attempt(world.run_id, 1)
    assert attempt is not None
    assert attempt.task_token == an_event("dispatch_runner")["task_token"]
    assert len(world.tasks.started) == 1
    assert call(world, "record_plan") == {"outcome": "planning"}
    world.claim()
    world.report_plan()
    assert call(world, "record_plan") == {"outcome": "awaiting_review"}
    assert call(world, "await_review") == {}
    assert world.run.review_token == an_event("await_review")["task_token"]
    world.approve()
    assert call(world, "check_digests") == {"outcome": "unchanged"}
    assert call(world, "finalize") == {"outcome": "not_ready"}
    assert app.dispatch_runner({**about(world, "dispatch_runner"), "stage": "apply"}, None) == {}
    world.claim()
    world.report()
    assert call(world, "finalize") == {"outcome": "done"}


def test_a_step_that_gave_up_says_what_a_person_can_use(world: World) -> None:
    world.machine.available = False
    world.plan()
    assert call(world, "mark_run") == {"outcome": "failed", "over": True, "resume": None}
    assert world.run.reason == "No runner could be started: RESOURCE:CPU."


def test_a_foreign_fault_is_not_shown_to_people(world: World) -> None:
    world.machine.available = False
    world.plan()
    event = about(world, "mark_run")
    event["error"]["Cause"] = json.dumps({"errorType": "KeyError", "errorMessage": "'secret'"})
    app.mark_run(event, None)
    assert "secret" not in str(world.run.reason)


def test_the_schedule_reconciles(world: World) -> None:
    world.plan()
    world.machine.lose()
    assert call(world, "reconcile")["restarted"] == [world.run_id]


def test_a_stopped_task_ends_its_attempt(world: World) -> None:
    world.plan()
    world.claim()
    assert call(world, "task_stopped") == {"outcome": "attempt_ended"}
    assert call(world, "task_stopped") == {"outcome": "recorded"}


def test_a_stopped_task_of_a_job_that_nobody_knows_is_no_fault(world: World) -> None:
    assert app.task_stopped(an_event("task_stopped"), None) == {"outcome": "unknown_job"}


@pytest.mark.parametrize("change", [{"lastStatus": "RUNNING"}, {"overrides": {"containerOverrides": []}}])
def test_other_tasks_are_not_ours(change: dict[str, Any]) -> None:
    event = an_event("task_stopped")
    event["detail"] |= change
    assert StoppedTask.read(event) is None
    assert app.task_stopped(event, None) == {"outcome": "not_ours"}


def test_a_stopped_tasks_reason_carries_the_exit_code() -> None:
    task = StoppedTask.read(an_event("task_stopped"))
    assert task is not None
    assert task.reason == "Essential container in task exited (exit code 137)."
