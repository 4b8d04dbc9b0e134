"""What nobody tells: lost runners, lost executions, lost rings. The rows alone say how to go on."""

import pytest

from chalicelib.domain.errors import Unavailable
from chalicelib.domain.messages import EventKind
from chalicelib.services.ports.workflow import Resume
from chalicelib.services.reconcile import MAX_GENERATIONS
from tests.support.runs import World, an_event, over

A, B, C = (f"terraform_data.{name}" for name in "abc")


def test_where_nothing_is_wrong_nothing_is_done(world: World) -> None:
    world.plan()
    world.claim()
    done = world.reconcile()
    assert not any(done.model_dump().values())


class TestLostRunner:
    def test_a_plan_gets_a_fresh_attempt_three_in_all(self, world: World) -> None:
        world.plan()
        for attempt in (1, 2, 3):
            assert world.job.attempt == attempt
            world.claim(f"claim-000{attempt}")
            world.clock.advance(seconds=61)
            assert world.reconcile().ended_attempts == [world.run_id]
        assert [task.attempt for task in world.tasks.started] == [1, 2, 3]
        assert (world.job.status, world.run.status) == ("FAILED", "FAILED")
        assert world.job.error is not None
        assert "did not answer within its lease" in world.job.error.message
        assert world.is_free

    def test_a_lease_that_was_extended_in_time_goes_on(self, world: World) -> None:
        world.plan()
        world.claim()
        for _ in range(8):
            world.clock.advance(seconds=15)
            world.heartbeat()
        assert world.reconcile().ended_attempts == []

    def test_a_crash_arrives_with_the_containers_end(self, world: World) -> None:
        world.plan()
        world.claim()
        assert world.task_stops() == "attempt_ended"
        assert world.job.attempt == 2
        assert len(world.tasks.started) == 2
        assert world.task_stops(attempt=1) == "recorded"
        attempt = world.container.job_store.attempt(world.run_id, 1)
        assert attempt is not None
        assert attempt.stop_reason == "Essential container in task exited (exit code 137)."

    def test_a_containers_end_after_its_report_is_only_noted(self, world: World) -> None:
        world.plan()
        world.claim()
        world.report_plan()
        assert world.task_stops(exit_code=0) == "recorded"
        assert world.run.status == "AWAITING_REVIEW"

    def test_a_container_that_never_claims_is_given_up(self, world: World) -> None:
        world.plan()
        world.clock.advance(minutes=11)
        world.reconcile()
        assert world.job.attempt == 2
        world.clock.advance(minutes=11)
        world.reconcile()
        world.clock.advance(minutes=11)
        world.reconcile()
        assert world.job.error is not None
        assert world.job.error.message.startswith("No runner took the job in time")
        assert world.is_free

    @pytest.mark.parametrize("how", ["lease", "container"])
    def test_an_apply_fails_and_says_how_far_it_came(self, world: World, how: str) -> None:
        world.to_applying()
        world.states.known = [(A, "id-a")]
        world.heartbeat(
            events=[
                *(an_event(seq, EventKind.PLANNED, address) for seq, address in enumerate((A, B, C), 1)),
                *(an_event(seq, EventKind.START, address) for seq, address in enumerate((A, B, C), 4)),
                an_event(7, EventKind.COMPLETE, A, id_value="id-a"),
                an_event(8, EventKind.COMPLETE, B, id_value="id-b"),
            ]
        )
        if how == "lease":
            world.clock.advance(seconds=301)
            world.reconcile()
        else:
            world.task_stops()
        job = world.job
        assert (job.status, world.run.status, world.spec.status) == ("FAILED", "FAILED", "FAILED")
        assert job.error is not None
        assert "2 of 3 changes are done, 1 unknown (1 were in flight)." in job.error.message
        assert job.progress is not None
        assert job.progress.in_flight == [C]
        assert [orphan.address for orphan in job.progress.orphans] == [B]
        assert job.orphan_risk is True
        assert len(world.tasks.started) == 2
        assert world.is_free

    def test_an_apply_lost_before_terraform_started_is_withdrawn(self, world: World) -> None:
        world.to_approved()
        world.claim()
        world.task_stops()
        assert (world.job.status, world.spec.status) == ("FAILED", "DRAFT")
        assert world.job.error is not None
        assert "had not begun to change anything" in world.job.error.message
        assert world.is_free

    def test_a_state_that_cannot_be_read_calls_nothing_an_orphan(self, world: World) -> None:
        world.to_applying()
        world.states.known = None
        world.heartbeat(events=[an_event(1, EventKind.COMPLETE, A, id_value="id-a")])
        world.task_stops()
        assert world.job.progress is not None
        assert world.job.progress.orphans == []

    def test_a_runner_lost_after_a_cancel_is_not_replaced(self, world: World) -> None:
        world.plan()
        world.claim()
        world.cancel()
        world.task_stops()
        assert (world.job.status, world.run.status) == ("CANCELLED", "CANCELLED")
        assert len(world.tasks.started) == 1
        assert world.is_free


