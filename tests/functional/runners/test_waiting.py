"""Whom a job waits for, how that is said, and how it ends when nobody comes."""

from typing import Any

import pytest

from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.lifecycle.job import JobStatus
from chalicelib.domain.runner import RunnerKind
from chalicelib.domain.words import JobType
from chalicelib.domain.zone_rules import ZoneRules
from chalicelib.services.ports.jobs import JobRecord
from chalicelib.services.ports.runners import RunnerRecord
from chalicelib.services.runner_wait import CONTAINER_WITHIN
from tests.support.runs import ADA, World, failed


def register(world: World, name: str = "build-7") -> str:
    """A self-hosted runner of the world's zone; its id."""
    made = world.container.runner_registry.register(
        ADA, world.zone_id, name, RunnerKind.SELF_HOSTED, key=name, request_hash=name
    )
    world.tasks.self_hosted.add(made.runner.runner_id)
    return made.runner.runner_id


def drain(world: World, runner_id: str) -> None:
    world.container.runner_registry.drain(ADA, world.zone_id, runner_id, draining=True)


def delete(world: World, runner_id: str) -> None:
    drain(world, runner_id)
    world.container.runner_registry.delete(ADA, world.zone_id, runner_id)


def seen(world: World, runner_id: str) -> None:
    at = world.clock.now().isoformat()
    world.container.runners.seen(runner_id, at=at, version="1", slots=1)


def says(world: World, job: JobRecord | None = None) -> str | None:
    return world.container.runner_wait.says(job or world.job)


def set_rules(world: World, monkeypatch: pytest.MonkeyPatch, **rules: Any) -> None:
    zone = world.container.zone_store.get(world.zone_id)
    assert zone is not None
    changed = zone.model_copy(update={"rules": ZoneRules(**rules)})
    monkeypatch.setattr(world.container.zone_store, "get", lambda zone_id: changed)


