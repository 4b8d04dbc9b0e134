"""Step Functions as the workflow: names, rings that find nobody, and executions that are gone."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from chalicelib.adapters.step_functions import StepFunctions
from chalicelib.domain.errors import Unavailable
from chalicelib.services.ports.workflow import ExecutionStatus, Resume

MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:alethia"


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


def a_refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code}}, "any")


def test_an_execution_is_named_after_run_and_generation() -> None:
    client = FakeClient({})
    StepFunctions(client, MACHINE).start("job-1", 2, Resume.REVIEW)
    assert client.asked["name"] == "job-1-2"
    assert json.loads(client.asked["input"]) == {"run_id": "job-1", "generation": 2, "resume": "review"}


def test_starting_twice_starts_once() -> None:
    StepFunctions(FakeClient(a_refusal("ExecutionAlreadyExists")), MACHINE).start("job-1", 1, Resume.PLAN)


@pytest.mark.parametrize(
    "error", [a_refusal("ThrottlingException"), EndpointConnectionError(endpoint_url="http://127.0.0.1:9")]
)
def test_a_workflow_that_does_not_answer_is_unavailable(error: Exception) -> None:
    workflow = StepFunctions(FakeClient(error), MACHINE)
    with pytest.raises(Unavailable):
        workflow.start("job-1", 1, Resume.PLAN)
    with pytest.raises(Unavailable):
        workflow.describe("job-1", 1)
    assert workflow.ring("token", "success") is False


def test_a_ring_carries_one_word() -> None:
    client = FakeClient({})
    assert StepFunctions(client, MACHINE).ring("token", "retry") is True
    assert json.loads(client.asked["output"]) == {"outcome": "retry"}


@pytest.mark.parametrize("code", ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])
def test_a_ring_that_finds_nobody_is_no_fault(code: str) -> None:
    assert StepFunctions(FakeClient(a_refusal(code)), MACHINE).ring("token", "retry") is False


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
    execution = StepFunctions(client, MACHINE).describe("job-1", 3)
    assert client.asked["executionArn"] == "arn:aws:states:eu-west-1:123456789012:execution:alethia:job-1-3"
    assert (execution.status, execution.stopped_by_operator) == (status, by_operator)
