"""A zone's rules about approvals: how many people, which people, for exactly which plan."""

from typing import Any

import pytest

from chalicelib.adapters.dynamodb.tables import RunRow, run_pk
from chalicelib.domain.errors import Forbidden, StalePlan, WrongStatus
from chalicelib.domain.run import Decision, Run
from chalicelib.services.record_plan import AutoApprove
from tests.support.builders import NOW
from tests.support.rules import entries, give_role, people, set_rules, together
from tests.support.runs import ADA, World


def approvers(world: World) -> list[str]:
    return [decision.by for decision in world.run.decisions]


# --- several approvals ------------------------------------------------------------------------------------


def test_the_last_of_the_approvals_makes_the_deploy_job(world: World) -> None:
    bob, cid = people(world, "bob", "cid")
    set_rules(world, approvals_needed=3)
    world.to_review()
    first = world.approve(by=bob)
    assert (first.status, first.approvals_missing, first.apply_job_id) == ("AWAITING_REVIEW", 2, None)
    assert first.waits_for == (
        "1 of 3 approvals are given (bob); 2 more are needed by other approvers. "
        "Yours is counted once, however often you approve."
    )
    assert world.approve(by=cid).approvals_missing == 1
    assert (world.run.status, world.spec.status, world.spec.live_run) == (
        "AWAITING_REVIEW",
        "DRAFT",
        world.run_id,
    )
    last = world.approve()
    assert (last.status, last.approvals_missing) == ("APPROVED", None)
    assert world.job.job_type == "DEPLOY"
    assert approvers(world) == ["bob", "cid", "ada"]
    assert {decision.plan_digest for decision in world.run.decisions} == {world.run.plan_digest}


def test_one_person_counts_once(world: World) -> None:
    (bob,) = people(world, "bob")
    set_rules(world, approvals_needed=2)
    world.to_review()
    first = world.approve(by=bob)
    again = world.approve(by=bob, comment="I mean it")
    assert again == first
    assert world.run.status == "AWAITING_REVIEW"
    assert approvers(world) == ["bob"]
    assert len(entries(world, "run.approved")) == 1


def test_approvals_of_another_plan_never_count(world: World) -> None:
    (bob,) = people(world, "bob")
    set_rules(world, approvals_needed=2)
    world.to_review()
    world.approve(by=bob)
    world.plan()
    world.claim()
    world.report_plan()
    assert world.run.decisions == []
    # Even in the row of the new run, an approval of the old plan is none of it.
    old = Decision(verdict="approve", by="bob", at=NOW, plan_digest="0" * 64)
    RunRow(run_pk(world.run_id), "RUN").update(
        [RunRow.decisions.set([old.model_dump(mode="json")]), RunRow.decided.set(1)]
    )
    assert world.approve().approvals_missing == 1
    assert world.approve(by=bob).status == "APPROVED"
    assert approvers(world) == ["bob", "ada", "bob"]


def test_a_reject_by_anybody_ends_it(world: World) -> None:
    (bob,) = people(world, "bob")
    set_rules(world, approvals_needed=2)
    world.to_review()
    world.approve(by=bob)
    world.reject()
    assert world.run.status == "REJECTED"
    assert [decision.verdict for decision in world.run.decisions] == ["approve", "reject"]
    assert world.is_free
    with pytest.raises(StalePlan, match="rejected"):
        world.approve()


def test_an_approval_of_a_stale_plan_is_refused_and_not_recorded(world: World) -> None:
    (bob,) = people(world, "bob")
    set_rules(world, approvals_needed=2)
    world.to_review()
    world.approve(by=bob)
    world.edit(queues=[{"name": "emails"}])
    with pytest.raises(StalePlan, match="Configuration has changed"):
        world.approve()
    assert approvers(world) == ["bob"]


def test_who_lost_the_role_is_not_counted_any_more(world: World) -> None:
    bob, cid = people(world, "bob", "cid")
    set_rules(world, approvals_needed=2)
    world.to_review()
    world.approve(by=bob)
    give_role(world, "bob", "viewer")
    assert world.approve().approvals_missing == 1
    assert world.run.status == "AWAITING_REVIEW"
    give_role(world, "bob", "approver")
    assert world.container.runs.get(cid, world.run_id).approvals_missing == 0
    assert world.approve(by=bob).status == "APPROVED"


