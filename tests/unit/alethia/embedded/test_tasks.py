"""Tasks of customers' clusters: asked for cheaply, and told of only where they are."""

import json
from typing import Any

import httpx
import pytest

from alethia.embedded.tasks import CustomerTasks

TASK = {
    "taskArn": "arn:aws:ecs:eu-west-1:222222222222:task/theirs/one",
    "desiredStatus": "RUNNING",
    "lastStatus": "RUNNING",
}


class Cloud(httpx.BaseTransport):
    """The emulated cloud's own paths."""

    def __init__(self) -> None:
        self.clusters = 1
        self.tasks: list[dict[str, Any]] = []
        self.asked: list[tuple[str, Any]] = []
        self.status = 200

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append((request.url.path, json.loads(request.content or "null")))
        return httpx.Response(self.status, json={"clusters": self.clusters, "tasks": self.tasks})


@pytest.fixture
def cloud() -> Cloud:
    return Cloud()


@pytest.fixture
def source(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> CustomerTasks:
    client = httpx.Client
    monkeypatch.setattr(httpx, "Client", lambda **options: client(transport=cloud, **options))
    return CustomerTasks("http://127.0.0.1:1")


def test_what_is_to_run_is_wanted_and_fresh_once(cloud: Cloud, source: CustomerTasks) -> None:
    going = {**TASK, "taskArn": "arn:going", "desiredStatus": "STOPPED"}
    cloud.tasks = [TASK, going]

    first, second = source.look(set()), source.look({TASK["taskArn"]})

    assert first.wanted == second.wanted == {TASK["taskArn"]}
    assert (first.fresh, second.fresh) == ((TASK,), ())


def test_where_nobody_has_a_cluster_nothing_is_asked_for_a_while(cloud: Cloud, source: CustomerTasks) -> None:
    cloud.clusters = 0

    for _ in range(3):
        assert source.look(set()).wanted == frozenset()

    assert len(cloud.asked) == 1


def test_an_end_is_written_down_where_the_task_is(cloud: Cloud, source: CustomerTasks) -> None:
    source.ended(TASK, "Essential container in task exited", 3)

    said = {"taskArn": TASK["taskArn"], "reason": "Essential container in task exited", "exitCode": 3}
    assert cloud.asked == [("/_alethia/tasks/stopped", said)]


def test_a_task_that_nobody_knows_any_more_needs_no_telling(cloud: Cloud, source: CustomerTasks) -> None:
    cloud.status = 404

    source.ended(TASK, "The machine stopped.", None)


def test_an_end_that_could_not_be_told_is_told_again(cloud: Cloud, source: CustomerTasks) -> None:
    cloud.status = 500

    with pytest.raises(httpx.HTTPStatusError):
        source.ended(TASK, "The machine stopped.", None)
