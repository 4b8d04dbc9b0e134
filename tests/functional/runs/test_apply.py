"""From approval to ACTIVE, to DESTROYED, or to FAILED: what each step leaves behind."""

import pytest

from chalicelib.domain.errors import InvalidInput, StalePlan, WrongStatus
from chalicelib.domain.messages import EventKind, Outcome
from chalicelib.domain.plan import Action
from tests.support.dynamodb import Tables
from tests.support.runs import ADA, World, an_event, failed, new_world, over


def test_the_whole_way_from_a_draft_to_active(world: World) -> None:
    world.to_applying()
    assert (world.run.status, world.spec.status) == ("APPLYING", "PROVISIONING")
    world.report(outputs={})
    assert (world.run.status, world.spec.status) == ("DONE", "ACTIVE")
    assert world.spec.applied_config_hash == world.spec.config_hash
    assert world.is_free
    assert [played.status for played in world.machine.executions.values()] == ["SUCCEEDED"]


def test_terraform_starts_only_once_the_spec_is_provisioning(world: World) -> None:
    world.to_approved()
    world.claim()
    assert world.spec.status == "QUEUED"
    assert world.start_terraform().cancel is False
    assert world.spec.status == "PROVISIONING"
    assert world.start_terraform().cancel is False


def test_a_failed_apply_leaves_the_spec_failed_and_may_be_tried_again(world: World) -> None:
    world.to_applying()
    world.report(**failed("Error: creating subnet"), terraform_started=True)
    assert (world.run.status, world.spec.status) == ("FAILED", "FAILED")
    assert world.run.reason == "Error: creating subnet"
    assert world.is_free
    world.to_active()
    assert world.spec.status == "ACTIVE"


def test_a_deploy_that_failed_before_terraform_started_is_withdrawn(world: World) -> None:
    world.to_approved()
    world.claim()
    world.report(**failed("Error: no credentials"))
    assert (world.run.status, world.spec.status) == ("FAILED", "DRAFT")
    assert world.is_free


def test_an_edit_between_approval_and_claim_refuses_the_deploy(world: World) -> None:
    world.to_approved()
    world.edit(queues=[{"name": "emails"}])
    with pytest.raises(StalePlan, match="Configuration has changed"):
        world.claim()
    world.machine.play()
    assert world.job.status == "FAILED"
    assert world.job.error is not None
    assert world.job.error.message.startswith("Configuration has changed")
    assert (world.run.status, world.spec.status) == ("FAILED", "DRAFT")
    assert world.is_free


def test_an_edit_between_approval_and_dispatch_refuses_the_deploy_without_a_runner(world: World) -> None:
    world.to_review()
    world.machine.deaf = True
    world.approve()
    world.edit(queues=[{"name": "emails"}])
    world.machine.deaf = False
    world.reconcile()
    assert len(world.tasks.started) == 1
    assert (world.run.status, world.spec.status) == ("FAILED", "DRAFT")


def test_an_edit_during_the_apply_leaves_active_with_changes_not_applied(world: World) -> None:
    world.to_applying()
    applied = world.spec.config_hash
    world.edit(queues=[{"name": "emails"}])
    world.report()
    assert world.spec.status == "ACTIVE"
    assert world.spec.applied_config_hash == applied != world.spec.config_hash


def test_success_without_a_word_about_terraform_still_passes_through_applying(world: World) -> None:
    world.to_approved()
    world.claim()
    world.report()
    assert (world.run.status, world.spec.status) == ("DONE", "ACTIVE")


