"""BOOTSTRAP: every part of a spec's workspace is tried, with a real terraform."""

from chalicelib.domain.messages import GitAccess, GitToken, Outcome, Report
from chalicelib.domain.results import BootstrapResult, RepositoryAccess
from chalicelib.domain.state import Lock, LockInfo
from chalicelib.domain.words import JobType
from tests.contract.runner_task.support import TEMPLATE, Bench
from tests.support.fake_control_plane import NOON, Refusal, a_snapshot

REPOSITORY = "https://git.example.com/shop/apps"


def result_of(report: Report) -> BootstrapResult:
    assert report.outcome is Outcome.SUCCEEDED, report.error
    assert isinstance(report.result, BootstrapResult)
    return report.result


def failure(bench: Bench, **changes: object) -> tuple[str, str]:
    """Step and sentence of a bootstrap that failed; it leaves no lock and no result."""
    report = bench.run(JobType.BOOTSTRAP, job_id="bootstrap", **changes)
    assert report.outcome is Outcome.FAILED and report.error is not None
    assert report.result is None
    return report.error.step, report.error.message


def test_a_workspace_that_is_ready(bench: Bench) -> None:
    plane = bench.plane
    plane.git = lambda repository: GitToken(access=GitAccess.TOKEN, token="canary-git-token", username="x")
    snapshot = a_snapshot(repository=REPOSITORY)

    first = result_of(bench.run(JobType.BOOTSTRAP, job_id="first", snapshot=snapshot))
    assert first.state_name == plane.head.name and first.state_serial is None
    assert first.store_verified and first.lock_verified and first.template_valid
    assert first.provider_cache_warm and len(first.template_digest) == 64
    assert first.repositories == [RepositoryAccess(repository=REPOSITORY, access="token")]
    assert plane.head.lock is None and plane.head.version is None and plane.head.epoch == 1
    assert "running terraform init" in plane.log_of("first")

    second = result_of(bench.run(JobType.BOOTSTRAP, job_id="second", snapshot=snapshot))
    assert second == first
    assert "init is not needed" in plane.log_of("second")
    assert "canary" not in plane.log_of("first") + plane.report_of("first").model_dump_json()
    assert any(key.startswith("check/first-1-") for key in plane.objects)


def test_a_state_that_somebody_holds(bench: Bench) -> None:
    info = LockInfo(id="11111111-2222", operation="OperationTypeApply", who="somebody-else")
    lock = Lock(info=info, job_id="job-x", attempt=1, epoch=1, taken_at=NOON)
    bench.plane.head = bench.plane.head.model_copy(update={"lock": lock, "epoch": 1})
    step, sentence = failure(bench)
    assert step == "lock" and "locked by somebody-else (OperationTypeApply)" in sentence
    assert bench.plane.head.lock == lock


def test_a_template_that_is_not_valid(bench: Bench) -> None:
    bench.template(TEMPLATE, 'output "wrong" { value = var.nowhere }')
    step, sentence = failure(bench)
    assert step == "validate" and "Reference to undeclared input variable" in sentence
    (diagnostic,) = bench.plane.report_of("bootstrap").error.diagnostics  # type: ignore[union-attr]
    assert diagnostic.file == "main.tf" and diagnostic.line


def test_a_repository_that_can_t_be_read(bench: Bench) -> None:
    def refuse(repository: str) -> GitToken:
        raise Refusal(403, "It is not public, and the zone has linked no git host.")

    bench.plane.git = refuse
    step, sentence = failure(bench, snapshot=a_snapshot(repository=REPOSITORY))
    assert step == "repositories"
    assert sentence.startswith(f"{REPOSITORY} can't be read: It is not public")


def test_a_store_that_loses_what_it_is_given(bench: Bench) -> None:
    plane = bench.plane

    def lose(path: str, body: str) -> None:
        if path.endswith("/downloads"):
            plane.objects.clear()

    plane.before = lose
    step, sentence = failure(bench)
    assert step == "store" and "404" in sentence
