"""An approved apply starts within the zone's change windows, by the rules as they are when its time comes."""

from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.domain.errors import Fenced, StalePlan
from chalicelib.domain.runner import RunnerKind
from chalicelib.domain.zone_rules import ChangeWindow, ZoneRules
from chalicelib.services.ports.metrics import Metric
from tests.support.runs import ADA, World

# The clock of the tests stands at Sunday, 1 March 2026, 12:00 UTC.
OFFICE = {"days": ["mon", "tue", "wed", "thu", "fri"], "begins": "08:00", "ends": "17:00"}
AMSTERDAM = OFFICE | {"time_zone": "Europe/Amsterdam"}
MONDAY_EIGHT = int(datetime(2026, 3, 2, 7, tzinfo=UTC).timestamp())
SENTENCE = (
    "Approved. It starts when the change window opens: Mon-Fri 08:00-17:00 Europe/Amsterdam, "
    "next at Mon 2026-03-02 08:00 Europe/Amsterdam; a zone admin can change the rule."
)


def set_rules(world: World, *windows: dict[str, Any], **more: Any) -> None:
    service = world.container.zone_rules
    rules = ZoneRules(change_windows=[ChangeWindow.model_validate(one) for one in windows], **more)
    service.change(ADA, world.zone_id, service.read(ADA, world.zone_id).version, rules)


def started(world: World) -> int:
    """Containers that were asked for the job in hand."""
    return sum(task.job_id == world.job.job_id for task in world.tasks.started)


def go_to(world: World, *moment: int) -> None:
    world.clock.at = datetime(*moment, tzinfo=UTC)  # type: ignore[misc, arg-type]
    world.reconcile()


def own_runner(world: World) -> None:
    """A self-hosted runner of the zone, named ``mine``."""
    register = world.container.runner_credentials.register
    register("mine", kind=RunnerKind.SELF_HOSTED, name="Mine", zone_id=world.zone_id)
    world.tasks.self_hosted.add("mine")


def waiting(world: World) -> None:
    set_rules(world, AMSTERDAM)
    world.to_approved()


def test_an_approved_apply_waits_for_the_window_and_says_so(world: World) -> None:
    set_rules(world, AMSTERDAM)
    world.to_review()
    answer = world.container.decisions.approve(ADA, world.run_id, plan_digest=str(world.run.plan_digest))
    assert answer.waits_for == SENTENCE
    world.machine.play()
    assert (world.job.not_before, started(world)) == (MONDAY_EIGHT, 0)
    assert world.container.runs.get(ADA, world.run_id).waits_for == SENTENCE
    assert world.container.jobs.get(ADA, world.job.job_id).waits_for == SENTENCE.removeprefix("Approved. ")
    with pytest.raises(Fenced, match="change window"):
        world.claim()


def test_it_starts_when_the_window_opens_and_its_runner_has_its_time_from_then(world: World) -> None:
    waiting(world)
    go_to(world, 2026, 3, 2, 6, 59)
    assert started(world) == 0
    go_to(world, 2026, 3, 2, 7, 3)  # the control plane looks some minutes late: no harm
    assert started(world) == 1
    assert world.job.not_before is None
    assert world.job.lease_expires_at == int(world.clock.now().timestamp()) + 600
    assert world.container.runs.get(ADA, world.run_id).waits_for is None
    world.claim()
    world.start_terraform()
    world.report()
    assert world.spec.status == "ACTIVE"


def test_an_open_window_starts_it_at_once(world: World) -> None:
    world.clock.at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    waiting(world)
    assert (world.job.not_before, started(world)) == (None, 1)


def test_a_control_plane_that_slept_through_the_window_waits_for_the_next(world: World) -> None:
    waiting(world)
    world.machine.lose()
    go_to(world, 2026, 3, 2, 20)
    assert world.run.status == "APPROVED"
    assert (world.job.not_before, started(world)) == (MONDAY_EIGHT + 86400, 0)
    go_to(world, 2026, 3, 3, 12)  # at an hour of the window, long after it opened
    assert started(world) == 1


@pytest.mark.parametrize(
    ("windows", "not_before", "containers"),
    [
        ([], None, 1),
        ([OFFICE | {"days": ["sun"]}], None, 1),
        ([OFFICE | {"days": ["sun"], "begins": "13:00"}], MONDAY_EIGHT - 18 * 3600, 0),
        ([OFFICE | {"days": ["tue"], "time_zone": "Europe/Amsterdam"}], MONDAY_EIGHT + 86400, 0),
    ],
    ids=["removed", "open now", "earlier", "later"],
)
def test_rules_that_change_while_it_waits_take_effect(
    world: World, windows: list[dict[str, Any]], not_before: int | None, containers: int
) -> None:
    waiting(world)
    set_rules(world, *windows)
    world.clock.advance(minutes=1)
    world.reconcile()
    assert (world.job.not_before, started(world)) == (not_before, containers)