def test_approvals_survive_a_workflow_that_is_lost(world: World) -> None:
    (bob,) = people(world, "bob")
    set_rules(world, approvals_needed=2)
    world.to_review()
    world.approve(by=bob)
    world.machine.lose()
    world.clock.advance(minutes=1)
    world.reconcile()
    assert world.run.generation == 2
    world.approve()
    assert world.run.status == "APPROVED"
    assert world.tasks.started[-1].job_id == world.job.job_id


# --- at the same instant ----------------------------------------------------------------------------------


@pytest.mark.parametrize("needed", [2, 3])
def test_approvers_at_the_same_instant_are_all_recorded_and_make_one_job(world: World, needed: int) -> None:
    everybody = people(world, "bob", "cid", "dan")[:needed]
    set_rules(world, approvals_needed=needed)
    world.to_review()
    digest = str(world.run.plan_digest)
    approve = world.container.decisions.approve
    answers = together(*(lambda who=who: approve(who, world.run_id, plan_digest=digest) for who in everybody))
    assert all(isinstance(answer, Run) for answer in answers), answers
    assert sorted(approvers(world)) == sorted(who.user for who in everybody)
    assert world.run.status == "APPROVED"
    jobs = world.container.job_store.of_spec(world.spec_id, 10, None).items
    assert [job.job_type for job in jobs].count("DEPLOY") == 1
    assert len(entries(world, "run.approved")) == needed


def test_an_approval_and_a_reject_at_the_same_instant_agree(world: World) -> None:
    bob, cid = people(world, "bob", "cid")
    set_rules(world, approvals_needed=2)
    world.to_review()
    world.approve(by=bob)
    digest, decisions = str(world.run.plan_digest), world.container.decisions
    together(
        lambda: decisions.approve(ADA, world.run_id, plan_digest=digest),
        lambda: decisions.reject(cid, world.run_id, plan_digest=digest),
    )
    verdicts = [decision.verdict for decision in world.run.decisions]
    if world.run.status == "APPROVED":
        assert verdicts == ["approve", "approve"]
    else:
        assert (world.run.status, world.run.apply_job_id, verdicts[-1]) == ("REJECTED", None, "reject")


