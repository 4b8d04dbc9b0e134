"""Runners' containers: what ECS is asked, and what its refusals become."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.adapters.ecs import EcsTasks
from chalicelib.domain.errors import CloudRefused, Unavailable
from chalicelib.domain.worker import Worker
from chalicelib.services.ports.customer_stacks import CustomerPlace
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

    def describe_tasks(self, **request: Any) -> Any:
        return self.run_task(**request)


class Customers:
    """In place of :class:`CustomerClients`: one account, or its refusal."""

    def __init__(self, ecs: FakeEcs | CloudRefused) -> None:
        self.ecs = ecs
        self.forgotten: list[CustomerPlace] = []

    def forget(self, place: CustomerPlace) -> None:
        self.forgotten.append(place)

    def client(self, service: str, place: CustomerPlace) -> Any:
        if isinstance(self.ecs, CloudRefused):
            raise self.ecs
        return self.ecs


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


def a_worker(**changes: Any) -> Worker:
    fields = {
        "status": "READY",
        "job_id": "job-9",
        "form": {"identity_id": "identity-1", "region": "eu-west-1", "name": "Theirs"},
        "account_id": "123456789012",
        "role": "arn:aws:iam::123456789012:role/alethia-runners",
        "external_id": "external",
        "stack_name": "alethia-theirs",
        "image": "runner:1",
        "outputs": {
            "cluster": "c",
            "task_definition": "t:1",
            "subnets": ["s"],
            "security_groups": ["g"],
            "credential_secret": "arn:secret",
            "assign_public_ip": False,
        },
    }
    return Worker.model_validate(fields | changes)


def tasks_of(ecs: FakeEcs, *runners: RunnerRecord) -> EcsTasks:
    return EcsTasks(ecs, Customers(FakeEcs()), Registered(*runners), SETTINGS)


def a_refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "arn:aws:iam::1:role/x may not"}}, "RunTask")


def test_one_task_for_an_attempt_with_no_secret_in_its_environment() -> None:
    ecs = FakeEcs()
    assert tasks_of(ecs).start(TASK) == "arn:task/1"
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
    assert tasks_of(FakeEcs()).current_definition("platform") == "runner:7"


def test_a_deployed_runners_tasks_start_in_its_customers_account() -> None:
    ours, theirs = FakeEcs(), FakeEcs()
    tasks = EcsTasks(ours, Customers(theirs), Registered(a_runner(worker=a_worker())), SETTINGS)
    tasks.start(TASK.model_copy(update={"runner": "theirs", "task_definition": None}))
    (asked,) = theirs.asked
    assert (asked["cluster"], asked["taskDefinition"]) == ("c", "t:1")
    assert asked["networkConfiguration"]["awsvpcConfiguration"]["assignPublicIp"] == "DISABLED"
    assert ours.asked == []


@pytest.mark.parametrize("status", ["DEPLOYING", "FAILED", "DESTROYING"])
def test_a_runner_whose_stack_is_not_there_starts_nothing_and_says_so(status: str) -> None:
    runner = a_runner(worker=a_worker(status=status))
    with pytest.raises(Unavailable, match=f"'Theirs' is {status}"):
        tasks_of(FakeEcs(), runner).start(TASK.model_copy(update={"runner": "theirs"}))


def test_a_customer_who_lets_us_in_no_more_is_named_as_the_reason() -> None:
    refused = CloudRefused("The role does not let us in.")
    runner = Registered(a_runner(worker=a_worker()))
    with pytest.raises(Unavailable, match="No runner could be started: The role does not let us in"):
        EcsTasks(FakeEcs(), Customers(refused), runner, SETTINGS).start(
            TASK.model_copy(update={"runner": "theirs"})
        )


def what_a_customer_is_told(code: str, words: str) -> str:
    ecs = FakeEcs(ClientError({"Error": {"Code": code, "Message": words}}, "RunTask"))
    customers = Customers(ecs)
    tasks = EcsTasks(FakeEcs(), customers, Registered(a_runner(worker=a_worker())), SETTINGS)
    with pytest.raises(Unavailable) as refused:
        tasks.start(TASK.model_copy(update={"runner": "theirs"}))
    asks_anew = [place.session for place in customers.forgotten] == ["theirs"]
    assert asks_anew == (code != "ThrottlingException")
    return refused.value.message


def test_a_customer_is_told_what_their_account_refuses() -> None:
    denied = what_a_customer_is_told("AccessDeniedException", "arn:aws:sts::1:x is not authorized")
    assert "arn:aws:iam::123456789012:role/alethia-runners may not do ecs:RunTask in eu-west-1" in denied
    gone = what_a_customer_is_told("InvalidParameterException", "The subnet ID 'subnet-0a1b' does not exist")
    assert gone.startswith("No runner could be started: AWS refused ecs:RunTask in eu-west-1")
    assert "The subnet ID 'subnet-0a1b' does not exist" in gone
    busy = what_a_customer_is_told("ThrottlingException", "Rate exceeded")
    assert "No runner could be started: AWS did not answer in eu-west-1" in busy


def test_a_stopped_task_in_a_customers_account_is_asked_for() -> None:
    gone = {"lastStatus": "STOPPED", "stoppedReason": "Task failed to start", "containers": []}
    tasks = EcsTasks(
        FakeEcs(), Customers(FakeEcs({"tasks": [gone]})), Registered(a_runner(worker=a_worker())), SETTINGS
    )
    assert tasks.stopped("theirs", "arn:task/1") == "Task failed to start."
    assert tasks.stopped("platform", "arn:task/1") is None


def test_nothing_is_started_for_a_runner_that_asks_for_jobs_itself() -> None:
    ecs = FakeEcs()
    tasks = tasks_of(ecs, a_runner(kind="self-hosted"))
    assert tasks.start(TASK.model_copy(update={"runner": "theirs"})) is None
    assert ecs.asked == []


@pytest.mark.parametrize("runner", ["any", "runner-deleted"])
def test_nothing_is_started_for_whoever_comes_first_or_for_one_that_is_gone(runner: str) -> None:
    ecs = FakeEcs()
    assert tasks_of(ecs).start(TASK.model_copy(update={"runner": runner})) is None
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
        tasks_of(FakeEcs(answer)).start(TASK)
    assert "arn:aws" not in refused.value.message


def test_stopping_is_best_effort() -> None:
    tasks_of(FakeEcs(a_refusal("InvalidParameterException"))).stop("platform", "a", "why")
