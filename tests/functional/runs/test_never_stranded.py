"""Whatever happens, in whatever order: a run that is over has let its spec go, and a live one ends."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.domain.errors import AlethiaError
from chalicelib.domain.lifecycle.run import RUN
from chalicelib.domain.messages import Outcome
from tests.support.dynamodb import Tables
from tests.support.runs import World, failed, new_world, over

NO_PLAN = "0" * 64

ACTS = {
    "plan": lambda world: world.plan(),
    "destroy": lambda world: world.destroy(),
    "claim": lambda world: world.claim(f"claim-{world.job.job_id[-6:]}-{world.job.attempt}"),
    "start terraform": lambda world: world.start_terraform(),
    "heartbeat": lambda world: world.heartbeat(),
    "report a plan": lambda world: world.report_plan(),
    "report no changes": lambda world: world.report_plan(has_changes=False),
    "report success": lambda world: world.report(),
    "report failure": lambda world: world.report(**failed()),
    "report cancelled": lambda world: world.report(Outcome.CANCELLED),
    "approve": lambda world: world.approve(plan_digest=world.run.plan_digest or NO_PLAN),
    "reject": lambda world: world.reject(plan_digest=world.run.plan_digest or NO_PLAN),
    "cancel": lambda world: world.cancel(),
    "edit": lambda world: world.edit(queues=[{"name": f"q{world.spec.current_rev}"}]),
    "container stops": lambda world: world.task_stops(),
    "time passes": lambda world: world.clock.advance(seconds=301),
    "a week passes": lambda world: world.clock.advance(days=8),
    "reconcile": lambda world: world.reconcile(),
    "executions are lost": lambda world: world.machine.lose(),
    "an operator aborts": lambda world: world.machine.abort(),
    "a wait times out": lambda world: (world.machine.time_out(), world.machine.play()),
    "the bell is deaf": lambda world: setattr(world.machine, "deaf", True),
    "the bell is mended": lambda world: setattr(world.machine, "deaf", False),
    "no capacity": lambda world: setattr(world.tasks, "available", False),
    "capacity again": lambda world: setattr(world.tasks, "available", True),
    "a step fails": lambda world: world.machine.failing.update(record_plan=2, finalize=2, mark_run=3),
}
LIKELY = ["plan", "claim", "start terraform", "report a plan", "approve", "report success"]


@pytest.fixture
def fresh_world(tables: Tables, issuer_folder: Path) -> World:
    return next(new_world(tables, issuer_folder))


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts=st.lists(st.sampled_from([*ACTS, *LIKELY, *LIKELY]), min_size=5, max_size=25))
def test_no_sequence_strands_a_spec(fresh_world: World, acts: list[str]) -> None:
    world = fresh_world
    for act in ("plan", *acts):
        with suppress(AlethiaError):
            ACTS[act](world)
        _check(world)
    _end(world)
    assert over(world)
    assert world.is_free, f"{world.spec.status}, held by {world.spec.live_run}"


def _check(world: World) -> None:
    spec, run = world.spec, world.run
    if run.status in RUN.terminal:
        assert spec.live_run != run.run_id
    elif spec.live_run is not None:
        assert spec.live_run == run.run_id


def _end(world: World) -> None:
    """What anyone can count on: the reconciler and time end everything that nobody works on."""
    world.machine.deaf = False
    world.machine.failing.clear()
    world.tasks.available = True
    for _ in range(12):
        world.clock.advance(days=8)
        world.reconcile()
        if over(world):
            return