def test_a_rule_that_becomes_stricter_in_the_very_moment_of_an_approval_holds(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.to_review()
    approvals = world.container.approvals
    counted = approvals.of

    def tightened_right_after(*args: Any) -> object:
        approval = counted(*args)
        monkeypatch.setattr(approvals, "of", counted)
        set_rules(world, approvals_needed=2)
        return approval

    monkeypatch.setattr(approvals, "of", tightened_right_after)
    assert world.approve().approvals_missing == 1
    assert world.run.status == "AWAITING_REVIEW"


# --- the rules of then and of now -------------------------------------------------------------------------


@pytest.mark.parametrize(("then", "now", "holds"), [(1, 2, 2), (2, 1, 2)])
def test_a_waiting_plan_keeps_the_stricter_number(world: World, then: int, now: int, holds: int) -> None:
    people(world, "bob")
    set_rules(world, approvals_needed=then)
    world.to_review()
    set_rules(world, approvals_needed=now)
    shown = world.container.runs.get(ADA, world.run_id)
    assert (shown.approvals_needed, shown.approvals_missing) == (holds, holds)
    assert world.approve().approvals_missing == holds - 1


def test_a_zone_says_how_long_a_plan_waits(world: World) -> None:
    set_rules(world, review_seconds=3600)
    world.to_review()
    set_rules(world, review_seconds=7200)  # helps the next plan only
    world.clock.advance(minutes=59)
    world.reconcile()
    assert world.run.status == "AWAITING_REVIEW"
    world.clock.advance(minutes=1)
    world.reconcile()
    assert world.run.status == "EXPIRED"


def test_an_approver_who_loses_the_role_in_the_very_moment_does_not_count(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    (bob,) = people(world, "bob")
    set_rules(world, approvals_needed=2)
    world.to_review()
    world.approve(by=bob)
    approvals = world.container.approvals
    counted = approvals.of

    def removed_right_after(*args: Any) -> object:
        approval = counted(*args)
        monkeypatch.setattr(approvals, "of", counted)
        give_role(world, "bob", "viewer")
        return approval

    monkeypatch.setattr(approvals, "of", removed_right_after)
    assert world.approve().approvals_missing == 1
    assert world.run.apply_job_id is None


# --- who planned ------------------------------------------------------------------------------------------


def test_who_planned_may_not_approve_where_the_rule_says_so(world: World) -> None:
    (bob,) = people(world, "bob")
    set_rules(world, planner_may_approve=False)
    world.to_review()
    with pytest.raises(Forbidden, match=r"who planned may not approve.*another approver") as refused:
        world.approve()
    assert refused.value.details["rule"] == "planner_may_approve"
    assert world.run.decisions == []
    assert "ada planned it" in str(world.container.runs.get(bob, world.run_id).waits_for)
    assert world.approve(by=bob).status == "APPROVED"


def test_a_planners_approval_of_before_the_rule_does_not_count(world: World) -> None:
    bob, cid = people(world, "bob", "cid")
    set_rules(world, approvals_needed=2)
    world.to_review()
    world.approve()
    set_rules(world, approvals_needed=2, planner_may_approve=False)
    assert world.approve(by=bob).approvals_missing == 1
    assert world.approve(by=cid).status == "APPROVED"


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [({"approvals_needed": 2}, "needs 2 approvals"), ({"planner_may_approve": False}, "who plans may not")],
)
def test_nothing_is_approved_beforehand_where_the_rules_want_more(
    world: World, rules: dict[str, Any], sentence: str
) -> None:
    set_rules(world, **rules)
    with pytest.raises(Forbidden, match=sentence):
        world.plan(auto_approve=True)
    assert world.spec.live_run is None


@pytest.mark.parametrize("rules", [{"approvals_needed": 2}, {"planner_may_approve": False}])
def test_rules_that_change_meanwhile_make_it_wait_for_people(world: World, rules: dict[str, Any]) -> None:
    world.plan(auto_approve=True)
    set_rules(world, **rules)
    world.claim()
    world.report_plan()
    assert (world.run.status, world.run.decisions) == ("AWAITING_REVIEW", [])


def test_who_lost_the_role_approved_nothing_beforehand(world: World) -> None:
    (bob,) = people(world, "bob")
    world.run_id = world.container.runs.start_plan(bob, world.spec_id, auto_approve=True).run_id
    world.machine.play()
    give_role(world, "bob", "planner")
    world.claim()
    world.report_plan()
    assert world.run.status == "AWAITING_REVIEW"


@pytest.mark.parametrize(("needed", "status"), [(1, "APPROVED"), (2, "AWAITING_REVIEW")])
def test_the_deployments_rule_counts_where_one_approval_is_enough(
    world: World, monkeypatch: pytest.MonkeyPatch, needed: int, status: str
) -> None:
    monkeypatch.setattr(world.container.record_plan, "_rule", AutoApprove.NO_DESTROY)
    set_rules(world, approvals_needed=needed, planner_may_approve=False)
    world.to_review()
    assert world.run.status == status
    if status == "APPROVED":
        assert entries(world, "run.approved")[0]["actor"] == "rule:no-destroy"


# --- destroys ---------------------------------------------------------------------------------------------


def test_a_destroy_takes_an_admin_where_applies_take_several_people(world: World) -> None:
    (bob,) = people(world, "bob")
    world.to_active()
    set_rules(world, approvals_needed=2)
    destroy = world.container.runs.destroy
    with pytest.raises(Forbidden, match="takes the role admin; yours is approver"):
        destroy(bob, world.spec_id, confirm_project_name="shop")
    assert world.spec.live_run is None
    set_rules(world, approvals_needed=1)
    assert destroy(bob, world.spec_id, confirm_project_name="shop").status == "APPROVED"


def test_somebody_elses_approval_of_what_is_approved_is_refused(world: World) -> None:
    (bob,) = people(world, "bob")
    world.to_approved()
    with pytest.raises(WrongStatus):
        world.approve(by=bob)