def test_a_cancel_while_it_waits_ends_the_run_at_once(world: World) -> None:
    waiting(world)
    world.cancel()
    assert (world.run.status, world.run.reason) == (
        "CANCELLED",
        "ada cancelled it before a runner took it.",
    )
    assert world.is_free
    assert world.machine.running == []
    go_to(world, 2026, 3, 2, 8)
    assert world.tasks.started[-1].job_id == world.run_id


def test_a_plan_that_goes_stale_while_it_waits_is_refused(world: World) -> None:
    waiting(world)
    world.edit(queues=[{"name": "emails"}])
    go_to(world, 2026, 3, 2, 7)
    with pytest.raises(StalePlan, match="Configuration has changed"):
        world.claim()
    world.machine.play()
    assert world.run.status == "FAILED"
    assert "Configuration has changed" in str(world.run.reason)
    assert world.is_free


def test_a_container_that_was_asked_for_in_the_window_may_come_after_it(world: World) -> None:
    waiting(world)
    go_to(world, 2026, 3, 2, 15, 59)
    go_to(world, 2026, 3, 2, 16, 5)
    assert (world.job.not_before, started(world)) == (None, 1)
    world.claim()


def test_nothing_is_wrong_with_a_run_whose_workflow_step_waited_too_long(world: World) -> None:
    """Over a long weekend, all retries of the waiting step time out."""
    waiting(world)
    world.machine.failing["dispatch_runner"] = 7
    world.machine.time_out()
    world.machine.play()
    assert world.run.status == "APPROVED"
    go_to(world, 2026, 3, 2, 7)
    assert started(world) == 1
    world.claim()


def test_an_execution_that_is_lost_while_it_waits_is_started_anew(world: World) -> None:
    waiting(world)
    world.machine.lose()
    world.clock.advance(minutes=1)
    world.reconcile()
    assert (world.run.generation, world.job.attempt, started(world)) == (2, 1, 0)
    go_to(world, 2026, 3, 2, 7)
    world.claim()
    world.start_terraform()
    world.report()
    assert world.run.status == "DONE"


def test_a_destroy_waits_as_well_and_a_plan_does_not(world: World) -> None:
    world.to_active()
    set_rules(world, AMSTERDAM)
    answer = world.destroy()
    assert str(answer.waits_for).startswith("Confirmed. It starts when the change window opens")
    assert (world.job.not_before, started(world)) == (MONDAY_EIGHT, 0)
    go_to(world, 2026, 3, 2, 7)
    world.claim()


def test_a_self_hosted_runner_that_comes_after_the_window_gets_it_in_the_next(world: World) -> None:
    own_runner(world)
    set_rules(world, AMSTERDAM, runner_wait_seconds=86400)
    world.to_review()
    world.approve(runner="mine")
    go_to(world, 2026, 3, 2, 7)
    assert (world.job.not_before, world.job.status) == (None, "QUEUED")
    world.clock.at = datetime(2026, 3, 2, 16, 0, 30, tzinfo=UTC)  # just closed; nobody has looked since
    with pytest.raises(Fenced) as refused:
        world.claim()
    assert refused.value.details["not_before"] == MONDAY_EIGHT + 86400
    world.reconcile()
    assert world.job.not_before == MONDAY_EIGHT + 86400
    assert "change window" in str(world.container.jobs.get(ADA, world.job.job_id).waits_for)
    go_to(world, 2026, 3, 3, 7)
    world.claim()


def test_one_that_never_comes_within_the_window_ends_the_run(world: World) -> None:
    own_runner(world)
    set_rules(world, AMSTERDAM)
    world.to_review()
    world.approve(runner="mine")
    go_to(world, 2026, 3, 2, 7)
    assert "never started" in str(world.container.runs.get(ADA, world.run_id).waits_for)
    go_to(world, 2026, 3, 2, 7, 14)
    assert world.job.status == "QUEUED"
    go_to(world, 2026, 3, 2, 7, 15)
    assert world.run.status == "FAILED"
    assert "No runner took the job within 15 min" in str(world.run.reason)


def test_a_job_that_waits_for_its_window_is_not_old(world: World) -> None:
    waiting(world)
    told = world.container.metrics
    world.clock.advance(seconds=3600)
    world.reconcile()
    assert told.of(Metric.OLDEST_JOB)[-1] == (0.0, {})
    go_to(world, 2026, 3, 2, 7, 1)
    world.claim()
    world.clock.advance(seconds=60)
    world.reconcile()
    assert told.of(Metric.OLDEST_JOB)[-1] == (60.0, {})
    assert {dimensions["job_type"] for _, dimensions in told.of(Metric.QUEUE_WAIT)} == {"PLAN"}
