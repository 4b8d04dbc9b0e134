"""Runners that die, hang or are told to stop, and what must hold all the same; on small specs."""

import os
import signal
import time
from typing import Any

import pytest

from alethia.embedded.container import descendants
from alethia.embedded.control_plane import TASK_STOPPED
from alethia.embedded.stack import Stack
from alethia.embedded.tasks import stopped_event

from .driver import Driver, eventually

Json = dict[str, Any]

SMALL: Json = {"queues": [{"name": "emails"}, {"name": "returns"}], "topics": [{"name": "events"}]}
QUICK = 120


@pytest.fixture
def another(driver: Driver) -> str:
    """A small spec. What it leaves in the account ends with the account."""
    return driver.create(**SMALL)


@pytest.fixture(scope="module")
def spec_id(driver: Driver) -> str:
    """The small spec of the one journey that begins with a plan whose runner is killed."""
    return driver.create(**SMALL)


def begin_apply(driver: Driver, spec_id: str) -> tuple[Json, str]:
    """A run that is being applied: terraform has begun to create a resource."""
    run = driver.plan(spec_id, within=QUICK)
    assert run["status"] == "AWAITING_REVIEW", driver.story(run)
    return run, approve(driver, run)


def approve(driver: Driver, run: Json) -> str:
    """The job, when terraform has begun to create a resource."""
    job_id = driver.approve(run)
    driver.event(job_id, "apply_start")
    return job_id


@pytest.fixture(scope="module")
def retried(driver: Driver, spec_id: str) -> Json:
    """A plan whose first runner was killed; the run."""
    run = driver.client.plan(spec_id)
    task = driver.container_of(run["plan_job_id"])
    eventually(
        lambda: driver.client.job(run["plan_job_id"])["status"] == "PROCESSING", within=30, what="it works"
    )
    driver.stack.control_plane.agent.kill(task)
    return driver.settled(run["run_id"], within=QUICK)


@pytest.fixture(scope="module")
def failed(driver: Driver, retried: Json) -> Json:
    """The apply of that plan, whose runner was killed as well; the job."""
    job_id = approve(driver, retried)
    killed_at = time.monotonic()
    driver.stack.control_plane.agent.kill(driver.container_of(job_id))
    job = driver.ended(job_id, within=90)
    assert time.monotonic() - killed_at < 90
    return job


def test_a_plan_whose_runner_is_killed_is_retried_on_a_fresh_one(driver: Driver, retried: Json) -> None:
    assert retried["status"] == "AWAITING_REVIEW"
    job = driver.client.job(retried["plan_job_id"])
    assert (job["status"], job["attempt"]) == ("SUCCESS", 2)


def test_an_apply_whose_runner_is_killed_fails_and_says_how_far_it_came(
    driver: Driver, spec_id: str, retried: Json, failed: Json
) -> None:
    assert failed["status"] == "FAILED"
    assert failed["progress"]["planned"] >= 5
    assert failed["progress"]["in_flight"] or failed["progress"]["done"]
    over = driver.settled(retried["run_id"], within=60, passing=("AWAITING_REVIEW",))
    assert over["status"] == "FAILED"
    assert driver.client.spec(spec_id)["status"] == "FAILED"
    assert driver.client.spec(spec_id)["live_run"] is None


def test_after_a_killed_apply_the_next_plan_and_apply_are_right(
    driver: Driver, spec_id: str, retried: Json, failed: Json
) -> None:
    driver.settled(retried["run_id"], within=60, passing=("AWAITING_REVIEW",))

    again = driver.plan(spec_id, within=QUICK)

    assert again["status"] == "AWAITING_REVIEW", driver.story(again)
    counts = driver.client.review(again["plan_job_id"])["summary"]["counts"]
    assert 0 < counts["create"] <= failed["progress"]["planned"]
    driver.approve(again)
    done = driver.settled(again["run_id"], within=QUICK, passing=("AWAITING_REVIEW",))
    assert done["status"] == "DONE", driver.story(done)
    assert driver.plan(spec_id, within=QUICK)["status"] == "DONE"


def test_a_cancelled_apply_keeps_what_exists_in_its_state(driver: Driver, another: str) -> None:
    run, job_id = begin_apply(driver, another)

    driver.client.cancel(job_id)

    job = driver.ended(job_id, within=150)
    assert job["status"] == "CANCELLED", job
    over = driver.settled(run["run_id"], within=30, passing=("AWAITING_REVIEW",))
    assert over["status"] == "CANCELLED"
    state = driver.client.state(another)
    assert state["lock"] is None
    assert state["version"] is not None
    assert job["progress"]["orphans"] == []


def test_a_zombies_commit_is_refused_and_kept_aside(driver: Driver, stack: Stack, another: str) -> None:
    """A host hangs, ECS gives its task up, others go on; then the host comes back."""
    run, job_id = begin_apply(driver, another)
    agent = stack.control_plane.agent
    task_arn = driver.container_of(job_id)
    hung = list(descendants(agent.running[task_arn]))
    for pid in hung:
        os.kill(pid, signal.SIGSTOP)
    stack.control_plane.invoke(TASK_STOPPED, stopped_event(agent.task(task_arn), "The host was lost.", None))
    lost = driver.settled(run["run_id"], within=30, passing=("AWAITING_REVIEW",))
    assert lost["status"] == "FAILED", driver.story(lost)
    again = driver.apply(another, within=QUICK)
    assert again["status"] == "DONE", driver.story(again)
    head = driver.client.state(another)["version_id"]

    for pid in hung:
        os.kill(pid, signal.SIGCONT)
    eventually(lambda: task_arn not in agent.running, within=200, what="the zombie ends")

    assert driver.client.state(another)["version_id"] == head
    kept = [one["version"]["status"] for one in driver.client.state_versions(another)["items"]]
    assert "rejected" in kept
    assert driver.client.job(job_id)["status"] == "FAILED"
    assert driver.client.spec(another)["status"] == "ACTIVE"
    assert driver.plan(another, within=QUICK)["status"] == "DONE"