class TestDestroy:
    def test_the_whole_way(self, world: World) -> None:
        world.to_active()
        run = world.destroy()
        assert (run.kind, run.status) == ("destroy", "APPROVED")
        assert world.spec.status == "DESTROYING"
        world.claim()
        world.start_terraform()
        assert world.run.status == "APPLYING"
        world.report()
        assert (world.run.status, world.spec.status) == ("DONE", "DESTROYED")
        assert world.spec.applied_config_hash is None
        assert world.is_free

    def test_the_projects_name_is_typed_exactly(self, world: World) -> None:
        world.to_active()
        with pytest.raises(InvalidInput) as refused:
            world.destroy(confirm_project_name="Shop")
        assert refused.value.field == "confirm_project_name"
        assert world.spec.status == "ACTIVE"

    def test_a_draft_has_nothing_to_destroy(self, world: World) -> None:
        with pytest.raises(WrongStatus):
            world.destroy()
        assert world.is_free

    def test_one_that_failed_can_be_repeated(self, world: World) -> None:
        world.to_destroying()
        world.report(**failed("Error: bucket not empty"), terraform_started=True)
        assert world.spec.status == "FAILED"
        world.destroy()
        world.claim()
        world.report()
        assert world.spec.status == "DESTROYED"

    def test_one_that_failed_before_terraform_started_is_withdrawn(self, world: World) -> None:
        world.to_active()
        world.destroy()
        world.claim()
        world.report(**failed())
        assert world.spec.status == "ACTIVE"
        assert world.is_free

    def test_it_takes_the_place_of_a_plan_that_waits(self, world: World) -> None:
        world.to_active()
        world.to_review()
        first = world.run_id
        world.destroy()
        assert world.container.run_store.get(first).status == "SUPERSEDED"
        world.claim()
        world.report()
        assert world.spec.status == "DESTROYED"


class TestCancel:
    def test_a_queued_plan_ends_at_once_and_its_container_is_stopped(self, world: World) -> None:
        world.plan()
        world.cancel()
        assert (world.job.status, world.run.status) == ("CANCELLED", "CANCELLED")
        assert len(world.tasks.told_to_stop) == 1
        assert world.is_free

    @pytest.mark.parametrize("started", [False, True])
    def test_a_runner_is_asked_and_its_end_decides(self, world: World, started: bool) -> None:
        world.to_approved()
        world.claim()
        if started:
            world.start_terraform()
        world.cancel()
        assert world.job.status in ("CLAIMED", "PROCESSING")
        assert world.heartbeat().cancel is True
        world.report(Outcome.CANCELLED, terraform_started=started)
        assert world.run.status == "CANCELLED"
        assert world.spec.status == ("FAILED" if started else "DRAFT")
        assert world.is_free

    def test_after_a_cancel_terraform_may_not_start_any_more(self, world: World) -> None:
        world.to_approved()
        world.claim()
        world.cancel()
        assert world.start_terraform().cancel is True
        assert world.spec.status == "QUEUED"
        assert world.job.terraform_started is False

    def test_an_approved_deploy_that_nobody_claimed_is_withdrawn(self, world: World) -> None:
        world.to_approved()
        world.cancel()
        assert (world.run.status, world.spec.status) == ("CANCELLED", "DRAFT")
        assert world.is_free

    def test_a_success_that_came_before_the_cancel_stands(self, world: World) -> None:
        world.to_applying()
        world.cancel()
        world.report()
        assert world.spec.status == "ACTIVE"

    def test_asking_twice_changes_nothing_and_what_ended_stays(self, world: World) -> None:
        world.plan()
        world.cancel()
        world.cancel()
        world.to_review()
        with pytest.raises(WrongStatus):
            world.cancel()


