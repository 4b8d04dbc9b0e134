"""What is counted, and by what: jobs where they end, waits and durations at their claim and end."""

from chalicelib.domain.messages import Outcome
from chalicelib.services.ports.metrics import Metric
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
