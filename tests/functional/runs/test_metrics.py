"""What is counted, and by what: jobs where they end, waits and durations at their claim and end."""

import pytest

from chalicelib.api import cold_start
from chalicelib.domain.errors import StalePlan
from chalicelib.domain.messages import Outcome
from chalicelib.domain.words import JobType
from chalicelib.services.counted_ledger import ENDS
from chalicelib.services.ports.clock import unix
from chalicelib.services.ports.metrics import Metric
from chalicelib.workflow import steps
from tests.support.metrics import RecordedMetrics
from tests.support.runs import World, failed


def metrics(world: World) -> RecordedMetrics:
    return world.container.metrics


def test_a_job_is_counted_when_it_is_claimed_and_when_it_ends(world: World) -> None:
    world.plan()
    world.clock.advance(seconds=7)
    world.claim()
    world.claim()  # the answer was lost
    world.clock.advance(seconds=30)
    world.report_plan()
    plan = {"job_type": "PLAN"}
    assert metrics(world).of(Metric.QUEUE_WAIT) == [(7.0, plan)]
    assert metrics(world).of(Metric.JOB_DURATION) == [(30.0, plan)]
    assert metrics(world).of(Metric.JOBS_ENDED) == [(1, {**plan, "end": "success"})]


def test_every_way_to_end_counts_once(world: World) -> None:
    world.plan()
    world.cancel()
    world.plan()
    world.claim()
    world.report(**failed())
    world.report(**failed())
    world.to_applying()
    world.report(Outcome.CANCELLED)
    ended = [(told["job_type"], told["end"]) for _, told in metrics(world).of(Metric.JOBS_ENDED)]
    assert ended == [
        ("PLAN", "cancelled"),
        ("PLAN", "failed"),
        ("PLAN", "success"),
        ("DEPLOY", "cancelled"),
    ]


def test_a_job_that_no_runner_had_took_no_time(world: World) -> None:
    world.plan()
    world.cancel()
    assert metrics(world).of(Metric.JOB_DURATION) == []


def test_a_lost_lease_is_counted_and_a_job_that_nobody_took_is_not(world: World) -> None:
    world.plan()
    world.claim()
    world.clock.advance(seconds=61)
    world.reconcile()
    assert metrics(world).of(Metric.LEASES_LOST) == [(1, {"job_type": "PLAN"})]
    world.cancel()
    world.plan()
    world.claim()
    world.report_plan()
    world.approve()
    world.clock.advance(days=1)
    world.reconcile()
    assert world.job.error is not None and "took" in world.job.error.message
    assert len(metrics(world).of(Metric.LEASES_LOST)) == 1


def test_a_stale_plan_is_counted_when_it_is_refused(world: World) -> None:
    world.to_review()
    world.edit(queues=[{"name": "more"}])
    with pytest.raises(StalePlan):
        world.approve()
    assert metrics(world).of(Metric.STALE_REFUSED) == [(1, {})]


def test_each_pass_tells_of_failures_and_of_the_oldest_job(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.reconcile()
    world.plan()
    world.clock.advance(seconds=9)
    world.claim()
    world.clock.advance(seconds=40)
    with monkeypatch.context() as patch:
        patch.setattr(world.container.review, "expire", lambda run: 1 / 0)
        done = world.container.reconcile.run()
    assert done.problems == {world.run_id: "unexpected ZeroDivisionError"}
    assert metrics(world).of(Metric.RECONCILE_FAILED) == [(0, {}), (1, {})]
    assert metrics(world).of(Metric.OLDEST_JOB) == [(0.0, {}), (40.0, {})]
    assert done.long_at_it == []


def test_a_job_that_is_long_at_it_is_named(world: World) -> None:
    """The alarm about the oldest job can't."""
    world.plan()
    world.claim()
    for _ in range(2):
        world.clock.advance(minutes=16)
        until = unix(world.clock.now()) + 60
        world.container.job_store.extend_lease(world.run_id, 1, until=until, phase="plan")
        done = world.reconcile()
    assert done.long_at_it == [world.run_id]


def test_waiting_for_a_person_makes_no_job_old(world: World) -> None:
    world.to_review()
    world.clock.advance(days=2)
    world.reconcile()
    assert metrics(world).of(Metric.OLDEST_JOB) == [(0.0, {})]


def test_a_functions_first_call_counts_as_a_cold_start(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cold_start, "_counted", set())
    for _ in range(2):
        steps.reconcile({}, None)
    assert metrics(world).of(Metric.COLD_START) == [(1, {"function": "reconcile"})]


def test_no_dimension_is_a_customers(world: World) -> None:
    world.to_active()
    world.to_destroying()
    world.reconcile()
    told = metrics(world).told
    assert {name for one in told for name in one.dimensions} <= {"job_type", "end", "function"}
    values = {value for one in told for name, value in one.dimensions.items() if name != "function"}
    assert values <= {*JobType, *ENDS.values()}
