"""A runner deployed into a customer's account by one job, and what becomes of a deployment that fails."""

import json
from typing import ClassVar

import pytest

from chalicelib.adapters.dynamodb.tables import LogRow
from chalicelib.domain.job import ANY_RUNNER, CONTROL_PLANE
from chalicelib.domain.results import WorkerResult
from tests.support.builders import ACCOUNT
from tests.support.customer_stacks import REASON
from tests.support.workers import IMAGE, REGION, WORKER_ROLE, Workers

FIRST_FAILURE = f"Cluster (AWS::ECS::Cluster): {REASON}"


def test_from_the_request_to_a_runner_that_takes_jobs(workers: Workers) -> None:
    assert workers.do("deploy", cpu=2048, memory_mib=4096) == "SUCCESS"
    worker, runner = workers.worker, workers.runner
    assert runner is not None
    assert (runner.name, runner.kind, runner.draining) == ("Theirs", "fargate", False)
    assert (worker.status, worker.image, worker.problem) == ("READY", IMAGE, None)
    assert worker.outputs is not None and worker.outputs.subnets == ["subnet-1", "subnet-2"]
    assert workers.credential.startswith(f"{workers.runner_id}.")
    assert workers.its_credential_counts()
    assert workers.result == WorkerResult(
        worker_id=workers.runner_id,
        account_id=ACCOUNT,
        region=REGION,
        stack_name=worker.stack_name,
        stack_status="CREATE_COMPLETE",
        image=IMAGE,
        cluster=worker.outputs.cluster,
    )
    (stack,) = workers.stacks.standing
    assert (stack.parameters["Cpu"], stack.parameters["MemoryMiB"]) == ("2048", "4096")
    assert stack.tags["alethia:runner"] == workers.runner_id
    assert {"job.started", "runner.deployed"} <= workers.audited()
    assert not any(workers.reconcile().model_dump().values())


def test_the_account_is_entered_as_its_role_in_the_jobs_name(workers: Workers) -> None:
    workers.do("deploy")
    (place,) = set(workers.stacks.places)
    assert (place.role, place.region, place.session) == (WORKER_ROLE, REGION, workers.job_id)
    assert place.external_id == workers.identity.external_id


def test_its_log_is_cloudformations_events_told_once_and_in_order(workers: Workers) -> None:
    workers.do("deploy")
    (stack,) = workers.stacks.standing
    told = [line.partition(":")[0] for line in workers.log]
    events = [f"{one.status} {one.logical_id} ({one.resource_type})".split(":")[0] for one in stack.events]
    assert told[1:-1] == events
    assert workers.log[0].startswith("Asking CloudFormation for stack alethia-")
    assert workers.log[-1] == "The runner is ready."
    rows = list(LogRow.query(f"LOG#{workers.job_id}"))
    assert {row.expires_at for row in rows} == {None}, "no archive follows: the log must not end by itself"


def test_its_progress_is_what_cloudformation_has_made(workers: Workers) -> None:
    workers.stacks.pace = 1
    workers.begin("deploy")
    seen: set[tuple[int | str, ...]] = set()
    while workers.machine.running:
        workers.machine.step(workers.machine.running[-1])
        if progress := workers.job.progress:
            seen.add((progress.done, *progress.in_flight))
        if (1,) in seen:
            break
    progress = workers.job.progress
    assert progress is not None
    assert (progress.planned, progress.done) == (17, 1)
    assert seen == {(0,), (0, "Log"), (1,)}
    shown = workers.admin.get(f"/api/jobs/{workers.job_id}").json
    assert (shown["phase"], shown["progress"]["done"]) == ("stack", 1)


def test_what_its_execution_is_told_is_its_job_and_links(workers: Workers) -> None:
    workers.begin("deploy")
    (execution,) = workers.machine.executions.values()
    assert execution.name == f"{workers.job_id}-1"
    about = execution.data["about"]
    assert (about["job_type"], about["runner"]) == ("DEPLOY_WORKER", workers.runner_id)
    assert about["links"]["job"].endswith(f"/jobs/{workers.job_id}")
    assert execution.data["correlation_id"] == workers.job.correlation_id


