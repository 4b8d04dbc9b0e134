"""Plan, deploy, plan again, destroy: with a real terraform and a control plane in memory."""

from chalicelib.domain.messages import EventKind, Outcome
from chalicelib.domain.plan import Counts, ReviewPage
from chalicelib.domain.words import JobType, Phase
from tests.contract.runner_task.support import Bench, approved


def test_the_whole_way_from_plan_to_destroy(bench: Bench) -> None:
    plane = bench.plane

    report = bench.run(JobType.PLAN, job_id="plan")
    assert report.outcome is Outcome.SUCCEEDED
    assert report.plan is not None and report.plan.has_changes
    assert report.plan.summary.counts == Counts(create=2)
    assert plane.summaries["plan"].counts == Counts(create=2)
    assert plane.summaries["plan"].outputs_changed == 2
    assert report.plan.cost.not_estimated
    assert not report.terraform_started
    page = ReviewPage.model_validate_json(plane.opened(report.plan.review[0]))
    assert [row.component_name for row in page.resources] == ["invoices", "orders"]
    assert plane.head.version is None and plane.head.lock is None

    plan = approved(report)
    report = bench.run(JobType.DEPLOY, job_id="deploy", plan=plan)
    assert report.outcome is Outcome.SUCCEEDED, report.error
    assert report.terraform_started and plane.started["deploy"]
    assert report.outputs == {"names": ["shop-invoices", "shop-orders"]}
    assert report.progress is not None
    assert (report.progress.planned, report.progress.done, report.progress.orphans) == (2, 2, [])
    assert len(plane.state["resources"]) == 1 and plane.head.lock is None
    kinds = [event.kind for _, event in sorted(plane.events["deploy"].items())]
    assert kinds.count(EventKind.COMPLETE) == 2
    assert {chunk.phase for chunk in plane.chunks["deploy"].values()} >= {Phase.PREPARE, Phase.APPLY}

    report = bench.run(JobType.PLAN, job_id="again")
    assert report.plan is not None and not report.plan.has_changes
    assert plane.head.version is not None
    assert report.plan.manifest.state_serial == plane.head.version.serial

    report = bench.run(JobType.DESTROY, job_id="destroy")
    assert report.outcome is Outcome.SUCCEEDED, report.error
    assert report.progress is not None and report.progress.done == 2
    assert plane.state["resources"] == []
    assert "init is not needed" in plane.log_of("destroy")
