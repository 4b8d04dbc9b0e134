"""Planning: one live run for each spec, and a spec that stays what it was."""

import pytest

from chalicelib.domain.errors import Conflict, Forbidden, InvalidInput, NotFound, RunInProgress
from chalicelib.domain.lifecycle.spec import SpecStatus
from chalicelib.services.access import Principal
from tests.support.people import join
from tests.support.runs import ADA, World, failed
from tests.support.stage import DEFINITION


def test_a_plan_is_dispatched_claimed_reported_and_waits_for_review(world: World) -> None:
    world.plan()
    assert world.spec.live_run == world.run_id
    assert [task.job_id for task in world.tasks.started] == [world.run_id]
    assignment = world.claim()
    assert assignment.job_type == "PLAN"
    world.report_plan()
    assert world.run.status == "AWAITING_REVIEW"
    assert world.run.plan_digest
    assert world.spec.status == SpecStatus.DRAFT


@pytest.mark.parametrize("settled", ["DRAFT", "ACTIVE", "FAILED", "DESTROYED"])
@pytest.mark.parametrize("end", ["nothing", "failed", "rejected", "cancelled", "expired"])
def test_whatever_comes_of_a_plan_the_spec_stays_what_it_was(world: World, settled: str, end: str) -> None:
    world.set_spec(status=settled, settled_status=settled)
    world.plan()
    world.claim()
    match end:
        case "nothing":
            world.report_plan(has_changes=False)
        case "failed":
            world.report(**failed())
        case "rejected":
            world.report_plan()
            world.reject()
        case "cancelled":
            world.cancel()
            assert world.heartbeat().cancel
            world.report(outcome="cancelled")
        case "expired":
            world.report_plan()
            world.clock.advance(days=8)
            world.reconcile()
    expected = {"nothing": "DONE"}.get(end, end.upper())
    assert world.run.status == expected
    assert world.spec.status == settled
    assert world.is_free


def test_a_plan_without_changes_of_an_active_spec_notes_that_its_configuration_is_applied(
    world: World,
) -> None:
    world.to_active()
    world.edit(tags_only=None) if False else None
    world.plan()
    world.claim()
    world.report_plan(has_changes=False)
    assert world.run.status == "DONE"
    assert world.spec.applied_config_hash == world.spec.config_hash


def test_the_repeat_of_a_request_starts_nothing_new(world: World) -> None:
    first = world.plan(idempotency_key="k1")
    again = world.plan(idempotency_key="k1")
    assert again.run_id == first.run_id
    assert len(world.machine.executions) == 1


def test_a_key_that_was_used_for_another_request_is_refused(world: World) -> None:
    world.plan(idempotency_key="k1")
    with pytest.raises(Conflict, match="used for a different request"):
        world.plan(idempotency_key="k1", auto_approve=True)


@pytest.mark.parametrize("stage", ["planning", "approved", "applying"])
def test_a_second_run_is_refused_with_the_id_of_the_first(world: World, stage: str) -> None:
    {"planning": world.plan, "approved": world.to_approved, "applying": world.to_applying}[stage]()
    first = world.run_id
    with pytest.raises(RunInProgress) as refused:
        world.plan()
    assert refused.value.details["run_id"] == first
    assert world.spec.live_run == first


def test_a_new_plan_supersedes_one_that_only_waits_for_review(world: World) -> None:
    world.to_review()
    first = world.run_id
    world.plan()
    assert world.container.run_store.get(first).status == "SUPERSEDED"
    assert world.spec.live_run == world.run_id != first
    assert world.machine.executions[f"{first}-1"].status == "SUCCEEDED"


def test_a_plan_pins_the_task_definition_that_its_apply_runs_on(world: World) -> None:
    world.to_review()
    world.tasks.definition = "arn:…:8"
    world.approve()
    assert [task.task_definition for task in world.tasks.started] == [DEFINITION, DEFINITION]


def test_a_workflow_that_does_not_answer_only_delays_the_run(world: World) -> None:
    world.machine.available = False
    world.plan()
    assert world.run.status == "PLANNING"
    world.machine.available = True
    world.clock.advance(seconds=30)
    assert world.reconcile().restarted == [world.run_id]
    assert len(world.tasks.started) == 1


def test_strangers_see_no_spec_and_viewers_may_not_plan(world: World) -> None:
    with pytest.raises(NotFound):
        world.container.runs.start_plan(Principal("eve"), world.spec_id)
    with pytest.raises(NotFound):
        world.container.runs.start_plan(ADA, "spec-none")


def test_an_unready_spec_is_not_planned(world: World) -> None:
    world.edit(caches=[{"name": "c", "engine_version": "8.0", "node_type": "cache.t4g.micro"}])
    with pytest.raises(InvalidInput) as refused:
        world.plan()
    assert refused.value.field == "network"
    assert world.is_free


def test_a_runner_that_the_zone_does_not_have_is_named(world: World) -> None:
    with pytest.raises(InvalidInput) as refused:
        world.plan(runner="somebody-elses")
    assert refused.value.field == "runner"


class TestApprovedBeforehand:
    def test_a_gentle_plan_is_applied_without_a_person(self, world: World) -> None:
        world.plan(auto_approve=True)
        world.claim()
        world.report_plan(create=5)
        assert world.run.status == "APPROVED"
        assert world.run.decisions[0].by == "ada"
        assert world.job.job_type == "DEPLOY"

    def test_a_plan_that_destroys_waits_for_a_person_all_the_same(self, world: World) -> None:
        world.plan(auto_approve=True)
        world.claim()
        world.report_plan(destroy=1)
        assert world.run.status == "AWAITING_REVIEW"

    def test_it_takes_the_approvers_role(self, world: World) -> None:
        join(world.zone_id, "pat", "planner")
        with pytest.raises(Forbidden, match="approver"):
            world.container.runs.start_plan(Principal("pat"), world.spec_id, auto_approve=True)
        assert world.container.runs.start_plan(Principal("pat"), world.spec_id).status == "PLANNING"
