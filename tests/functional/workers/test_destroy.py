"""A deployed runner is drained, its stack deleted, and the account searched for what is left."""

import pytest

from chalicelib.domain.lifecycle.job import JobEvent, JobStatus
from chalicelib.domain.results import WorkerResult
from chalicelib.domain.words import JobType
from chalicelib.services.ports.jobs import JobRecord
from chalicelib.services.ports.ledger import BeginAttempt, CreateJob, MoveJob
from tests.support.builders import ACCOUNT, NOW
from tests.support.customer_stacks import REASON
from tests.support.workers import REGION, Workers


@pytest.fixture
def ready(workers: Workers) -> Workers:
    workers.seed_ready()
    return workers


def a_job_of_its(workers: Workers, job_id: str, *, claimed: bool) -> None:
    """A connection test that the runner is to do, or does."""
    job = JobRecord(
        job_id=job_id,
        job_type=JobType.CONNECTION_TEST,
        zone_id=workers.zone_id,
        identity_id=workers.identity.identity_id,
        status=JobStatus.QUEUED,
        runner=workers.runner_id,
        created_at=NOW,
        created_by="ada",
    )
    until = int(workers.clock.now().timestamp()) + 100_000
    commit = workers.container.ledger.commit
    commit(CreateJob(job))
    commit(BeginAttempt(job_id, 1, workers.runner_id, None, NOW, until))
    if claimed:
        commit(MoveJob(job_id, JobEvent.CLAIM, {"claim_id": "claim-0001", "claimed_at": NOW}))


def test_nothing_is_left_of_it(ready: Workers) -> None:
    ready.stacks.tasks = {"a task that nobody claimed for"}
    assert ready.do("destroy") == "SUCCESS"
    assert ready.runner is None
    assert (ready.stacks.standing, ready.stacks.revisions, ready.stacks.tasks) == ([], {}, set())
    assert ready.result == WorkerResult(
        worker_id=ready.runner_id,
        account_id=ACCOUNT,
        region=REGION,
        stack_name=f"alethia-{ready.runner_id}",
    )
    progress = ready.job.progress
    assert progress is not None and (progress.planned, progress.done) == (4, 4)
    assert ready.log[-1] == "Nothing of the runner is left in the account."
    assert "runner.destroyed" in ready.audited()
    assert ready.admin.get(f"/api/zones/{ready.zone_id}/runners/{ready.runner_id}").status == 404


def test_a_stack_that_still_changes_is_waited_for_and_then_deleted(ready: Workers) -> None:
    """CloudFormation deletes none meanwhile, but one that it creates."""
    (stack,) = ready.stacks.standing
    stack.status, stack.script = "UPDATE_IN_PROGRESS", [(stack.name, "UPDATE_COMPLETE", None)]
    ready.stacks.pace = 0
    ready.begin("destroy")
    ready.until("Let CloudFormation delete")
    assert ready.log[-1] == f"Stack {stack.name} is UPDATE_IN_PROGRESS; waiting for its end."
    ready.stacks.pace = 3
    ready.play()
    assert (ready.job.status, ready.stacks.orders) == ("SUCCESS", ["delete"])


def test_tasks_are_given_the_time_to_stop_before_the_stack_goes(ready: Workers) -> None:
    ready.stacks.tasks, ready.stacks.takes_to_stop = {"one", "another"}, 3
    assert ready.do("destroy") == "SUCCESS"
    assert ready.log.count("Waiting for 2 tasks of its to stop.") == 1
    assert ready.stacks.orders[-1:] == ["delete"]


def test_what_it_has_in_hand_is_waited_for_and_what_is_queued_is_not(ready: Workers) -> None:
    a_job_of_its(ready, "job-in-hand", claimed=True)
    a_job_of_its(ready, "job-queued", claimed=False)
    ready.begin("destroy")
    runner = ready.runner
    assert runner is not None and runner.draining
    ready.until("Let its jobs end")
    assert ready.log == ["Waiting for a job that the runner has in hand: job-in-hand."]
    assert ready.job.phase == "drain"
    for _ in range(6):
        ready.machine.step(ready.machine.running[-1])
    assert len(ready.log) == 1 and len(ready.stacks.standing) == 1
    ready.container.ledger.commit(MoveJob("job-in-hand", JobEvent.SUCCEED))
    ready.play()
    assert (ready.job.status, ready.stacks.standing) == ("SUCCESS", [])


def test_it_can_be_deployed_again_afterwards(ready: Workers) -> None:
    ready.do("destroy")
    assert ready.do("deploy") == "SUCCESS"
    assert ready.worker.status == "READY"


def test_tags_that_lag_behind_are_waited_for(ready: Workers) -> None:
    ready.stacks.left = ["arn:aws:logs:1"]
    ready.begin("destroy")
    ready.until("Let the tags catch up")
    assert ready.log[-1] == "Still listed under the runner's tag: arn:aws:logs:1."
    ready.stacks.left = []
    ready.play()
    assert ready.job.status == "SUCCESS"


def test_what_stays_is_named_and_it_can_be_tried_again(ready: Workers) -> None:
    ready.stacks.left = ["arn:aws:logs:1"]
    assert ready.do("destroy") == "FAILED"
    assert ready.why == "This still carries the runner's tag: arn:aws:logs:1. Delete it, then try again."
    assert (ready.worker.status, ready.worker.problem) == ("FAILED", ready.why)
    ready.stacks.left = []
    assert ready.do("destroy") == "SUCCESS"
    assert ready.runner is None


def test_a_stack_that_cant_be_deleted_says_what_holds_it(ready: Workers) -> None:
    ready.stacks.keeps = "Cluster"
    assert ready.do("destroy") == "FAILED"
    assert f"can't be deleted: Cluster (AWS::ECS::Cluster): {REASON}." in ready.why
    ready.stacks.keeps = None
    assert ready.do("destroy") == "SUCCESS"


@pytest.mark.parametrize(
    "call", ["facts", "events", "stop_tasks", "delete", "remove_task_definitions", "left_behind"]
)
def test_what_the_account_refuses_is_said_and_it_can_be_tried_again(ready: Workers, call: str) -> None:
    ready.stacks.refuses = {call}
    assert ready.do("destroy") == "FAILED"
    assert ready.why == f"The role may not {call}."
    assert ready.worker.status == "FAILED"
    ready.stacks.refuses = set()
    assert ready.do("destroy") == "SUCCESS"


def test_a_stack_that_is_gone_already_is_no_fault(ready: Workers) -> None:
    (stack,) = ready.stacks.standing
    stack.status = "DELETE_COMPLETE"
    assert ready.do("destroy") == "SUCCESS"


def test_a_cancel_while_it_drains_ends_it_before_anything_is_deleted(ready: Workers) -> None:
    a_job_of_its(ready, "job-in-hand", claimed=True)
    ready.begin("destroy")
    ready.until("Let its jobs end")
    ready.cancel()
    ready.play()
    assert (ready.job.status, ready.worker.status) == ("CANCELLED", "FAILED")
    assert "deploy it again to use it, or destroy it" in ready.why
    assert len(ready.stacks.standing) == 1
    assert ready.do("deploy") == "SUCCESS"
    runner = ready.runner
    assert runner is not None and (ready.worker.status, runner.draining) == ("READY", False)
    assert ready.its_credential_counts() and len(ready.stacks.standing) == 1


def test_a_cancel_afterwards_comes_too_late(ready: Workers) -> None:
    ready.begin("destroy")
    ready.until("Let CloudFormation delete")
    ready.cancel()
    ready.play()
    assert (ready.job.status, ready.runner) == ("SUCCESS", None)