STAGES = {
    "planning": (lambda world: world.plan(), "Dispatch plan runner"),
    "planned": (lambda world: _deaf_report(world), "Record plan"),
    "reviewing": (lambda world: world.to_review(), "Await review"),
    "approved": (lambda world: _deaf_approval(world), "Check digests"),
    "dispatched": (lambda world: world.to_approved(), "Dispatch apply runner"),
    "applying": (lambda world: world.to_applying(), "Dispatch apply runner"),
    "applied": (lambda world: _deaf_apply(world), "Finalize"),
    "destroying": (lambda world: world.to_destroying(), "Dispatch apply runner"),
    "cancelled": (lambda world: _deaf_cancel(world), "Mark run"),
}


class TestLostExecution:
    @pytest.mark.parametrize("stage", list(STAGES))
    def test_it_is_taken_up_at_the_step_where_the_rows_stand(self, world: World, stage: str) -> None:
        prepare, step = STAGES[stage]
        prepare(world)
        tasks = len(world.tasks.started)
        world.machine.lose()
        world.machine.deaf = False
        assert world.reconcile().restarted == [world.run_id]
        execution = world.machine.executions[f"{world.run_id}-2"]
        assert execution.path[:2] == ["Where does the run stand?", step]
        assert len(world.tasks.started) == tasks + (stage == "approved")
        _go_on_to_the_end(world)
        assert world.run.status in ("DONE", "CANCELLED")
        assert world.is_free

    def test_a_step_of_the_lost_one_that_comes_to_life_ends_superseded(self, world: World) -> None:
        world.plan()
        world.machine.lose()
        world.reconcile()
        container = world.container
        assert container.record_plan.record(world.run_id, 1) == "superseded"
        assert container.finalize.finalize(world.run_id, 1) == "superseded"
        assert container.mark_run.mark(world.run_id, 1).outcome == "superseded"
        assert container.review.wait(world.run_id, 1, "a-token") is None
        assert world.run.status == "PLANNING"

    def test_one_that_runs_is_left_alone(self, world: World) -> None:
        world.to_review()
        assert world.reconcile().restarted == []
        assert world.run.generation == 1

    def test_a_young_run_may_still_be_getting_its_first(self, world: World) -> None:
        world.machine.available = False
        world.plan()
        world.machine.available = True
        assert world.reconcile().restarted == []

    def test_a_workflow_that_does_not_answer_is_asked_again_later(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world.plan()

        def silence(*_: object) -> None:
            raise Unavailable("The workflow did not answer.")

        with monkeypatch.context() as patch:
            patch.setattr(world.machine, "describe", silence)
            assert world.reconcile().failed == [world.run_id]
        assert world.reconcile().failed == []

    def test_a_run_that_never_comes_through_is_given_up(self, world: World) -> None:
        world.plan()
        for _ in range(MAX_GENERATIONS - 1):
            world.container.run_store.next_generation(world.run_id, world.run.generation)
        world.machine.start(world.run, Resume.PLAN)
        world.machine.lose()
        world.reconcile()
        assert world.run.status == "FAILED"
        assert world.is_free


class TestAbortedByAnOperator:
    def test_a_run_that_waits_for_review_is_cancelled(self, world: World) -> None:
        world.to_review()
        world.machine.abort()
        assert world.reconcile().cancelled == [world.run_id]
        assert world.run.status == "CANCELLED"
        assert world.is_free

    def test_a_runner_is_stopped_first(self, world: World) -> None:
        world.to_applying()
        world.machine.abort()
        assert world.reconcile().cancelled == []
        assert world.heartbeat().cancel is True
        world.report("cancelled", terraform_started=True)
        world.reconcile()
        assert (world.run.status, world.spec.status) == ("CANCELLED", "FAILED")
        assert world.is_free

    def test_an_apply_that_is_done_is_written_down_all_the_same(self, world: World) -> None:
        _deaf_apply(world)
        world.machine.abort()
        world.machine.deaf = False
        world.reconcile()
        assert (world.run.status, world.spec.status) == ("DONE", "ACTIVE")


class TestFailedSteps:
    def test_a_runner_that_cannot_be_started_fails_the_job_with_the_reason(self, world: World) -> None:
        world.tasks.available = False
        world.plan()
        assert (world.job.status, world.run.status) == ("FAILED", "FAILED")
        assert world.run.reason == "No runner could be started: no capacity."
        assert world.is_free

    def test_a_short_lack_of_capacity_is_waited_out(self, world: World) -> None:
        world.machine.failing["dispatch_runner"] = 3
        world.plan()
        world.claim()
        world.report_plan()
        assert world.run.status == "AWAITING_REVIEW"
        assert world.job.attempt == 1

    @pytest.mark.parametrize("step", ["record_plan", "check_digests"])
    def test_a_step_on_rows_that_fails_fails_no_run_and_goes_on_once_mended(
        self, world: World, step: str
    ) -> None:
        world.machine.failing[step] = 1000
        world.to_review() if step == "record_plan" else world.to_approved()
        assert not over(world)
        world.machine.failing.clear()
        world.reconcile()
        assert world.run.status == ("AWAITING_REVIEW" if step == "record_plan" else "APPROVED")
        assert len(world.machine.running) == 1

    def test_one_that_fails_for_good_is_given_up_at_last(self, world: World) -> None:
        world.machine.failing["record_plan"] = 10_000
        world.to_review()
        while world.run.generation < MAX_GENERATIONS:
            world.container.run_store.next_generation(world.run_id, world.run.generation)
        world.machine.start(world.run, Resume.RECORD_PLAN)
        world.machine.play()
        world.reconcile()
        assert world.run.status == "FAILED"
        assert "50 times" in (world.run.reason or "")
        assert world.is_free

    def test_even_a_failing_end_is_made_good_by_the_reconciler(self, world: World) -> None:
        world.machine.failing["mark_run"] = 1000
        world.plan()
        world.cancel()
        assert world.run.status == "PLANNING"
        world.machine.failing.clear()
        world.reconcile()
        assert world.run.status == "CANCELLED"
        assert world.is_free


def test_only_what_has_work_in_hand_is_looked_at(world: World) -> None:
    world.to_active()
    store = world.container
    assert list(store.job_store.live()) == []
    assert list(store.run_store.live()) == []
    world.to_review()
    assert list(store.job_store.live()) == []
    assert [run.run_id for run in store.run_store.live()] == [world.run_id]


def _deaf_report(world: World) -> None:
    world.plan()
    world.claim()
    world.machine.deaf = True
    world.report_plan()


def _deaf_approval(world: World) -> None:
    world.to_review()
    world.machine.deaf = True
    world.approve()


def _deaf_apply(world: World) -> None:
    world.to_applying()
    world.machine.deaf = True
    world.report()


def _deaf_cancel(world: World) -> None:
    world.plan()
    world.machine.deaf = True
    world.cancel()


def _go_on_to_the_end(world: World) -> None:
    if world.run.status == "PLANNING":
        if world.job.status == "QUEUED":
            world.claim()
        world.report_plan()
    if world.run.status == "AWAITING_REVIEW":
        world.approve()
    if world.run.status == "APPROVED":
        world.claim()
        world.start_terraform()
    if world.run.status == "APPLYING":
        world.report()
