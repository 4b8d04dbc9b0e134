"""A DEPLOY applies exactly what was approved, or refuses, and then touches nothing."""

from typing import Any

import pytest

from chalicelib.domain.messages import Outcome, PlanToApply
from chalicelib.domain.plan import PlanManifest
from chalicelib.domain.words import JobType
from tests.contract.runner_task.support import TEMPLATE, Bench
from tests.support.fake_control_plane import a_snapshot

CHANGED_CONFIGURATION = "Configuration has changed since the plan was generated. Please re-plan."


def refusal(bench: Bench, **changes: Any) -> str:
    """Deploy; returns the sentence, after making sure that terraform was never started."""
    report = bench.run(JobType.DEPLOY, job_id="deploy", **changes)
    assert report.outcome is Outcome.FAILED and report.error is not None
    assert not report.terraform_started and not bench.plane.started.get("deploy")
    assert bench.plane.head.version is None
    return report.error.message


def altered(plan: PlanToApply, **changes: Any) -> PlanToApply:
    """The same approval with another manifest; its name still fits, so that only the one digest differs."""
    manifest = PlanManifest.model_validate({**plan.manifest.model_dump(), **changes})
    return PlanToApply(manifest=manifest, digest=manifest.digest)


def test_a_changed_configuration(bench: Bench) -> None:
    plan = bench.planned()
    assert refusal(bench, plan=plan, snapshot=a_snapshot(project="other")) == CHANGED_CONFIGURATION


def test_a_job_without_a_plan(bench: Bench) -> None:
    assert "no approved plan" in refusal(bench)


def test_a_snapshot_that_does_not_fit_its_hash(bench: Bench) -> None:
    plan = bench.planned()
    message = refusal(bench, plan=plan, config_hash="0" * 64)
    assert "does not match its hash" in message


def test_a_plan_under_another_name_than_the_approved(bench: Bench) -> None:
    other = bench.planned().model_copy(update={"digest": "0" * 64})
    assert "not the plan that was approved" in refusal(bench, plan=other)


@pytest.mark.parametrize(
    "field", ["plan_sha256", "template_digest", "provider_lock_digest", "terraform_version", "state_lineage"]
)
def test_a_manifest_that_is_not_the_archive_s(bench: Bench, field: str) -> None:
    plan = bench.planned()
    assert "belongs to another plan" in refusal(bench, plan=altered(plan, **{field: "0" * 64}))


def test_a_changed_template(bench: Bench) -> None:
    plan = bench.planned()
    bench.template(TEMPLATE, "# one more line")
    assert "The template has changed" in refusal(bench, plan=plan)


def test_an_artifact_that_is_gone(bench: Bench) -> None:
    plan = bench.planned()
    del bench.plane.objects[plan.manifest.artifact.key]
    assert "artifact is gone" in refusal(bench, plan=plan)


def test_an_artifact_with_other_bytes(bench: Bench) -> None:
    plan = bench.planned()
    bench.plane.objects[plan.manifest.artifact.key] += b"!"
    assert "not what was stored" in refusal(bench, plan=plan)


def test_a_state_that_moved(bench: Bench) -> None:
    first, second = bench.planned(), bench.planned()
    assert bench.run(JobType.DEPLOY, plan=first).outcome is Outcome.SUCCEEDED
    versions = len(bench.plane.versions)
    report = bench.run(JobType.DEPLOY, plan=second)
    assert report.error is not None and not report.terraform_started
    assert report.error.message == "The state has changed since the plan was generated. Please re-plan."
    assert len(bench.plane.versions) == versions


def test_a_terraform_that_the_runner_lacks(bench: Bench) -> None:
    report = bench.run(JobType.PLAN, snapshot=a_snapshot(terraform_version="1.99.0"))
    assert report.outcome is Outcome.FAILED and report.error is not None
    assert "wants terraform 1.99.0" in report.error.message and "it has: 1.11.4" in report.error.message


def test_an_unknown_field_in_the_snapshot(bench: Bench) -> None:
    report = bench.run(JobType.PLAN, snapshot=a_snapshot().replace('"schema":1', '"schema":1,"surprise":2'))
    assert report.error is not None and "surprise" in report.error.message
