"""Executions that are lost, aborted, failed or late, and cancels at any time: the rows decide."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.domain.job import RULES
from chalicelib.domain.lifecycle.job import JobEvent
from chalicelib.domain.words import JobType, Role
from chalicelib.services.ports.ledger import MoveJob
from chalicelib.services.ports.workflow import ExecutionStatus
from tests.support.people import join
from tests.support.workers import Workers

STATES = ["Take the job in hand", "Ask for the stack", "Look at the stack", "Register the runner"]


class TestACancelledDeployment:
    @pytest.mark.parametrize("state", STATES)
    def test_takes_away_what_it_made(self, workers: Workers, state: str) -> None:
        workers.begin("deploy")
        workers.until(state)
        workers.cancel()
        workers.play()
        assert (workers.job.status, workers.worker.status) == ("CANCELLED", "FAILED")
        assert workers.stacks.standing == [] and workers.stacks.secrets == {}
        assert "ancelled" in workers.why and workers.worker.problem == workers.why

    @pytest.mark.parametrize("state", STATES)
    def test_by_an_operators_abort_does_so_as_well(self, workers: Workers, state: str) -> None:
        workers.begin("deploy")
        workers.until(state)
        workers.machine.abort()
        workers.pass_on()
        assert (workers.job.status, workers.worker.status) == ("CANCELLED", "FAILED")
        assert workers.stacks.standing == []

    def test_whose_execution_is_lost_before_it_acts_does_so_as_well(self, workers: Workers) -> None:
        workers.begin("deploy")
        workers.until("Look at the stack")
        workers.cancel()
        workers.machine.lose()
        workers.pass_on()
        assert (workers.job.status, workers.job.attempt, workers.stacks.standing) == ("CANCELLED", 2, [])

    def test_between_two_executions_does_so_as_well(self, workers: Workers) -> None:
        workers.begin("deploy")
        workers.until("Look at the stack")
        workers.machine.lose()
        workers.clock.advance(seconds=301)
        workers.container.reconcile.run()
        assert workers.job.status == "QUEUED"
        workers.cancel()
        assert workers.job.status == "QUEUED" and workers.job.cancel_requested
        workers.play()
        workers.pass_on()
        assert (workers.job.status, workers.stacks.standing) == ("CANCELLED", [])

    def test_can_be_tried_again(self, workers: Workers) -> None:
        workers.begin("deploy")
        workers.until("Look at the stack")
        workers.cancel()
        workers.play()
        assert workers.do("deploy") == "SUCCESS"

    def test_takes_an_admin(self, workers: Workers) -> None:
        workers.begin("deploy")
        approver = join(workers.zone_id, "the-approver", Role.APPROVER).user
        reply = workers.api.as_user(approver).post(f"/api/jobs/{workers.job_id}/cancel", {})
        assert reply.status == 403


def test_a_request_whose_workflow_does_not_answer_is_begun_by_the_reconciler(workers: Workers) -> None:
    workers.machine.available = False
    workers.begin("deploy")
    assert workers.machine.executions == {} and workers.job.attempt == 1
    workers.machine.available = True
    workers.clock.advance(seconds=30)
    assert workers.reconcile().restarted == [workers.job_id]
    assert workers.job.status == "SUCCESS"


def test_a_step_that_fails_beyond_its_retries_is_taken_up_by_the_next_execution(workers: Workers) -> None:
    workers.begin("deploy")
    workers.until("Look at the stack")
    workers.stacks.silent["facts"] = 7
    workers.play()
    first = workers.machine.executions[f"{workers.job_id}-1"]
    assert (first.status, first.state) == ("FAILED", "Look at the stack")
    workers.clock.advance(seconds=30)
    assert workers.reconcile().ended_attempts == [workers.job_id]
    assert (workers.job.status, workers.job.attempt) == ("SUCCESS", 2)
    assert workers.stacks.orders == ["create"]


def test_and_redriven_by_an_operator_it_finds_itself_superseded(workers: Workers) -> None:
    workers.begin("deploy")
    workers.until("Look at the stack")
    workers.stacks.silent["facts"] = 7
    workers.play()
    workers.clock.advance(seconds=30)
    workers.container.reconcile.run()
    workers.machine.redrive(f"{workers.job_id}-1")
    assert workers.machine.executions[f"{workers.job_id}-1"].path[-1] == "Superseded"
    assert workers.job.status == "SUCCESS"


def test_redriven_before_the_reconciler_looked_it_goes_on_by_itself(workers: Workers) -> None:
    workers.begin("deploy")
    workers.until("Look at the stack")
    workers.stacks.silent["facts"] = 7
    workers.play()
    workers.machine.redrive(f"{workers.job_id}-1")
    assert (workers.job.status, workers.job.attempt) == ("SUCCESS", 1)


@pytest.mark.parametrize(
    ("what", "state"),
    [
        ("deploy", "Take the job in hand"),
        ("deploy", "Ask for the stack"),
        ("deploy", "Look at the stack"),
        ("deploy", "Register the runner"),
        ("destroy", "Drain the runner"),
        ("destroy", "Delete the stack"),
        ("destroy", "Look at the deletion"),
        ("destroy", "Verify that nothing is left"),
    ],
)
def test_a_zombie_changes_nothing(workers: Workers, what: str, state: str) -> None:
    """Its lease ended while it slept; the next attempt has the job."""
    if what == "destroy":
        workers.seed_ready()
    workers.begin(what)
    workers.until(state)
    (zombie,) = workers.machine.running
    workers.machine.lose()
    workers.clock.advance(seconds=301)
    workers.container.reconcile.run()
    zombie.status = ExecutionStatus.RUNNING
    before = list(workers.stacks.orders)
    workers.machine.step(zombie)
    assert zombie.data["step"]["outcome"] == "superseded"
    assert workers.stacks.orders == before
    workers.play()
    assert workers.job.status == "SUCCESS"


STORIES: dict[str, tuple[str, Callable[[Workers], object]]] = {
    "SUCCESS": ("deploy", lambda workers: None),
    "FAILED": ("deploy", lambda workers: setattr(workers.stacks, "fails", "Cluster")),
    "CANCELLED": ("deploy", lambda workers: None),
    "GONE": ("destroy", lambda workers: workers.seed_ready()),
}


@pytest.mark.parametrize("end", STORIES)
def test_an_answer_that_is_lost_is_given_again(workers: Workers, end: str) -> None:
    """Each step is done, and its answer lost; the machine tries again."""
    what, before = STORIES[end]
    before(workers)
    real, lost = workers.machine.functions["worker_stack"], itertools.cycle([True, False])

    def answer(event: dict[str, Any], context: Any) -> Any:
        given = real(event, context)
        if next(lost):
            raise ConnectionError("nobody heard")
        return given

    workers.begin(what)
    workers.machine.functions = {**workers.machine.functions, "worker_stack": answer}
    if end == "CANCELLED":
        workers.until("Look at the stack")
        workers.cancel()
    workers.play()
    assert workers.job.status == {"GONE": "SUCCESS"}.get(end, end)
    assert workers.job.attempt == 1
    assert len(workers.stacks.orders) == len(set(workers.stacks.orders))
    assert len(workers.log) == len(set(workers.log))


def test_a_stack_that_changes_once_more_before_its_runner_is_registered_is_waited_for(
    workers: Workers,
) -> None:
    workers.begin("deploy")
    workers.until("Register the runner")
    (stack,) = workers.stacks.standing
    stack.status = "UPDATE_IN_PROGRESS"
    workers.machine.step(workers.machine.running[-1])
    assert workers.stacks.secrets == {}
    stack.status = "UPDATE_COMPLETE"
    workers.play()
    assert workers.job.status == "SUCCESS" and workers.its_credential_counts()


def test_an_account_that_never_answers_ends_the_job_after_its_last_attempt(workers: Workers) -> None:
    most = RULES[JobType.DEPLOY_WORKER].max_attempts
    workers.stacks.silent["facts"] = 10_000
    workers.begin("deploy")
    nearly = MoveJob(workers.job_id, JobEvent.RETRY, {"attempt": most - 2})
    workers.container.ledger.commit(nearly)
    workers.play()
    workers.pass_on()
    assert workers.job.attempt == most
    assert (workers.job.status, workers.worker.status) == ("FAILED", "FAILED")
    assert workers.worker.problem == "AWS did not answer."
    assert "20 attempts were made" in workers.why


def test_each_step_extends_the_lease(workers: Workers) -> None:
    workers.begin("deploy")
    workers.until("Look at the stack")
    workers.clock.advance(seconds=100)
    workers.machine.step(workers.machine.running[-1])
    assert workers.job.lease_expires_at == int(workers.clock.now().timestamp()) + 300
