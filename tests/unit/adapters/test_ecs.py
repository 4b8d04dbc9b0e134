"""Runners' containers: what ECS is asked, and what its refusals become."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.adapters.ecs import EcsTasks
from chalicelib.domain.errors import Unavailable
from chalicelib.services.ports.runner_tasks import RunnerTask
from chalicelib.services.ports.runners import RunnerRecord
from chalicelib.settings import Settings

SETTINGS = Settings(
    public_api_url="https://api.example.com",
    ecs_cluster="alethia",
    ecs_task_definition="runner:7",
    ecs_subnets="subnet-a, subnet-b",
    ecs_security_groups="sg-a",
)
TASK = RunnerTask(
    attempt_id="job-1-1", job_id="job-1", attempt=1, runner="platform", task_definition="runner:6"
)


class FakeEcs:
    def __init__(self, answer: Any = None) -> None:
        self.answer = answer or {"tasks": [{"taskArn": "arn:task/1"}], "failures": []}
        self.asked: list[dict[str, Any]] = []

    def run_task(self, **request: Any) -> Any:
        self.asked.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def stop_task(self, **request: Any) -> Any:
        return self.run_task(**request)


class Registered:
    def __init__(self, *runners: RunnerRecord) -> None:
        self.runners = {runner.runner_id: runner for runner in runners}

    def get(self, runner_id: str) -> RunnerRecord | None:
        return self.runners.get(runner_id)

    def put(self, runner: RunnerRecord) -> None:
        raise NotImplementedError


def a_runner(**changes: Any) -> RunnerRecord:
    fields = {"runner_id": "theirs", "kind": "fargate", "name": "Theirs", "credential_sha256": "0" * 64}
    return RunnerRecord.model_validate(fields | changes)


def a_refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "arn:aws:iam::1:role/x may not"}}, "RunTask")


def test_one_task_for_an_attempt_with_no_secret_in_its_environment() -> None:
    ecs = FakeEcs()
    assert EcsTasks(ecs, Registered(), SETTINGS).start(TASK) == "arn:task/1"
    (asked,) = ecs.asked
    assert asked["clientToken"] == asked["startedBy"] == "job-1-1"
    assert asked["taskDefinition"] == "runner:6"
    (override,) = asked["overrides"]["containerOverrides"]
    environment = {item["name"]: item["value"] for item in override["environment"]}
    assert environment == {
        "ALETHIA_JOB_ID": "job-1",
        "ALETHIA_ATTEMPT": "1",
        "ALETHIA_API_URL": "https://api.example.com",
    }
    network = asked["networkConfiguration"]["awsvpcConfiguration"]
    assert network["subnets"] == ["subnet-a", "subnet-b"]


def test_a_run_is_pinned_to_the_present_revision() -> None:
    assert EcsTasks(FakeEcs(), Registered(), SETTINGS).current_definition("platform") == "runner:7"


def test_a_runner_with_a_cluster_of_its_own_runs_there() -> None:
    place = {"cluster": "c", "task_definition": "t:1", "subnets": ["s"], "security_groups": ["g"]}
    ecs = FakeEcs()
    tasks = EcsTasks(ecs, Registered(a_runner(settings=place)), SETTINGS)
    tasks.start(TASK.model_copy(update={"runner": "theirs", "task_definition": None}))
    assert (ecs.asked[0]["cluster"], ecs.asked[0]["taskDefinition"]) == ("c", "t:1")


def test_nothing_is_started_for_a_runner_that_asks_for_jobs_itself() -> None:
    ecs = FakeEcs()
    tasks = EcsTasks(ecs, Registered(a_runner(kind="self-hosted")), SETTINGS)
    assert tasks.start(TASK.model_copy(update={"runner": "theirs"})) is None
    assert ecs.asked == []


@pytest.mark.parametrize("runner", ["any", "runner-deleted"])
def test_nothing_is_started_for_whoever_comes_first_or_for_one_that_is_gone(runner: str) -> None:
    ecs = FakeEcs()
    assert EcsTasks(ecs, Registered(), SETTINGS).start(TASK.model_copy(update={"runner": runner})) is None
    assert ecs.asked == []


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (a_refusal("AccessDeniedException"), "AccessDeniedException"),
        ({"tasks": [], "failures": [{"reason": "RESOURCE:CPU"}]}, "RESOURCE:CPU"),
        ({"tasks": [], "failures": []}, "no capacity"),
    ],
)
def test_a_refusal_says_why_without_amazons_own_words(answer: Any, reason: str) -> None:
    with pytest.raises(Unavailable, match=f"No runner could be started: {reason}") as refused:
        EcsTasks(FakeEcs(answer), Registered(), SETTINGS).start(TASK)
    assert "arn:aws" not in refused.value.message


def test_stopping_is_best_effort() -> None:
    EcsTasks(FakeEcs(a_refusal("InvalidParameterException")), Registered(), SETTINGS).stop(
        "platform", "a", "why"
    )
