"""Step Functions as the workflow: names, rings that find nobody, and executions that are gone."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from chalicelib.adapters.step_functions import StepFunctions
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.job import CONTROL_PLANE
from chalicelib.domain.lifecycle.job import JobStatus
from chalicelib.domain.lifecycle.run import RunStatus
from chalicelib.domain.run import RunKind
from chalicelib.domain.words import JobType
from chalicelib.services.execution_input import Links, deploy_job_id, of_run
from chalicelib.services.ports.jobs import JobRecord
from chalicelib.services.ports.runs import RunRecord
from chalicelib.services.ports.workflow import ExecutionStatus, Resume

MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:alethia"
WORKERS = f"{MACHINE}-worker-stack"


class FakeClient:
    """Answers every call with `answer`, or raises it."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.asked: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        def call(**request: Any) -> Any:
            self.asked = {"call": name, **request}
            if isinstance(self.answer, Exception):
                raise self.answer
            return self.answer

        return call


def step_functions(client: FakeClient) -> StepFunctions:
    return StepFunctions(client, MACHINE, WORKERS, Links("https://console.test/", "https://api.test"))


def a_run(**more: Any) -> RunRecord:
    fields = {
        "run_id": "job-1",
        "kind": RunKind.DEPLOY,
        "spec_id": "spec-1",
        "zone_id": "zone-1",
        "status": RunStatus.PLANNING,
        "correlation_id": "request-1",
        "config_hash": "ab" * 32,
        "runner": "platform",
        "created_at": "2026-03-01T12:00:00.000Z",
        "created_by": "ada",
    }
    return RunRecord.model_validate(fields | more)


def a_refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code}}, "any")


def test_an_execution_is_named_after_run_and_generation() -> None:
    client = FakeClient({})
    step_functions(client).start(a_run(generation=2), Resume.REVIEW)
    assert client.asked["name"] == "job-1-2"


def test_its_input_says_where_to_look() -> None:
    client = FakeClient({})
    step_functions(client).start(a_run(), Resume.REVIEW)
    shown = json.loads(client.asked["input"])
    about = shown.pop("about")
    assert shown == {"run_id": "job-1", "generation": 1, "resume": "review", "correlation_id": "request-1"}
    links = about.pop("links")
    assert about == {
        "zone_id": "zone-1",
        "spec_id": "spec-1",
        "plan_job": "job-1",
        "apply_job": deploy_job_id("job-1"),
    }
    assert links["plan_job"] == "https://console.test/jobs/job-1"
    assert links["spec"] == "https://console.test/specs/spec-1"


def test_a_destroy_has_one_job_and_without_a_console_links_lead_to_the_api() -> None:
    about = of_run(a_run(kind=RunKind.DESTROY), Resume.APPLY, Links(api_url="https://api.test/v1/"))["about"]
    assert about["links"] == {
        "run": "https://api.test/v1/api/runs/job-1",
        "spec": "https://api.test/v1/api/specs/spec-1",
        "destroy_job": "https://api.test/v1/api/jobs/job-1",
    }


def test_a_job_about_a_deployed_runner_is_an_execution_of_the_other_machine() -> None:
    client = FakeClient({"status": "RUNNING"})
    job = JobRecord(
        job_id="job-1",
        job_type=JobType.DEPLOY_WORKER,
        zone_id="zone-1",
        worker_id="runner-1",
        correlation_id="request-1",
        status=JobStatus.QUEUED,
        runner=CONTROL_PLANE,
        created_at="2026-03-01T12:00:00.000Z",
        created_by="ada",
    )
    workflow = step_functions(client)
    workflow.start_worker(job, 2)
    assert (client.asked["stateMachineArn"], client.asked["name"]) == (WORKERS, "job-1-2")
    shown = json.loads(client.asked["input"])
    assert (shown["job_id"], shown["attempt"], shown["correlation_id"]) == ("job-1", 2, "request-1")
    assert shown["about"]["links"] == {
        "job": "https://console.test/jobs/job-1",
        "runner": "https://console.test/zones/zone-1/runners/runner-1",
    }
    assert workflow.describe_worker("job-1", 2).status is ExecutionStatus.RUNNING
    assert client.asked["executionArn"] == f"{WORKERS.replace('stateMachine', 'execution')}:job-1-2"


def test_starting_twice_starts_once() -> None:
    step_functions(FakeClient(a_refusal("ExecutionAlreadyExists"))).start(a_run(), Resume.PLAN)


@pytest.mark.parametrize(
    "error", [a_refusal("ThrottlingException"), EndpointConnectionError(endpoint_url="http://127.0.0.1:9")]
)
def test_a_workflow_that_does_not_answer_is_unavailable(error: Exception) -> None:
    workflow = step_functions(FakeClient(error))
    with pytest.raises(Unavailable):
        workflow.start(a_run(), Resume.PLAN)
    with pytest.raises(Unavailable):
        workflow.describe("job-1", 1)
    assert workflow.ring("token", "success") is False


def test_a_ring_carries_one_word() -> None:
    client = FakeClient({})
    assert step_functions(client).ring("token", "retry") is True
    assert json.loads(client.asked["output"]) == {"outcome": "retry"}


@pytest.mark.parametrize("code", ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])
def test_a_ring_that_finds_nobody_is_no_fault(code: str) -> None:
    assert step_functions(FakeClient(a_refusal(code))).ring("token", "retry") is False


@pytest.mark.parametrize(
    ("answer", "status", "by_operator"),
    [
        ({"status": "RUNNING"}, ExecutionStatus.RUNNING, False),
        ({"status": "PENDING_REDRIVE"}, ExecutionStatus.RUNNING, False),
        ({"status": "ABORTED"}, ExecutionStatus.ABORTED, True),
        ({"status": "ABORTED", "error": "States.ServiceRestart"}, ExecutionStatus.ABORTED, False),
        ({"status": "FAILED", "error": "States.ServiceRestart"}, ExecutionStatus.FAILED, False),
        (a_refusal("ExecutionDoesNotExist"), ExecutionStatus.NOT_FOUND, False),
    ],
)
def test_how_an_execution_stands(answer: Any, status: ExecutionStatus, by_operator: bool) -> None:
    client = FakeClient(answer)
    execution = step_functions(client).describe("job-1", 3)
    assert client.asked["executionArn"] == "arn:aws:states:eu-west-1:123456789012:execution:alethia:job-1-3"
    assert (execution.status, execution.stopped_by_operator) == (status, by_operator)
