"""The state: locked, encrypted, verified; never "no state" by mistake, never lost without a word."""

import pytest

from chalicelib.domain.messages import Outcome
from chalicelib.domain.state import Lock, LockInfo
from chalicelib.domain.words import JobType
from tests.contract.runner_task.support import TEMPLATE, Bench


def deployed(bench: Bench) -> None:
    report = bench.run(JobType.DEPLOY, plan=bench.planned())
    assert report.outcome is Outcome.SUCCEEDED, report.error


@pytest.mark.parametrize("bytes_instead", [None, b"", b"other bytes"])
def test_a_state_that_is_named_and_not_there_is_an_error(bench: Bench, bytes_instead: bytes | None) -> None:
    deployed(bench)
    version = bench.plane.head.version
    assert version is not None
    if bytes_instead is None:
        del bench.plane.objects[version.object.key]
    else:
        bench.plane.objects[version.object.key] = bytes_instead
    report = bench.run(JobType.PLAN)
    assert report.outcome is Outcome.FAILED and report.error is not None
    assert f"State version {version.serial}" in report.error.message


def test_the_store_never_sees_the_state_in_clear(bench: Bench) -> None:
    deployed(bench)
    stored = b"".join(bench.plane.objects.values())
    assert b"canary-tfvars-secret" not in stored and b"lineage" not in stored
    assert "canary-tfvars-secret" in str(bench.plane.state)


def test_a_locked_state_names_its_holder(bench: Bench) -> None:
    info = LockInfo(id="11111111-2222", operation="OperationTypeApply", who="somebody-else")
    lock = Lock(info=info, job_id="job-x", attempt=1, epoch=1, taken_at="2026-01-01T00:00:00Z")
    bench.plane.head = bench.plane.head.model_copy(update={"lock": lock, "epoch": 1})
    report = bench.run(JobType.PLAN, job_id="plan")
    assert report.outcome is Outcome.FAILED and report.error is not None
    assert "Error acquiring the state lock" in report.error.message
    assert "somebody-else" in bench.plane.log_of("plan")
    assert bench.plane.head.lock == lock


def test_a_state_that_terraform_could_not_hand_over_is_rescued(bench: Bench) -> None:
    plane = bench.plane
    plan = bench.planned()
    plane.broken.add("/state/commit")

    def mend_when_terraform_has_given_up(path: str, body: str) -> None:
        if "rescuing it" in body:
            plane.broken.clear()

    plane.before = mend_when_terraform_has_given_up
    report = bench.run(JobType.DEPLOY, job_id="deploy", plan=plan)
    assert "rescued and committed" in plane.log_of("deploy")
    assert report.outcome is Outcome.FAILED
    assert len(plane.state["resources"]) == 1
    assert plane.head.lock is None
    assert bench.run(JobType.PLAN).outcome is Outcome.SUCCEEDED


def test_a_fenced_commit_is_refused_and_said(bench: Bench) -> None:
    plane = bench.plane
    plan = bench.planned()

    def take_the_lock(path: str, body: str) -> None:
        if path.endswith("/state/commit"):
            plane.head = plane.head.model_copy(update={"epoch": plane.head.epoch + 1, "lock": None})

    plane.before = take_the_lock
    report = bench.run(JobType.DEPLOY, job_id="deploy", plan=plan)
    assert report.outcome is Outcome.FAILED and report.error is not None
    assert "somebody took the lock" in bench.plane.log_of("deploy")
    assert plane.head.version is None


def test_a_fenced_runner_takes_no_new_lock_to_commit_after_all(bench: Bench) -> None:
    plane = bench.plane
    plan = bench.planned()

    def break_the_lock_once(path: str, body: str) -> None:
        if path.endswith("/state/commit") and plane.before is break_the_lock_once:
            plane.before = lambda path, body: None
            plane.head = plane.head.model_copy(update={"epoch": plane.head.epoch + 1, "lock": None})

    plane.before = break_the_lock_once
    report = bench.run(JobType.DEPLOY, job_id="deploy", plan=plan)
    assert report.outcome is Outcome.FAILED and report.error is not None
    assert (report.error.step, plane.head.version) == ("state", None)
    assert "took or broke the lock" in report.error.message


def test_every_version_is_an_object_of_its_own(bench: Bench) -> None:
    deployed(bench)
    bench.template(TEMPLATE, 'resource "terraform_data" "more" { input = 1 }')
    deployed(bench)
    keys = [version.object.key for version in bench.plane.versions]
    serials = [version.serial for version in bench.plane.versions]
    assert len(set(keys)) == len(keys) >= 2
    assert serials == sorted(set(serials))