class TestComponents:
    def test_each_one_moves_by_its_own_events(self, tables: Tables, issuer_folder: object) -> None:
        queues = [{"name": "emails"}, {"name": "orders"}]
        for world in new_world(tables, issuer_folder, queues=queues):  # type: ignore[arg-type]
            world.to_applying()
            emails = 'module.queue["emails"].aws_sqs_queue.this'
            orders = 'module.queue["orders"].aws_sqs_queue.this'
            world.heartbeat(
                events=[
                    an_event(1, EventKind.PLANNED, emails),
                    an_event(2, EventKind.PLANNED, orders),
                    an_event(3, EventKind.START, emails),
                    an_event(4, EventKind.START, orders),
                    an_event(5, EventKind.COMPLETE, emails, id_value="https://sqs/emails"),
                ]
            )
            assert world.facts == {"queue/emails": "ACTIVE", "queue/orders": "CREATING"}
            world.report(**failed(), terraform_started=True)
            assert world.facts == {"queue/emails": "ACTIVE", "queue/orders": "FAILED"}

    def test_one_that_left_the_configuration_is_destroyed_by_the_apply(
        self, tables: Tables, issuer_folder: object
    ) -> None:
        for world in new_world(tables, issuer_folder, queues=[{"name": "emails"}]):  # type: ignore[arg-type]
            world.to_active()
            assert world.facts == {"queue/emails": "ACTIVE"}
            world.edit(queues=[{"name": "orders"}])
            world.to_applying()
            gone = 'module.queue["emails"].aws_sqs_queue.this'
            world.heartbeat(
                events=[
                    an_event(1, EventKind.PLANNED, gone, Action.DESTROY),
                    an_event(2, EventKind.START, gone, Action.DESTROY),
                ]
            )
            assert world.facts["queue/emails"] == "DESTROYING"
            world.report()
            assert world.facts == {"queue/emails": "DESTROYED", "queue/orders": "ACTIVE"}


class TestFinalize:
    def test_twice_does_it_once(self, world: World) -> None:
        world.to_active()
        before = world.container.facts.of_spec(world.spec_id)
        assert world.container.finalize.finalize(world.run_id, 1) == "done"
        assert world.container.facts.of_spec(world.spec_id) == before

    def test_a_step_that_failed_for_a_while_is_repeated(self, world: World) -> None:
        world.to_applying()
        world.machine.failing["finalize"] = 3
        world.report()
        assert world.spec.status == "ACTIVE"

    def test_150_components_do_not_fit_one_transaction_and_arrive_all_the_same(
        self, tables: Tables, issuer_folder: object
    ) -> None:
        queues = [{"name": f"q{number}"} for number in range(80)]
        topics = [{"name": f"t{number}"} for number in range(70)]
        for world in new_world(tables, issuer_folder, queues=queues, topics=topics):  # type: ignore[arg-type]
            world.to_active()
            assert len(world.facts) == 150
            assert set(world.facts.values()) == {"ACTIVE"}
            assert world.is_free
            world.destroy()
            world.claim()
            world.report()
            assert set(world.facts.values()) == {"DESTROYED"}

    def test_outputs_reach_the_components_that_they_are_about(
        self, tables: Tables, issuer_folder: object
    ) -> None:
        for world in new_world(tables, issuer_folder, queues=[{"name": "emails"}]):  # type: ignore[arg-type]
            world.to_applying()
            url = "https://sqs.eu-west-1.amazonaws.com/1/emails"
            world.report(outputs={"sqs_queues": {"emails": {"url": url}}})
            (facts,) = world.container.facts.of_spec(world.spec_id)
            assert facts.status == "ACTIVE"
            assert url in facts.facts.values()


def test_a_rerun_plans_again_or_destroys_again(world: World) -> None:
    world.to_applying()
    world.report(**failed(), terraform_started=True)
    again = world.container.jobs.rerun(ADA, world.job.job_id, idempotency_key=None, confirm=None)
    assert (again.kind, again.status) == ("deploy", "PLANNING")
    world.run_id = again.run_id
    world.machine.play()
    world.cancel()
    assert over(world)
    world.destroy()
    world.claim()
    world.report(**failed())
    with pytest.raises(InvalidInput):
        world.container.jobs.rerun(ADA, world.job.job_id, idempotency_key=None, confirm=None)
    again = world.container.jobs.rerun(ADA, world.job.job_id, idempotency_key="k", confirm="shop")
    assert again.kind == "destroy"
