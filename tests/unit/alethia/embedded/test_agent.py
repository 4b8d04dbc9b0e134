"""The agent plays ECS: one container for each task, word of each end, and none lost."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Set
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from alethia.embedded import agent as module
from alethia.embedded.agent import NOT_MADE, Container, EcsAgent
from alethia.embedded.tasks import Look, PlatformTasks, Task

TASK = "arn:aws:ecs:eu-west-1:000000000000:task/alethia/one"
CLUSTER = "arn:aws:ecs:eu-west-1:000000000000:cluster/alethia"


class FakeEcs:
    """Task rows, as the emulated ECS keeps them."""

    def __init__(self) -> None:
        self.tasks: dict[str, dict[str, Any]] = {}
        self.secrets = {"arn:secret": "platform.canary"}
        self.away = False

    def run_task(self, arn: str = TASK, **environment: str) -> None:
        overrides = [{"name": name, "value": value} for name, value in environment.items()]
        self.tasks[arn] = {
            "taskArn": arn,
            "clusterArn": CLUSTER,
            "taskDefinitionArn": "definition:1",
            "lastStatus": "RUNNING",
            "desiredStatus": "RUNNING",
            "overrides": {"containerOverrides": [{"name": "runner", "environment": overrides}]},
        }

    def __call__(self, _service: str) -> "FakeEcs":
        if self.away:
            raise EndpointConnectionError(endpoint_url="http://127.0.0.1:1")
        return self

    def get_paginator(self, _name: str) -> "FakeEcs":
        return self

    def paginate(self, **_: str) -> Iterator[dict[str, list[str]]]:
        yield {"taskArns": [arn for arn, task in self.tasks.items() if task["desiredStatus"] == "RUNNING"]}

    def describe_tasks(self, *, cluster: str, tasks: list[str]) -> dict[str, Any]:
        return {"tasks": [self.tasks[arn] for arn in tasks]}

    def describe_task_definition(self, **asked: str) -> dict[str, Any]:
        container = {
            "name": "runner",
            "environment": [
                {"name": "API", "value": "http://api"},
                {"name": "JOB", "value": "none"},
                {"name": "PATH", "value": "/in/the/image"},
                {"name": "ALETHIA_WORK_DIR", "value": "/in/the/image"},
            ],
            "secrets": [{"name": "CREDENTIAL", "valueFrom": "arn:secret"}],
        }
        return {"taskDefinition": {"containerDefinitions": [container]}}

    def get_secret_value(self, **asked: str) -> dict[str, str]:
        if asked["SecretId"] not in self.secrets:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "GetSecretValue")
        return {"SecretString": self.secrets[asked["SecretId"]]}

    def stop_task(self, *, cluster: str, task: str, reason: str) -> None:
        self.tasks[task] |= {"lastStatus": "STOPPED", "desiredStatus": "STOPPED"}


class FakeContainer(Container):
    """A process that waits for its standard input; `begin` notes what it was given."""

    def begin(self, *, environ: Any, directory: Path, log_file: Path) -> None:
        self.environ = dict(environ)


@pytest.fixture
def ecs() -> FakeEcs:
    return FakeEcs()


@pytest.fixture
def events() -> list[dict[str, Any]]:
    return []


class Theirs:
    """A customer's cluster, as a source of tasks."""

    def __init__(self) -> None:
        self.tasks: list[Task] = []
        self.told: list[tuple[str, str, int | None]] = []
        self.away = False

    def look(self, seen: Set[str]) -> Look:
        if self.away:
            raise httpx.ConnectError("nobody there")
        fresh = [task for task in self.tasks if task["taskArn"] not in seen]
        return Look(frozenset(task["taskArn"] for task in self.tasks), tuple(fresh))

    def environment(self, task: Task) -> dict[str, str]:
        return {"CREDENTIAL": "theirs.canary"}

    def ended(self, task: Task, reason: str, code: int | None) -> None:
        self.told.append((task["taskArn"], reason, code))


@pytest.fixture
def theirs() -> Theirs:
    return Theirs()


