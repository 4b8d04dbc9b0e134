"""A person's word: bound to one plan, of one configuration, of one state. Anything stale is refused."""

import pytest

from chalicelib.adapters.dynamodb.tables import IdentityRow, PlanRow, job_pk, zone_pk
from chalicelib.domain.errors import Forbidden, InvalidInput, NotFound, StalePlan, WrongStatus
from chalicelib.services.access import Principal
from tests.support.people import join
from tests.support.runs import ADA, World

SENTENCE = "Configuration has changed since the plan was generated. Please re-plan."


def test_an_approval_makes_the_deploy_job_and_queues_the_spec(world: World) -> None:
    world.to_review()
    world.approve(comment="looks right")
    assert world.run.status == "APPROVED"
    assert world.spec.status == "QUEUED"
    assert world.spec.settled_status == "DRAFT"
    assert world.job.job_type == "DEPLOY"
    assert world.job.plan_job_id == world.run_id
    assert world.run.decisions[0].comment == "looks right"
    assert [task.job_id for task in world.tasks.started] == [world.run_id, world.job.job_id]


def test_the_same_approval_again_answers_the_same(world: World) -> None:
    world.to_review()
    first = world.approve()
    again = world.approve()
    assert again.apply_job_id == first.apply_job_id
    assert len(world.run.decisions) == 1
    world.claim()
    world.start_terraform()
    world.report()
    assert world.approve().status == "DONE"


def test_somebody_elses_approval_of_an_approved_run_is_refused(world: World) -> None:
    world.to_approved()
    _member(world, "bob", "approver")
    with pytest.raises(WrongStatus):
        world.approve(by=Principal("bob"))


def _stale_configuration(world: World) -> None:
    world.edit(queues=[{"name": "emails"}])


def _stale_identity(world: World) -> None:
    row = IdentityRow(zone_pk(world.zone_id), f"IDENTITY#{world.spec.cloud_identity}")
    row.update([IdentityRow.account_id.set("000000000001")])


def _moved_state(world: World) -> None:
    world.states.version = world.stored_head(serial=4)


def _missing_artifact(world: World) -> None:
    PlanRow(job_pk(world.run_id), "PLAN").update([PlanRow.result.remove()])


def _expired(world: World) -> None:
    world.clock.advance(days=7, seconds=1)


@pytest.mark.parametrize(
    ("change", "sentence", "changed"),
    [
        (_stale_configuration, SENTENCE, ["queues[emails]"]),
        (_stale_identity, SENTENCE, ["account_id"]),
        (_moved_state, "The terraform state has changed", ["state"]),
        (_missing_artifact, "no recorded artifact", ["artifact"]),
        (_expired, "has expired", ["time"]),
    ],
)
def test_a_stale_plan_is_refused_with_what_changed_and_nothing_is_touched(
    world: World, change: object, sentence: str, changed: list[str]
) -> None:
    world.to_review()
    change(world)  # type: ignore[operator]
    before, spec = world.run, world.spec
    with pytest.raises(StalePlan, match=sentence) as refused:
        world.approve()
    assert refused.value.details["changed"] == changed
    assert world.run == before
    assert world.run.apply_job_id is None
    assert (world.spec.status, world.spec.live_run) == (spec.status, spec.live_run)


def test_the_approver_names_the_plan_that_they_saw(world: World) -> None:
    world.to_review()
    with pytest.raises(StalePlan, match="not the plan of this run"):
        world.approve(plan_digest="0" * 64)
    with pytest.raises(InvalidInput):
        world.reject(plan_digest="0" * 64)
    assert world.run.status == "AWAITING_REVIEW"


def test_an_edit_in_the_very_moment_of_the_approval_wins(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.to_review()
    guard = world.container.plan_guard
    judged = guard.require_fresh

    def edited_right_after(*args: str) -> object:
        fresh = judged(*args)
        monkeypatch.setattr(guard, "require_fresh", judged)
        world.edit(queues=[{"name": "emails"}])
        return fresh

    monkeypatch.setattr(guard, "require_fresh", edited_right_after)
    with pytest.raises(StalePlan, match="Configuration has changed"):
        world.approve()
    assert world.run.status == "AWAITING_REVIEW"
    assert world.run.apply_job_id is None


@pytest.mark.parametrize("end", ["reject", "expire", "supersede"])
def test_what_was_decided_otherwise_is_not_approved(world: World, end: str) -> None:
    world.to_review()
    run_id, digest = world.run_id, world.run.plan_digest
    if end == "reject":
        world.reject()
    elif end == "expire":
        world.clock.advance(days=8)
        world.reconcile()
    else:
        world.plan()
    with pytest.raises((StalePlan, WrongStatus)):
        world.container.decisions.approve(ADA, run_id, plan_digest=str(digest))
    if end != "supersede":
        assert world.is_free
        assert world.machine.running == []


def test_a_rejection_ends_the_run_and_says_who(world: World) -> None:
    world.to_review()
    world.reject(comment="too big")
    assert world.run.status == "REJECTED"
    assert world.run.reason == "ada rejected the plan."
    assert world.reject().status == "REJECTED"
    assert world.is_free


def test_planners_and_strangers_may_not_decide(world: World) -> None:
    world.to_review()
    _member(world, "pat", "planner")
    with pytest.raises(Forbidden, match="approver"):
        world.approve(by=Principal("pat"))
    with pytest.raises(NotFound):
        world.approve(by=Principal("eve"))


def test_a_decision_that_came_before_the_wait_is_found_in_the_row(world: World) -> None:
    world.machine.failing["await_review"] = 7  # every try fails: the run is marked alive and taken up again
    world.to_review()
    assert world.run.status == "AWAITING_REVIEW"
    world.approve()
    assert world.spec.status == "QUEUED"


def test_a_lost_ring_is_rung_again(world: World) -> None:
    world.to_review()
    world.machine.deaf = True
    world.approve()
    assert len(world.tasks.started) == 1
    world.machine.deaf = False
    world.reconcile()
    assert len(world.tasks.started) == 2


def test_a_wait_that_times_out_looks_again(world: World) -> None:
    world.to_review()
    world.machine.time_out()
    world.machine.play()
    world.approve()
    assert len(world.tasks.started) == 2


def test_a_wait_that_times_out_after_the_time_is_over_expires_the_review(world: World) -> None:
    world.to_review()
    world.clock.advance(days=8)
    world.machine.time_out()
    world.machine.play()
    assert world.run.status == "EXPIRED"
    assert world.is_free
    assert world.machine.running == []


def _member(world: World, user: str, role: str) -> None:
    join(world.zone_id, user, role)
