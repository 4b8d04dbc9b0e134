"""Lost answers, late reports, wrong credentials: every message can come twice, and none is lost."""

from chalicelib.domain.messages import Outcome
from chalicelib.domain.words import JobType
from tests.contract.runner_task.support import Bench


def test_answers_that_are_lost_on_the_way_do_no_harm(bench: Bench) -> None:
    plane = bench.plane
    plan = bench.planned()
    paths = ("/claim", "/heartbeat", "/data-keys", "/uploads", "/state/lock", "/state/commit", "/report")
    plane.lose_answers.update(dict.fromkeys(paths, 1))
    job = plane.dispatch(JobType.DEPLOY, job_id="deploy", plan=plan)
    assert bench.finish(bench.start(job)) == 0
    first, second = plane.reports[job]
    assert first == second and first.outcome is Outcome.SUCCEEDED
    numbers = sorted(plane.chunks[job])
    assert numbers == list(range(1, len(numbers) + 1))
    assert sorted(plane.events[job]) == list(range(1, len(plane.events[job]) + 1))
    claims = [body for _, path, body in plane.requests if path.endswith("deploy/claim")]
    assert len(claims) == 2 and claims[0] == claims[1]


def test_a_late_report_is_delivered_all_the_same(bench: Bench) -> None:
    bench.plane.ended.add("plan")
    bench.plane.dispatch(JobType.PLAN, job_id="plan")
    assert bench.finish(bench.start("plan")) == 0
    assert bench.plane.reports["plan"]


def test_an_unreachable_control_plane_ends_with_1(bench: Bench) -> None:
    bench.plane.dispatch(JobType.PLAN, job_id="plan")
    bench.plane.broken.add("/claim")
    assert bench.finish(bench.start("plan")) == 1


def test_a_job_that_is_somebody_else_s_ends_with_1(bench: Bench) -> None:
    assert bench.finish(bench.start("no-such-job")) == 1


def test_a_report_that_is_never_taken_ends_with_1(bench: Bench) -> None:
    bench.plane.lease_seconds = 2
    bench.plane.broken.add("/report")
    bench.plane.dispatch(JobType.PLAN, job_id="plan")
    assert bench.finish(bench.start("plan")) == 1
