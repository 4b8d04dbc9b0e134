"""Cancel, SIGTERM, a silent control plane, SIGKILL: terraform is told, and what it did is kept."""

from dataclasses import replace

from chalicelib.domain.messages import EventKind, Outcome
from chalicelib.domain.words import JobType
from tests.contract.runner_task.support import BROKEN, IMPATIENT, SLOW, TEMPLATE, Bench, terminate, wait_until
from tests.support.fake_control_plane import FakeControlPlane


def a_slow_plan(bench: Bench) -> str:
    """Dispatch a DEPLOY whose second resource takes a minute; returns its id."""
    bench.template(TEMPLATE, SLOW)
    return bench.plane.dispatch(JobType.DEPLOY, job_id="deploy", plan=bench.planned())


def slow_began(plane: FakeControlPlane) -> bool:
    events = plane.events["deploy"].values()
    return any(event.kind is EventKind.START and "slow" in event.address for event in events)


def assert_quick_ones_are_saved(plane: FakeControlPlane) -> None:
    names = {resource["name"] for resource in plane.state["resources"]}
    assert {"queue", "quick"} <= names
    assert plane.head.lock is None


def test_cancel_reaches_terraform_and_the_state_is_committed(bench: Bench) -> None:
    plane = bench.plane
    plane.watched = True
    process = bench.start(a_slow_plan(bench))
    wait_until(lambda: slow_began(plane))
    plane.cancelled.add("deploy")
    assert bench.finish(process, within=15) == 0
    report = plane.report_of("deploy")
    assert report.outcome is Outcome.CANCELLED and report.terraform_started
    assert report.error is not None and "cancelled" in report.error.message
    assert report.progress is not None
    assert (report.progress.planned, report.progress.done) == (4, 3)
    assert_quick_ones_are_saved(plane)


def test_sigterm_to_the_runner_does_the_same(bench: Bench) -> None:
    process = bench.start(a_slow_plan(bench))
    wait_until(lambda: slow_began(bench.plane))
    terminate(process)
    assert bench.finish(process, within=15) == 0
    report = bench.plane.report_of("deploy")
    assert report.outcome is Outcome.FAILED and report.error is not None
    assert "SIGTERM" in report.error.message
    assert_quick_ones_are_saved(bench.plane)


def test_sigterm_to_a_plan_leaves_the_job_to_a_fresh_runner(bench: Bench) -> None:
    slow = bench.root / "terraform"
    slow.write_text('#!/bin/sh\ncase "$1" in plan) exec sleep 60 ;; esac\nexec terraform "$@"\n')
    slow.chmod(0o755)
    bench.extra = {"ALETHIA_TERRAFORM": str(slow)}
    bench.template(TEMPLATE)
    job = bench.plane.dispatch(JobType.PLAN)
    process = bench.start(job)
    wait_until(lambda: "PLAN job" in bench.plane.log_of(job))
    terminate(process)
    assert bench.finish(process, within=15) == 1
    assert not bench.plane.reports[job]
    assert "SIGTERM" in bench.plane.log_of(job)


def test_cancel_before_terraform_starts_touches_nothing(bench: Bench) -> None:
    job = a_slow_plan(bench)
    bench.plane.cancelled.add(job)
    bench.finish(bench.start(job))
    report = bench.plane.report_of(job)
    assert report.outcome is Outcome.CANCELLED
    assert bench.plane.head.version is None


def test_a_terraform_that_does_not_end_is_killed_and_what_it_made_is_named(bench: Bench) -> None:
    deaf = bench.root / "terraform"
    deaf.write_text("#!/bin/sh\ntrap '' INT\nterraform \"$@\"\n")
    deaf.chmod(0o755)
    bench.extra = {"ALETHIA_TERRAFORM": str(deaf)}
    bench.template(TEMPLATE, SLOW)
    plan = bench.planned()
    bench.patience = replace(IMPATIENT, interrupt=1)
    bench.plane.watched = True
    process = bench.start(bench.plane.dispatch(JobType.DEPLOY, job_id="deploy", plan=plan))
    wait_until(lambda: slow_began(bench.plane))
    bench.plane.cancelled.add("deploy")
    assert bench.finish(process, within=20) == 0
    report = bench.plane.report_of("deploy")
    assert report.error is not None and "killed" in report.error.message
    assert report.progress is not None
    assert report.progress.in_flight == ["terraform_data.slow"]
    assert {orphan.address for orphan in report.progress.orphans} == {
        'terraform_data.queue["invoices"]',
        'terraform_data.queue["orders"]',
        "terraform_data.quick",
    }
    assert bench.plane.head.lock is None


def test_a_runner_that_nobody_answers_stops_terraform_and_still_brings_the_state_home(bench: Bench) -> None:
    plane = bench.plane
    plane.lease_seconds, plane.heartbeat_seconds = 4, 1
    bench.patience = replace(IMPATIENT, after_lease=20)
    process = bench.start(a_slow_plan(bench))
    wait_until(lambda: slow_began(plane))
    plane.requests.clear()
    plane.broken |= {"/heartbeat", "/state", "/commit", "/unlock", "/data-keys", "/report"}
    wait_until(lambda: any(path.endswith("/data-keys") for _, path, _ in plane.requests))
    plane.broken.clear()
    assert bench.finish(process, within=30) == 0
    report = plane.report_of("deploy")
    assert report.error is not None and "three quarters of the lease" in report.error.message
    assert_quick_ones_are_saved(plane)


def test_an_attempt_that_is_over_stops_terraform(bench: Bench) -> None:
    plane = bench.plane
    plane.watched = True
    process = bench.start(a_slow_plan(bench))
    wait_until(lambda: slow_began(plane))
    plane.ended.add("deploy")
    assert bench.finish(process, within=20) == 0
    assert_quick_ones_are_saved(plane)


def test_terraform_is_not_started_when_its_start_can_t_be_told(bench: Bench) -> None:
    plane = bench.plane
    plane.lease_seconds = 4
    job = plane.dispatch(JobType.DEPLOY, job_id="deploy", plan=bench.planned())

    def break_heartbeats(path: str, body: str) -> None:
        if '"terraform_started":true' in body and path.endswith("/heartbeat"):
            plane.broken.add("/heartbeat")

    plane.before = break_heartbeats
    bench.finish(bench.start(job))
    report = plane.report_of(job)
    assert not report.terraform_started and report.outcome is Outcome.FAILED
    assert plane.head.version is None


def test_terraform_s_own_error_is_shown_in_full(bench: Bench) -> None:
    bench.template(TEMPLATE, BROKEN)
    report = bench.run(JobType.DEPLOY, job_id="deploy", plan=bench.planned())
    assert report.outcome is Outcome.FAILED and report.error is not None
    assert report.error.step == "apply" and "local-exec provisioner error" in report.error.message
    (diagnostic,) = report.error.diagnostics
    assert (diagnostic.address, diagnostic.file) == ("terraform_data.broken", "main.tf")
    assert diagnostic.line and "exit status 3" in diagnostic.detail
    assert "Error: local-exec provisioner error" in bench.plane.log_of("deploy")
    assert report.progress is not None and report.progress.failed == ["terraform_data.broken"]