@pytest.fixture
def agent(
    ecs: FakeEcs,
    theirs: Theirs,
    events: list[dict[str, Any]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[EcsAgent]:
    program = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(5)); sys.stdin.read()"

    def prepare(_agent: EcsAgent) -> Container:
        argv = [sys.executable, "-c", program]
        return FakeContainer(subprocess.Popen(argv, stdin=subprocess.PIPE))

    monkeypatch.setattr(EcsAgent, "_prepare", prepare)
    monkeypatch.setattr(module, "POLL_SECONDS", 0.02)
    (tmp_path / "work" / "left-by-a-crash").mkdir(parents=True)
    made = EcsAgent(
        [PlatformTasks(ecs, "alethia", deliver=events.append), theirs],
        runner_environ={"PATH": "/bin"},
        logs=tmp_path,
        work=tmp_path / "work",
    )
    made.start()
    yield made
    made.stop()


def eventually(holds: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.01)


def container_of(agent: EcsAgent, arn: str = TASK) -> FakeContainer:
    eventually(lambda: arn in agent.running)
    found = agent._containers[arn]
    assert isinstance(found, FakeContainer)
    time.sleep(0.2)  # until its signal handler stands
    return found


def end(container: Container) -> None:
    assert container.process.stdin
    container.process.stdin.close()


def test_a_container_gets_definition_secrets_and_overrides_in_that_order_and_paths_of_this_machine(
    agent: EcsAgent, ecs: FakeEcs, tmp_path: Path
) -> None:
    ecs.run_task(JOB="job-1")

    assert container_of(agent).environ == {
        "ALETHIA_WORK_DIR": str(tmp_path / "work" / "one"),
        "PATH": "/bin",
        "API": "http://api",
        "CREDENTIAL": "platform.canary",
        "JOB": "job-1",
    }


def test_the_end_is_told_once_with_its_exit_code(
    agent: EcsAgent, ecs: FakeEcs, events: list[dict[str, Any]]
) -> None:
    ecs.run_task(JOB="job-1")
    end(container_of(agent))

    eventually(lambda: events)
    time.sleep(0.2)

    [event] = events
    assert event["detail-type"] == "ECS Task State Change"
    assert event["detail"]["taskArn"] == TASK
    assert event["detail"]["lastStatus"] == "STOPPED"
    assert event["detail"]["containers"][0]["exitCode"] == 0
    assert "canary" not in str(event)
    assert ecs.tasks[TASK]["lastStatus"] == "STOPPED"


def test_a_containers_scratch_goes_with_it(
    agent: EcsAgent, ecs: FakeEcs, events: list[dict[str, Any]], tmp_path: Path
) -> None:
    ecs.run_task()
    container = container_of(agent)
    assert [path.name for path in (tmp_path / "work").iterdir()] == ["one"]

    end(container)

    eventually(lambda: events)
    assert list((tmp_path / "work").iterdir()) == []


def test_stop_task_asks_the_container_to_stop(
    agent: EcsAgent, ecs: FakeEcs, events: list[dict[str, Any]]
) -> None:
    ecs.run_task()
    container_of(agent)

    ecs.stop_task(cluster="alethia", task=TASK, reason="a person cancelled")

    eventually(lambda: events)
    assert events[0]["detail"]["containers"][0]["exitCode"] == 5


def test_an_end_while_the_control_plane_is_away_is_told_when_it_is_back(
    agent: EcsAgent, ecs: FakeEcs, events: list[dict[str, Any]]
) -> None:
    ecs.run_task()
    container = container_of(agent)
    ecs.away = True
    end(container)
    eventually(lambda: not agent.running)
    time.sleep(0.2)
    assert not events

    ecs.away = False

    eventually(lambda: events)


def test_a_task_that_a_former_stack_left_is_told_as_stopped(
    agent: EcsAgent, ecs: FakeEcs, events: list[dict[str, Any]]
) -> None:
    ecs.run_task()
    ecs.tasks[TASK]["lastStatus"] = "STOPPED"

    eventually(lambda: events)

    assert not agent.running


def test_a_container_whose_secret_can_not_be_read_ends_as_on_ecs(
    agent: EcsAgent, ecs: FakeEcs, events: list[dict[str, Any]]
) -> None:
    ecs.secrets.clear()
    ecs.run_task()

    eventually(lambda: events)

    assert events[0]["detail"]["stoppedReason"] == NOT_MADE
    assert "exitCode" not in events[0]["detail"]["containers"][0]
    assert not agent.running


def test_a_customers_task_is_run_and_its_end_is_no_event(
    agent: EcsAgent, ecs: FakeEcs, theirs: Theirs, events: list[dict[str, Any]]
) -> None:
    ecs.run_task("arn:aws:ecs:eu-west-1:222222222222:task/their-cluster/two")
    theirs.tasks = list(ecs.tasks.values())
    ecs.tasks = {}
    container = container_of(agent, theirs.tasks[0]["taskArn"])
    assert container.environ["CREDENTIAL"] == "theirs.canary"

    theirs.tasks, [task] = [], theirs.tasks

    eventually(lambda: theirs.told)
    assert theirs.told == [(task["taskArn"], "Essential container in task exited", 5)]
    assert not events


def test_a_cluster_that_does_not_answer_keeps_nobody_elses_tasks_waiting(
    agent: EcsAgent, ecs: FakeEcs, theirs: Theirs, events: list[dict[str, Any]]
) -> None:
    theirs.away = True
    ecs.run_task()
    end(container_of(agent))

    eventually(lambda: events)
