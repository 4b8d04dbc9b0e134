"""Prepared workspaces: made once, also when several runners want the same at the same time."""

from pathlib import Path

from chalicelib.domain.messages import Outcome
from chalicelib.domain.words import JobType
from tests.contract.runner_task.support import Bench


def test_several_runners_at_once_leave_one_workspace(bench: Bench) -> None:
    jobs = [bench.plane.dispatch(JobType.PLAN, job_id=f"plan-{number}") for number in range(3)]
    bench.extra = {}
    processes = [bench.start(job) for job in jobs]
    # The state's lock is one: whoever comes second is refused by the lock, never by a broken workspace.
    assert [bench.finish(process) for process in processes] == [0, 0, 0]
    for job in jobs:
        error = bench.plane.report_of(job).error
        assert error is None or "state lock" in error.message
    (prepared,) = (bench.root / "cache" / "workspaces").iterdir()
    assert (prepared / ".terraform").is_dir()


def test_the_second_job_needs_no_init(bench: Bench) -> None:
    bench.run(JobType.PLAN, job_id="first")
    bench.run(JobType.PLAN, job_id="second")
    assert "running terraform init" in bench.plane.log_of("first")
    assert "init is not needed" in bench.plane.log_of("second")


def test_a_half_made_workspace_is_made_again(bench: Bench) -> None:
    bench.run(JobType.PLAN)
    (prepared,) = (bench.root / "cache" / "workspaces").iterdir()
    (prepared / ".terraform" / "terraform.tfstate").unlink()
    (prepared / ".terraform").rmdir()
    assert bench.run(JobType.PLAN).outcome is Outcome.SUCCEEDED
    assert {path.name for path in prepared.parent.iterdir()} == {prepared.name}


def test_a_template_that_init_refuses_is_said_and_leaves_nothing(bench: Bench) -> None:
    bench.template("this is not HCL")
    report = bench.run(JobType.PLAN)
    assert report.error is not None and report.error.step == "init"
    assert report.error.diagnostics
    assert list((bench.root / "cache" / "workspaces").iterdir()) == []


def test_the_scratch_folder_is_gone_afterwards(bench: Bench) -> None:
    bench.run(JobType.PLAN)
    assert list(Path(bench.root / "work").iterdir()) == []
