"""Executions that are lost, aborted, failed or late, and cancels at any time: the rows decide."""

import pytest

from chalicelib.domain.job import RULES
from chalicelib.domain.lifecycle.job import JobEvent
from chalicelib.domain.words import JobType, Role
from chalicelib.services.ports.ledger import MoveJob
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


def test_a_zombie_changes_nothing(workers: Workers) -> None:
    """Its lease ended while it slept; the next attempt has the job."""
    workers.begin("deploy")
    workers.until("Ask for the stack")
    (zombie,) = workers.machine.running
    workers.machine.lose()
    workers.clock.advance(seconds=301)
    workers.container.reconcile.run()
    zombie.status = zombie.status.__class__.RUNNING
    workers.machine.step(zombie)
    assert workers.stacks.orders == [] and zombie.data["step"]["outcome"] == "superseded"
    workers.play()
    assert workers.job.status == "SUCCESS" and workers.stacks.orders == ["create"]


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
