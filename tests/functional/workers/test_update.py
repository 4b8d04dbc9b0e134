"""A deployed runner is rolled to this deployment's image, and to another size; what runs goes on."""

import pytest

from tests.support.customer_stacks import REASON
from tests.support.workers import IMAGE, NEWER_IMAGE, Workers


@pytest.fixture
def ready(workers: Workers) -> Workers:
    """READY with the first image, while the operator has set a newer one."""
    workers.seed_ready()
    workers.container.workers._image = NEWER_IMAGE
    return workers


def test_its_tasks_run_the_newer_image_under_the_same_credential(ready: Workers) -> None:
    known = ready.runner
    assert known is not None
    assert ready.do("update", log_days=30) == "SUCCESS"
    worker, runner = ready.worker, ready.runner
    assert runner is not None and worker.outputs is not None
    assert (worker.status, worker.image, worker.form.log_days) == ("READY", NEWER_IMAGE, 30)
    assert worker.outputs.task_definition.endswith(":2")
    assert runner.credential_sha256 == known.credential_sha256 and ready.stacks.secrets == {}
    (stack,) = ready.stacks.standing
    assert (stack.parameters["Image"], stack.parameters["LogDays"]) == (NEWER_IMAGE, "30")
    assert ready.stacks.orders == ["update"]
    assert "runner.updated" in ready.audited()


def test_it_takes_jobs_meanwhile(ready: Workers) -> None:
    ready.begin("update")
    ready.until("Let CloudFormation work")
    assert ready.worker.status == "UPDATING"
    choice = ready.container.runner_choice
    assert choice.of(ready.zone_id, ready.runner_id) == ready.runner_id
    shown = ready.admin.get(f"/api/zones/{ready.zone_id}/runners/{ready.runner_id}").json
    assert shown["status"] == "ONLINE"


def test_its_log_tells_of_this_update_only(ready: Workers) -> None:
    ready.do("update")
    first = ready.log
    ready.container.workers._image = "registry.test/runner:3"
    ready.do("update")
    assert not any("CREATE" in line for line in first)
    assert ready.log == first


def test_an_update_of_nothing_is_done_at_once(ready: Workers) -> None:
    ready.container.workers._image = IMAGE
    assert ready.do("update") == "SUCCESS"
    assert ready.stacks.orders == []
    assert ready.machine.executions[f"{ready.job_id}-1"].path[-3:] == [
        "Register the runner",
        "Is it registered?",
        "Done",
    ]


def test_a_new_credential_takes_the_place_of_the_old_one(ready: Workers) -> None:
    assert ready.do("update", new_credential=True) == "SUCCESS"
    assert ready.its_credential_counts()


class TestThatFails:
    def test_rolls_back_and_leaves_the_runner_as_it_was(self, ready: Workers) -> None:
        ready.stacks.fails = "Task"
        assert ready.do("update", log_days=30) == "FAILED"
        assert ready.why == f"Task (AWS::ECS::TaskDefinition): {REASON}"
        worker = ready.worker
        assert (worker.status, worker.image, worker.form.log_days) == ("READY", IMAGE, 90)
        assert worker.problem == ready.why
        (stack,) = ready.stacks.standing
        assert stack.status == "UPDATE_ROLLBACK_COMPLETE"

    def test_can_be_tried_again(self, ready: Workers) -> None:
        ready.stacks.fails = "Task"
        ready.do("update")
        ready.stacks.fails = None
        assert ready.do("update") == "SUCCESS"
        assert (ready.worker.image, ready.worker.problem) == (NEWER_IMAGE, None)

    @pytest.mark.parametrize("call", ["facts", "events", "update"])
    def test_because_the_account_refuses_says_so(self, ready: Workers, call: str) -> None:
        ready.stacks.refuses = {call}
        assert ready.do("update") == "FAILED"
        assert ready.why == f"The role may not {call}."
        assert (ready.worker.status, ready.worker.image) == ("READY", IMAGE)

    def test_because_its_stack_is_gone_says_the_way_out(self, ready: Workers) -> None:
        (stack,) = ready.stacks.standing
        stack.status = "DELETE_COMPLETE"
        assert ready.do("update") == "FAILED"
        assert "destroy the runner, then deploy it again" in ready.why

    def test_because_its_stack_is_broken_says_the_way_out(self, ready: Workers) -> None:
        (stack,) = ready.stacks.standing
        stack.status = "UPDATE_ROLLBACK_FAILED"
        assert ready.do("update") == "FAILED"
        assert "continue its roll-back" in ready.why


def test_a_cancel_before_it_was_asked_for_leaves_everything(ready: Workers) -> None:
    ready.begin("update")
    ready.cancel()
    ready.play()
    assert (ready.job.status, ready.worker.status, ready.worker.image) == ("CANCELLED", "READY", IMAGE)
    assert ready.stacks.orders == []


def test_a_cancel_afterwards_does_not_stop_it_half_way(ready: Workers) -> None:
    ready.stacks.pace = 1
    ready.begin("update")
    ready.until("Let CloudFormation work")
    ready.cancel()
    ready.play()
    assert (ready.job.status, ready.worker.image) == ("SUCCESS", NEWER_IMAGE)
    assert "An update can't be stopped half-way: it goes on to its end." in ready.log