class TestItsCredential:
    def test_is_nowhere_but_in_the_customers_secret(
        self, workers: Workers, capfd: pytest.CaptureFixture[str]
    ) -> None:
        """Not in a row, an execution, an answer, nor in what the functions log."""
        workers.do("deploy")
        secret = workers.credential.partition(".")[2]
        executions = [execution.data for execution in workers.machine.executions.values()]
        runner = workers.admin.get(f"/api/zones/{workers.zone_id}/runners/{workers.runner_id}")
        kept = [workers.rows(), json.dumps(executions), runner.body, repr(workers.runner), capfd.readouterr()]
        assert secret and not any(secret in str(one) for one in kept)

    def test_lets_its_tasks_claim(self, workers: Workers) -> None:
        workers.do("deploy")
        found = workers.container.runner_credentials.verify(workers.credential)
        assert found.runner_id == workers.runner_id


class TestAStackThatRollsBack:
    def test_says_the_first_failed_resources_reason_and_leaves_nothing(self, workers: Workers) -> None:
        workers.stacks.fails = "Cluster"
        assert workers.do("deploy") == "FAILED"
        assert workers.why == FIRST_FAILURE
        assert workers.job.error is not None and workers.job.error.step == "stack"
        assert workers.stacks.standing == [] and workers.stacks.revisions == {}
        assert workers.stacks.secrets == {}
        worker = workers.worker
        assert (worker.status, worker.problem, worker.outputs) == ("FAILED", FIRST_FAILURE, None)
        progress = workers.job.progress
        assert progress is not None and (progress.done, progress.failed) == (0, ["Cluster", "Task"])
        assert workers.log[-1] == "Nothing of the runner is left in the account."

    def test_can_be_tried_again_under_its_first_name(self, workers: Workers) -> None:
        workers.stacks.fails = "Cluster"
        workers.do("deploy")
        workers.stacks.fails = None
        assert workers.do("deploy", name="Another", memory_mib=4096) == "SUCCESS"
        assert (workers.worker.status, workers.worker.form.memory_mib) == ("READY", 4096)
        assert workers.worker.form.name == "Theirs"
        assert workers.its_credential_counts()

    def test_and_stays_is_deleted_by_the_next_try(self, workers: Workers) -> None:
        workers.stacks.fails, workers.stacks.refuses = "Cluster", {"delete"}
        assert workers.do("deploy") == "FAILED"
        assert workers.why == f"{FIRST_FAILURE} It could not be taken away again: The role may not delete."
        assert len(workers.stacks.standing) == 1
        workers.stacks.fails, workers.stacks.refuses = None, set()
        assert workers.do("deploy") == "SUCCESS"
        assert workers.stacks.orders == ["create", "delete", "create"]
        assert "left by an earlier job" in workers.log[0]
        assert len(workers.stacks.standing) == 1

    def test_and_is_gone_when_the_next_try_comes_to_delete_it(self, workers: Workers) -> None:
        workers.stacks.fails, workers.stacks.refuses = "Cluster", {"delete"}
        workers.do("deploy")
        workers.stacks.fails, workers.stacks.refuses = None, set()
        workers.begin("deploy")
        workers.until("Delete the stack")
        workers.stacks.standing[0].status = "DELETE_COMPLETE"
        workers.play()
        assert (workers.job.status, workers.worker.status) == ("SUCCESS", "READY")

    def test_names_what_it_could_not_take_away(self, workers: Workers) -> None:
        workers.stacks.fails, workers.stacks.left = "Cluster", ["arn:aws:logs:1", "arn:aws:logs:2"]
        assert workers.do("deploy") == "FAILED"
        assert "arn:aws:logs:1, arn:aws:logs:2" in workers.why and FIRST_FAILURE in workers.why