class TestChoosing:
    def test_without_a_word_the_platforms(self, world: World) -> None:
        world.plan()
        assert world.job.runner == "platform"

    def test_without_a_word_the_zones_default(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        runner = register(world)
        set_rules(world, monkeypatch, default_runner=runner)
        world.plan()
        assert world.job.runner == runner
        assert world.tasks.started == []

    def test_a_default_that_takes_no_jobs_names_the_rule(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        runner = register(world)
        drain(world, runner)
        set_rules(world, monkeypatch, default_runner=runner)
        with pytest.raises(InvalidInput, match=r"rules name a default runner.*'build-7' is draining"):
            world.plan()

    def test_any(self, world: World) -> None:
        register(world)
        world.plan(runner="any")
        assert world.job.runner == "any"
        assert world.tasks.started == []

    def test_any_needs_one_that_takes_jobs(self, world: World) -> None:
        with pytest.raises(InvalidInput, match="alethia runner register"):
            world.plan(runner="any")
        drain(world, register(world))
        with pytest.raises(InvalidInput, match="undrain one"):
            world.plan(runner="any")

    @pytest.mark.parametrize("gone", [drain, delete])
    def test_one_that_takes_no_jobs_is_refused(self, world: World, gone: Any) -> None:
        runner = register(world)
        gone(world, runner)
        with pytest.raises(InvalidInput, match=r"is draining|no such runner"):
            world.plan(runner=runner)

    def test_another_zones_is_no_runner(self, world: World) -> None:
        record = RunnerRecord(
            runner_id="runner-theirs",
            kind=RunnerKind.SELF_HOSTED,
            name="theirs",
            zone_id="zone-of-bob",
            credential_sha256="0" * 64,
        )
        world.container.runners.put(record)
        with pytest.raises(InvalidInput, match="no such runner"):
            world.plan(runner="runner-theirs")


class TestSaying:
    def test_nothing_of_a_container(self, world: World) -> None:
        world.plan()
        assert says(world) is None

    def test_when_its_runner_was_last_seen(self, world: World) -> None:
        runner = register(world)
        world.plan(runner=runner)
        assert "'build-7', which was never started" in str(says(world))
        assert world.container.run_views.of(world.run).waits_for == says(world), "also of the run"
        seen(world, runner)
        assert says(world) == "Waiting for a free slot of runner 'build-7'."
        world.clock.advance(hours=3)
        assert says(world) == (
            "Waiting for runner 'build-7', last seen 3 h ago; start it with `alethia runner start`, "
            "or cancel the job and choose another."
        )
        drain(world, runner)
        assert "is draining and takes no new jobs" in str(says(world))
        delete(world, runner)
        assert f"a runner that was deleted ({runner})" in str(says(world))

    def test_how_many_could_take_it(self, world: World) -> None:
        first = register(world)
        world.plan(runner="any")
        assert "the zone's one runner, and none is online" in str(says(world))
        register(world, "build-8")
        seen(world, first)
        assert says(world) == "Waiting for any of the zone's 2 runners (1 online)."
        drain(world, first)
        drain(world, register(world, "build-8"))
        assert "none takes jobs" in str(says(world))

    def test_nothing_before_its_time_and_nothing_once_it_is_taken(self, world: World) -> None:
        runner = register(world)
        world.plan(runner=runner)
        later = int(world.clock.now().timestamp()) + 60
        assert says(world, world.job.model_copy(update={"not_before": later})) is None
        assert says(world, world.job.model_copy(update={"status": JobStatus.CLAIMED})) is None


class TestNobodyCame:
    def test_the_job_fails_at_once_with_the_reason(self, world: World) -> None:
        runner = register(world)
        world.plan(runner=runner)
        seen(world, runner)
        world.clock.advance(seconds=899)
        world.reconcile()
        assert world.job.status == "QUEUED"
        world.clock.advance(seconds=2)
        assert world.reconcile().ended_attempts == [world.run_id]
        job = world.job
        assert (job.status, job.attempt, world.run.status) == ("FAILED", 1, "FAILED")
        assert job.error is not None
        assert job.error.message.startswith(
            "No runner took the job within 15 min. It waited for runner 'build-7', last seen 15 min ago"
        )
        assert world.is_free
        assert world.tasks.started == []

    def test_after_the_time_that_the_zone_says(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        register(world)
        set_rules(world, monkeypatch, runner_wait_seconds=60)
        world.plan(runner="any")
        world.clock.advance(seconds=61)
        world.reconcile()
        assert world.job.error is not None
        assert world.job.error.message.startswith("No runner took the job within 1 min.")

    def test_an_apply_is_withdrawn(self, world: World) -> None:
        runner = register(world)
        world.to_review()
        world.approve(runner=runner)
        assert world.spec.status == "QUEUED"
        world.clock.advance(seconds=901)
        world.reconcile()
        assert (world.job.job_type, world.job.status) == ("DEPLOY", "FAILED")
        assert world.spec.status == "DRAFT"
        assert world.is_free

    def test_a_container_that_never_claims_is_tried_again(self, world: World) -> None:
        world.plan()
        world.clock.advance(seconds=CONTAINER_WITHIN.total_seconds() + 1)
        world.reconcile()
        assert (world.job.status, world.job.attempt) == ("QUEUED", 2)

    def test_a_runner_that_was_deleted_starts_no_container(self, world: World) -> None:
        runner = register(world)
        world.plan(runner=runner)
        delete(world, runner)
        world.clock.advance(seconds=901)
        world.reconcile()
        assert world.job.error is not None
        assert "a runner that was deleted" in world.job.error.message


class TestLostSelfHosted:
    def test_a_job_for_any_is_for_any_again(self, world: World) -> None:
        runner = register(world)
        world.plan(runner="any")
        world.claim(runner=runner)
        assert world.job.runner == runner
        world.clock.advance(seconds=61)
        world.reconcile()
        assert (world.job.runner, world.job.attempt, world.job.status) == ("any", 2, "QUEUED")
        queue = world.container.runner_queues.of_runner(world.zone_id, "any", most=10)
        assert [(job.job_id, job.attempt) for job in queue] == [(world.job.job_id, 2)]
        assert not world.container.runner_queues.of_runner(world.zone_id, runner, most=10)

    def test_run_again_it_is_for_any_again(self, world: World) -> None:
        runner = register(world)
        world.plan(runner="any")
        world.claim(runner=runner)
        world.report(**failed())
        run = world.container.jobs.rerun(ADA, world.job.job_id, idempotency_key=None, confirm=None)
        record = world.container.run_store.get(run.run_id)
        assert record is not None and record.runner == "any"

    def test_a_job_that_named_its_runner_waits_for_it_again(self, world: World) -> None:
        runner = register(world)
        world.plan(runner=runner)
        world.claim()
        world.clock.advance(seconds=61)
        world.reconcile()
        assert (world.job.runner, world.job.attempt, world.job.status) == (runner, 2, "QUEUED")

    def test_the_state_stays_locked_for_the_lease_and_the_grace(self, world: World) -> None:
        """No event tells that the machine is gone, so its terraform may still be writing."""
        runner = register(world)
        world.to_review()
        world.approve(runner=runner)
        world.claim()
        world.start_terraform()
        job = world.job
        world.clock.advance(seconds=301)
        world.reconcile()
        assert world.job.status == "FAILED"
        facts = world.container.attempts.known(job.job_id, 1)
        now = world.clock.now().timestamp()
        assert facts.may_still_write(now)
        assert not facts.may_still_write(now + 120)


class TestSingleJobs:
    def start(self, world: World, runner: str | None) -> JobRecord:
        spec = world.container.spec_store.get(world.spec_id)
        assert spec is not None and spec.cloud_identity is not None
        job = world.container.single_jobs.about_identity(
            ADA,
            JobType.CONNECTION_TEST,
            world.zone_id,
            spec.cloud_identity,
            runner=runner,
            idempotency_key=None,
        )
        return self.again(world, job.job_id)

    def again(self, world: World, job_id: str) -> JobRecord:
        job = world.container.job_store.get(job_id)
        assert job is not None
        return job

    def test_its_container_is_asked_for_once(self, world: World) -> None:
        job = self.start(world, None)
        for _ in range(3):
            world.reconcile()
            world.clock.advance(seconds=25)
        assert [task.job_id for task in world.tasks.started] == [job.job_id]
        assert self.again(world, job.job_id).attempt == 1

    def test_without_capacity_it_is_asked_for_again(self, world: World) -> None:
        world.tasks.available = False
        job = self.start(world, None)
        assert (job.status, job.attempt, world.tasks.started) == ("QUEUED", 1, [])
        waits_for = "No runner could be started: no capacity. It is tried again."
        assert world.container.job_wait.says(job) == waits_for
        world.tasks.available = True
        assert world.reconcile().begun == [], "the request may still be at it"
        world.clock.advance(seconds=21)
        assert world.reconcile().begun == [job.job_id]
        assert world.reconcile().begun == []
        assert [task.attempt for task in world.tasks.started] == [1]
        assert world.container.job_wait.says(self.again(world, job.job_id)) is None

    def test_without_capacity_for_long_it_ends_with_that_reason(self, world: World) -> None:
        world.tasks.available = False
        job = self.start(world, None)
        for _ in range(6):
            world.clock.advance(minutes=11)
            world.reconcile()
        job = self.again(world, job.job_id)
        assert job.status == "FAILED" and job.error is not None
        assert "No runner could be started: no capacity." in job.error.message

    def test_its_next_attempt_begins_when_its_runner_is_lost(self, world: World) -> None:
        job = self.start(world, None)
        world.container.stopped_tasks.stopped(job.job_id, 1, "Killed.")
        assert self.again(world, job.job_id).lease_expires_at is None
        assert world.reconcile().begun == [job.job_id]
        assert world.reconcile().begun == []
        assert [task.attempt for task in world.tasks.started] == [1, 2]

    def test_what_its_request_could_not_begin_is_begun(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        start = world.container.attempt_start
        monkeypatch.setattr(start, "begin", lambda job, task_token: None)
        job = self.start(world, None)
        monkeypatch.undo()
        assert job.attempt == 0
        assert world.reconcile().begun == [], "the request may still be at it"
        world.clock.advance(seconds=21)
        assert world.reconcile().begun == [job.job_id]
        assert self.again(world, job.job_id).attempt == 1

    def test_three_attempts_and_no_more(self, world: World) -> None:
        job = self.start(world, None)
        for _ in range(4):
            world.clock.advance(minutes=11)
            world.reconcile()
            world.reconcile()
        job = self.again(world, job.job_id)
        assert (job.status, job.attempt, len(world.tasks.started)) == ("FAILED", 3, 3)


class TestBeginning:
    def test_beginning_again_changes_nothing_but_the_token(self, world: World) -> None:
        world.plan()
        start, jobs = world.container.attempt_start, world.container.job_store
        for token in ("second", "third"):
            start.begin(world.job, task_token=token, generation=1)
        attempt = jobs.attempt(world.job.job_id, 1)
        assert attempt is not None
        assert (attempt.task_token, world.job.attempt, len(world.tasks.started)) == ("third", 1, 1)

    def test_of_two_that_begin_at_once_one_makes_the_attempt(self, world: World) -> None:
        world.plan()
        stale = world.job.model_copy(update={"attempt": 0, "lease_expires_at": None})
        world.container.attempt_start.begin(stale, task_token="late")
        assert (world.job.attempt, len(world.tasks.started)) == (1, 1)

    def test_an_ended_job_is_not_begun(self, world: World) -> None:
        world.plan()
        stale = world.job
        world.cancel()
        world.container.attempt_start.begin(stale, task_token="late")
        assert (world.job.status, world.job.attempt, len(world.tasks.started)) == ("CANCELLED", 1, 1)
