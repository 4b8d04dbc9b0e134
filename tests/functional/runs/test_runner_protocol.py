"""What a runner says, once, twice or too late: one winner, one answer, and no ended job that moves."""

from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from chalicelib.adapters.dynamodb.tables import JobRow, job_pk
from chalicelib.domain.errors import Fenced, Forbidden, InvalidInput, NotFound
from chalicelib.domain.messages import Assignment, ClaimRequest, Outcome
from chalicelib.domain.plan import Counts, PlanSummary
from chalicelib.services.paging import PageRequest
from tests.support.runs import ADA, World, a_chunk, failed, over

ROUNDS = 100


class TestClaim:
    def test_it_says_all_that_a_runner_needs(self, world: World) -> None:
        world.to_approved()
        given = world.claim()
        assert given.job_type == "DEPLOY"
        assert given.snapshot == world.container.job_store.snapshot(world.run_id)
        assert given.plan is not None
        assert given.plan.digest == given.plan.manifest.digest == world.run.plan_digest
        assert given.access.account_id == "210987654321"
        assert given.state_name == "shop-development-eu-west-1"
        assert given.lease_seconds == 300
        claims = world.container.job_tokens.verify(given.job_token)
        assert (claims.job_id, claims.attempt) == (given.job_id, 1)

    def test_the_same_claim_again_gets_the_same_answer(self, world: World) -> None:
        world.plan()
        assert world.claim("claim-0001") == world.claim("claim-0001")

    def test_another_claim_is_fenced(self, world: World) -> None:
        world.plan()
        world.claim("claim-0001")
        with pytest.raises(Fenced):
            world.claim("claim-0002")

    @pytest.mark.parametrize("attempt", [0, 2])
    def test_only_the_dispatched_attempt_may_claim(self, world: World, attempt: int) -> None:
        world.plan()
        with pytest.raises(Fenced):
            world.claim(attempt=attempt)

    def test_a_job_is_nothing_to_another_runner(self, world: World) -> None:
        world.plan()
        with pytest.raises(NotFound):
            world.claim(runner="another")

    def test_a_cancelled_job_is_not_given_away(self, world: World) -> None:
        world.plan()
        world.cancel()
        with pytest.raises(Fenced):
            world.claim()

    def test_of_two_runners_that_race_for_a_job_one_wins_every_time(self, world: World) -> None:
        world.plan()
        protocol = world.container.runner_protocol
        with ThreadPoolExecutor(2) as pool:
            for round_number in range(ROUNDS):
                job = world.job
                requests = [
                    ClaimRequest(
                        attempt=job.attempt,
                        claim_id=f"claim-{round_number}-{rival}",
                        runner_version="1",
                        terraform_versions=[],
                    )
                    for rival in "ab"
                ]
                rivals = [
                    pool.submit(protocol.claim, job.runner, job.job_id, request) for request in requests
                ]
                winners = [rival for rival in rivals if _won(rival)]
                assert len(winners) == 1, f"round {round_number}"
                _back_to_queued(world)


class TestHeartbeat:
    def test_each_one_extends_the_lease(self, world: World) -> None:
        world.plan()
        world.claim()
        assert world.job.status == "CLAIMED"
        first = world.job.lease_expires_at
        world.clock.advance(seconds=15)
        assert world.heartbeat().lease_seconds == 60
        assert world.job.status == "PROCESSING"
        assert world.job.lease_expires_at == first + 15

    def test_logs_and_events_are_kept_once(self, world: World) -> None:
        world.plan()
        world.claim()
        for _ in range(2):
            world.heartbeat(logs=[a_chunk(1, "one"), a_chunk(2, "two")])
        page = world.container.logs.chunks(ADA, world.job.job_id, PageRequest(limit=100))
        assert [chunk.text for chunk in page.items] == ["one", "two"]
        assert page.ended is False

    def test_a_log_is_followed_by_cursor_to_its_end(self, world: World) -> None:
        world.plan()
        world.claim()
        world.heartbeat(logs=[a_chunk(number, str(number)) for number in range(1, 6)])
        read = world.container.logs.chunks
        first = read(ADA, world.job.job_id, PageRequest(limit=3))
        rest = read(ADA, world.job.job_id, PageRequest(limit=3, cursor=first.next_cursor))
        assert [chunk.seq for chunk in (*first.items, *rest.items)] == [1, 2, 3, 4, 5]
        assert read(ADA, world.job.job_id, PageRequest(cursor=rest.next_cursor)).items == []
        world.heartbeat(logs=[a_chunk(6, "late")])
        more = read(ADA, world.job.job_id, PageRequest(cursor=rest.next_cursor))
        assert [chunk.seq for chunk in more.items] == [6]

    def test_whoever_looks_makes_the_runner_answer_every_second(self, world: World) -> None:
        world.plan()
        world.claim()
        assert world.heartbeat().watched is False
        world.container.logs.chunks(ADA, world.job.job_id, PageRequest())
        assert world.heartbeat().watched is True
        world.clock.advance(seconds=31)
        assert world.heartbeat().watched is False

    def test_counts_are_known_before_the_report(self, world: World) -> None:
        world.plan()
        world.claim()
        world.heartbeat(summary=PlanSummary(counts=Counts(create=7)))
        plan = world.container.jobs.plan(ADA, world.run_id)
        assert plan.summary is not None
        assert plan.summary.counts.create == 7
        assert plan.digest is None

    def test_a_zombie_is_fenced(self, world: World) -> None:
        world.plan()
        world.claim()
        world.clock.advance(seconds=61)
        world.reconcile()
        assert world.job.attempt == 2
        with pytest.raises(Forbidden):
            world.heartbeat(attempt=1, logs=[a_chunk(1)])
        world.claim()
        with pytest.raises(Forbidden):
            world.heartbeat(attempt=1)
        assert world.container.log_store.chunks(world.run_id, 10, None).items == []

    def test_a_job_that_ended_takes_no_heartbeat(self, world: World) -> None:
        world.plan()
        world.claim()
        world.report_plan()
        with pytest.raises(Forbidden):
            world.heartbeat()

    def test_a_long_job_gets_a_fresh_token_in_time(self, world: World) -> None:
        world.plan()
        world.claim()
        assert world.heartbeat().job_token is None
        world.clock.advance(minutes=31)
        token = world.heartbeat().job_token
        assert token is not None
        world.clock.advance(minutes=45)
        assert world.container.job_tokens.verify(token).attempt == 1