class TestSubnetsOfTheCustomers:
    NETWORK: ClassVar = {"vpc_id": "vpc-0a1b2c3d", "subnet_ids": ["subnet-0a1b2c3d", "subnet-0c1d2e3f"]}

    @pytest.mark.parametrize("there", [{}, {"subnet-0c1d2e3f": "vpc-0f0f0f0f"}])
    def test_that_are_not_there_are_named_before_anything_is_made(
        self, workers: Workers, there: dict[str, str]
    ) -> None:
        workers.stacks.networks = {"subnet-0a1b2c3d": "vpc-0a1b2c3d"} | there
        assert workers.do("deploy", network=self.NETWORK) == "FAILED"
        assert "vpc-0a1b2c3d in account" in workers.why
        assert "has no subnet subnet-0c1d2e3f." in workers.why
        assert (workers.stacks.orders, workers.worker.problem) == ([], workers.why)

    def test_are_corrected_by_the_next_try(self, workers: Workers) -> None:
        workers.do("deploy", network=self.NETWORK)
        assert workers.do("deploy") == "SUCCESS"


class TestWhatTheAccountRefuses:
    @pytest.mark.parametrize("call", ["facts", "create"])
    def test_before_anything_was_made_ends_it(self, workers: Workers, call: str) -> None:
        workers.stacks.refuses = {call}
        assert workers.do("deploy") == "FAILED"
        assert workers.why == f"The role may not {call}."
        assert (workers.worker.status, workers.stacks.standing) == ("FAILED", [])

    def test_of_the_credential_takes_the_stack_away_again(self, workers: Workers) -> None:
        workers.stacks.refuses = {"put_credential"}
        assert workers.do("deploy") == "FAILED"
        assert workers.why == "The role may not put_credential."
        assert workers.stacks.standing == []

    def test_while_it_is_made_says_that_something_may_be_there(self, workers: Workers) -> None:
        workers.stacks.refuses = {"events"}
        assert workers.do("deploy") == "FAILED"
        assert "The role may not events. Stack alethia-" in workers.why
        assert "may still be there" in workers.why
        workers.stacks.refuses = set()
        assert workers.do("deploy") == "SUCCESS"

    @pytest.mark.parametrize("call", ["stop_tasks", "delete", "remove_task_definitions", "left_behind"])
    def test_while_it_is_taken_away_stands_beside_the_first_reason(self, workers: Workers, call: str) -> None:
        workers.stacks.fails, workers.stacks.refuses = "Cluster", {call}
        assert workers.do("deploy") == "FAILED"
        assert workers.why == f"{FIRST_FAILURE} It could not be taken away again: The role may not {call}."
        assert workers.worker.status == "FAILED"


def test_a_stack_that_somebody_deletes_meanwhile_is_a_failure(workers: Workers) -> None:
    workers.begin("deploy")
    workers.until("Let CloudFormation work")
    (stack,) = workers.stacks.standing
    stack.status = "DELETE_COMPLETE"
    workers.play()
    assert workers.why == f"Stack {stack.name} was deleted in the account meanwhile."
    assert workers.worker.status == "FAILED"


def test_no_runner_can_have_its_job(workers: Workers) -> None:
    workers.begin("deploy")
    api, job = workers.api, workers.job
    assert job.runner == CONTROL_PLANE
    claim = {"attempt": 1, "claim_id": "claim-0001", "runner_version": "1", "terraform_versions": []}
    for runner in ("platform", CONTROL_PLANE):
        assert api.as_runner(runner).post(f"/api/jobs/{job.job_id}/claim", claim).status == 404
    assert workers.job.status == "QUEUED"
    made = workers.admin.post(f"/api/zones/{workers.zone_id}/runners", {"name": "ours"})
    assert made.status == 201
    for queue in (made.json["runner"]["runner_id"], ANY_RUNNER, "platform"):
        queued = workers.container.runner_queues.of_runner(workers.zone_id, queue, most=10)
        assert [one for one in queued if one.job_id == job.job_id] == []
    assert workers.tasks.started == []
