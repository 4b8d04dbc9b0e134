"""An execution that broke in any state is redriven from there: before the reconciler took over, or after.

What must hold is the same each time: the run comes to its end, terraform was started once, nothing is left
running. An execution that broke is one that FAILED; a run that failed is written down by one that SUCCEEDED.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chalicelib.services.dispatch import Stage
from chalicelib.services.ports.metrics import Metric
from chalicelib.services.ports.workflow import ExecutionStatus, Resume
from chalicelib.services.reconcile import MAX_GENERATIONS
from tests.support.runs import World, failed
from tests.support.state_machine import ASL_STATES

KINDS = sorted({state["Type"] for state in ASL_STATES.values()} - {"Succeed"})


def of_kind(kind: str) -> list[str]:
    return [name for name, state in ASL_STATES.items() if state["Type"] == kind]


def acts(world: World) -> Iterator[Callable[[], Any]]:
    """From plan to apply, with a step that fails for a while: every state is passed through."""

    def dispatch_fails_while_the_runner_works() -> None:
        world.machine.time_out()
        world.machine.failing["dispatch_runner"] = 7
        world.machine.play()

    yield world.plan
    yield world.claim
    yield dispatch_fails_while_the_runner_works
    yield world.report_plan
    yield world.approve
    yield lambda: world.claim("claim-0002")
    yield world.start_terraform
    yield world.report


def broken(world: World) -> list[str]:
    statuses = (ExecutionStatus.FAILED, ExecutionStatus.ABORTED)
    return [name for name, found in world.machine.executions.items() if found.status in statuses]


def require_well_ended(world: World) -> None:
    assert world.run.status == "DONE"
    assert world.spec.status == "ACTIVE"
    assert world.is_free
    assert [task.attempt for task in world.tasks.started] == [1, 1]
    assert world.machine.running == []


@pytest.mark.parametrize("kind", KINDS)
def test_broken_in_each_state_and_redriven_at_once_it_goes_on_itself(world: World, kind: str) -> None:
    world.machine.break_at(*of_kind(kind))
    seen = []
    for act in acts(world):
        act()
        while found := broken(world):
            seen.append(world.machine.executions[found[0]].state)
            world.machine.redrive(found[0])
    assert sorted(seen) == sorted(of_kind(kind))
    require_well_ended(world)
    assert list(world.machine.executions) == [f"{world.run_id}-1"]


def test_broken_in_each_step_and_redriven_after_the_reconciler_took_over_it_steps_aside(world: World) -> None:
    steps = of_kind("Task")
    world.machine.break_at(*steps)
    for act in acts(world):
        act()
        while found := broken(world):
            assert world.reconcile().restarted == [world.run_id]
            world.machine.redrive(found[0])
            assert world.machine.executions[found[0]].path[-1] == "Superseded"
    require_well_ended(world)
    assert len(world.machine.executions) == 1 + len(steps)


def test_one_redriven_in_the_very_moment_takes_no_newer_ones_bell(world: World) -> None:
    """It read its run before the reconciler raised the generation, and writes after the newer one waits."""
    world.plan()
    before = world.run
    world.machine.lose()
    world.reconcile()
    newer = world.machine.executions[f"{world.run_id}-2"].token
    rung: list[tuple[str, str]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(world.container.run_store, "get", lambda _: before)
        patch.setattr(world.machine, "ring", lambda token, word: rung.append((token, word)) or True)
        world.container.dispatch.dispatch(world.run_id, 1, Stage.PLAN, "stale-token")
    assert rung == [("stale-token", "superseded")]
    attempt = world.container.job_store.attempt(world.run_id, 1)
    assert attempt is not None
    assert attempt.task_token == newer


@pytest.mark.parametrize("act", ["plan", "to_review", "to_approved"])
def test_aborted_by_mistake_and_redriven_at_once_it_goes_on(world: World, act: str) -> None:
    getattr(world, act)()
    world.machine.abort()
    world.machine.redrive(f"{world.run_id}-1")
    assert world.reconcile().cancelled == []
    if act == "plan":
        world.claim()
        world.report_plan()
    if act != "to_approved":
        world.approve()
    world.claim("claim-0002")
    world.start_terraform()
    world.report()
    require_well_ended(world)


@pytest.mark.parametrize("act", ["plan", "to_review", "to_approved"])
def test_aborted_and_redriven_after_the_cancel_nothing_comes_back(world: World, act: str) -> None:
    getattr(world, act)()
    started = len(world.tasks.started)
    world.machine.abort()
    assert world.reconcile().cancelled == [world.run_id]
    world.machine.redrive(f"{world.run_id}-1")
    assert world.machine.running == broken(world) == []
    assert world.run.status == "CANCELLED"
    assert world.is_free
    assert len(world.tasks.started) == started


def test_a_run_that_failed_leaves_no_failed_execution(world: World) -> None:
    world.plan()
    world.claim()
    world.report(**failed())
    assert world.run.status == "FAILED"
    assert broken(world) == []
    assert world.machine.executions[f"{world.run_id}-1"].path[-1] == "Run failed"


class TestAnApplyThatCannotBeWrittenDown:
    def cannot(self, world: World) -> None:
        world.to_applying()
        world.machine.failing["finalize"] = 10_000
        world.report()

    def test_it_stays_an_apply_that_succeeded_and_is_counted(self, world: World) -> None:
        self.cannot(world)
        assert (world.run.status, world.job.status) == ("APPLYING", "SUCCESS")
        assert broken(world) == [f"{world.run_id}-1"]
        assert world.reconcile().restarted == [world.run_id]
        assert world.container.metrics.of(Metric.FINALIZE_FAILED) == [(1, {})]

    def test_it_heals_by_itself_once_the_fault_is_mended(self, world: World) -> None:
        self.cannot(world)
        world.machine.failing.clear()
        world.reconcile()
        require_well_ended(world)

    def test_given_up_by_the_reconciler_its_newest_execution_is_redriven(self, world: World) -> None:
        self.cannot(world)
        row = world.container.run_store
        while world.run.generation < MAX_GENERATIONS:
            row.next_generation(world.run_id, world.run.generation)
        world.machine.start(world.run, Resume.FINALIZE)
        world.machine.play()
        assert world.reconcile().failed == [world.run_id]
        assert (world.run.status, world.spec.live_run) == ("APPLYING", world.run_id)
        world.machine.failing.clear()
        world.machine.redrive(f"{world.run_id}-{MAX_GENERATIONS}")
        require_well_ended(world)