class TestReport:
    def test_the_same_report_again_is_accepted_again(self, world: World) -> None:
        world.to_applying()
        assert world.report().accepted is True
        before = world.job
        assert world.report().accepted is True
        assert world.job == before
        assert world.job.late_report is None

    def test_a_repeated_report_rings_again(self, world: World) -> None:
        world.plan()
        world.claim()
        plan = world.a_plan()
        world.machine.deaf = True
        world.report(plan=plan)
        assert world.run.status == "PLANNING"
        world.machine.deaf = False
        world.report(plan=plan)
        assert world.run.status == "AWAITING_REVIEW"

    @pytest.mark.parametrize("outcome", list(Outcome))
    def test_a_late_report_never_moves_a_job_that_ended(self, world: World, outcome: Outcome) -> None:
        world.to_applying()
        world.clock.advance(seconds=301)
        world.reconcile()
        assert world.job.status == "FAILED"
        before = (world.job.status, world.job.error, world.run, world.spec)
        assert world.report(outcome, terraform_started=True, outputs={"password": "x"}).accepted is False
        assert (world.job.status, world.job.error, world.run, world.spec) == before
        assert world.job.late_report is not None
        assert world.job.late_report["outcome"] == outcome
        assert "outputs" not in world.job.late_report
        assert world.job.orphan_risk is True

    def test_a_success_that_comes_after_a_cancel_does_not_overwrite_it(self, world: World) -> None:
        world.plan()
        world.claim()
        world.cancel()
        world.report(Outcome.CANCELLED)
        assert world.report(Outcome.SUCCEEDED, attempt=1, plan=world.a_plan()).accepted is True
        assert world.job.status == "CANCELLED"

    def test_a_report_of_an_earlier_attempt_is_late(self, world: World) -> None:
        world.plan()
        world.claim()
        world.task_stops()
        world.claim("claim-0002")
        assert world.report(attempt=1, plan=world.a_plan()).accepted is False
        assert world.job.status == "CLAIMED"
        assert world.report_plan().accepted is True

    def test_a_plan_that_succeeded_reports_its_plan_of_this_configuration(self, world: World) -> None:
        world.plan()
        world.claim()
        with pytest.raises(InvalidInput):
            world.report()
        with pytest.raises(InvalidInput) as refused:
            world.report_plan(config_hash="0" * 64)
        assert refused.value.field == "plan.manifest.config_hash"
        assert world.report_plan().accepted is True

    def test_a_failure_says_why(self, world: World) -> None:
        world.plan()
        world.claim()
        world.report(**failed("Error: Invalid index"))
        assert world.job.error is not None
        assert world.job.error.message == "Error: Invalid index"
        assert world.run.reason == "Error: Invalid index"
        assert over(world)


def _won(rival: Future[Assignment]) -> bool:
    try:
        rival.result()
    except Fenced:
        return False
    return True


def _back_to_queued(world: World) -> None:
    row = JobRow(job_pk(world.run_id), "JOB")
    row.update([JobRow.status.set("QUEUED"), JobRow.claim_id.remove()])
