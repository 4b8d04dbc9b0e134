"""Locks, commits and fencing of terraform states on a real DynamoDB API and a store that won't help."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.domain.errors import (
    AlethiaError,
    Conflict,
    Damaged,
    Fenced,
    Forbidden,
    InvalidInput,
    NotFound,
    StateLocked,
)
from chalicelib.domain.job import LOCK_GRACE_SECONDS
from chalicelib.domain.lifecycle.job import JobStatus
from chalicelib.domain.plan import StoredObject
from chalicelib.domain.state import VersionStatus
from chalicelib.domain.words import JobType
from tests.support.builders import FakeClock
from tests.support.dynamodb import Tables
from tests.support.s3 import TestKms, TestStore
from tests.support.states import CANARY, StateWorld, a_state


@pytest.fixture
def world(tables: Tables, supabase: TestStore, kms: TestKms) -> StateWorld:
    return StateWorld(supabase, kms, FakeClock())


class TestTheLock:
    def test_taking_it_raises_the_epoch(self, world: StateWorld) -> None:
        first, second = world.a_runner(), world.a_runner()
        assert first.lock("l-1") == 1
        first.unlock()
        assert second.lock("l-2") == 2

    def test_fifty_race_and_one_wins(self, world: StateWorld) -> None:
        runners = [world.a_runner() for _ in range(50)]
        ready = threading.Barrier(50)

        def take(number: int) -> str:
            ready.wait()
            try:
                runners[number].lock(f"l-{number}")
            except StateLocked:
                return "locked"
            return "won"

        with ThreadPoolExecutor(50) as pool:
            outcomes = list(pool.map(take, range(50)))
        assert outcomes.count("won") == 1
        assert world.head().epoch == 1

    def test_the_refusal_names_the_holder_for_terraform(self, world: StateWorld) -> None:
        world.a_runner().lock("l-1")
        with pytest.raises(StateLocked) as refused:
            world.a_runner().lock("l-2")
        holder = refused.value.details["holder"]
        assert isinstance(holder, dict)
        assert (holder["id"], holder["operation"]) == ("l-1", "OperationTypeApply")

    def test_the_repeat_of_a_lost_answer_gets_the_same_epoch(self, world: StateWorld) -> None:
        runner = world.a_runner()
        assert [runner.lock("l-1"), runner.lock("l-1")] == [1, 1]

    def test_the_same_job_under_another_lock_id_is_locked_out(self, world: StateWorld) -> None:
        runner = world.a_runner()
        runner.lock("l-1")
        with pytest.raises(StateLocked):
            runner.lock("l-2")

    def test_it_stays_with_a_runner_that_is_silent_until_its_grace_is_over(self, world: StateWorld) -> None:
        silent = world.a_runner()
        silent.lock("l-1")
        world.lease_ends(silent)
        with pytest.raises(StateLocked):
            world.a_runner().lock("l-2")
        world.clock.advance(seconds=LOCK_GRACE_SECONDS)
        assert world.a_runner().lock("l-3") == 2

    def test_that_the_job_was_failed_for_its_lost_lease_does_not_cut_the_grace_short(
        self, world: StateWorld
    ) -> None:
        silent = world.a_runner()
        silent.lock("l-1")
        world.lease_ends(silent)
        world.change_job(silent.caller.job_id, status="FAILED", ended_at="2026")
        with pytest.raises(StateLocked):
            world.a_runner().lock("l-2")

    def test_a_stopped_task_lets_go_at_once(self, world: StateWorld) -> None:
        dead = world.a_runner()
        dead.lock("l-1")
        world.task_stops(dead)
        assert world.a_runner().lock("l-2") == 2

    def test_a_job_that_reported_its_end_lets_go_at_once(self, world: StateWorld) -> None:
        done = world.a_runner()
        done.lock("l-1")
        world.change_job(done.caller.job_id, status="FAILED", reported_attempt=1)
        assert world.a_runner().lock("l-2") == 2

    def test_a_newer_attempt_takes_over_from_the_older(self, world: StateWorld) -> None:
        first = world.a_runner(JobType.PLAN)
        first.lock("l-1")
        second = world.a_runner(JobType.PLAN, job_id=first.caller.job_id, attempt=2)
        assert second.lock("l-2") == 2
        with pytest.raises(Forbidden):
            first.lock("l-3")

    @pytest.mark.parametrize("status", [JobStatus.QUEUED, JobStatus.SUCCESS, JobStatus.CANCELLED])
    def test_only_a_working_attempt_may_take_it(self, world: StateWorld, status: JobStatus) -> None:
        with pytest.raises(Forbidden):
            world.a_runner(status=status).lock("l-1")

    def test_an_attempt_whose_lease_is_over_may_not_take_it(self, world: StateWorld) -> None:
        late = world.a_runner()
        world.lease_ends(late)
        with pytest.raises(Fenced):
            late.lock("l-1")

    def test_an_attempt_that_never_was_is_not_found(self, world: StateWorld) -> None:
        runner = world.a_runner()
        runner.caller = runner.caller._replace(attempt=7)
        with pytest.raises(NotFound):
            runner.lock("l-1")


class TestUnlocking:
    def test_a_repeat_is_harmless_also_when_somebody_holds_it_by_now(self, world: StateWorld) -> None:
        first, second = world.a_runner(), world.a_runner()
        first.lock("l-1")
        first.unlock()
        first.unlock()
        second.lock("l-2")
        first.unlock()
        lock = world.head().lock
        assert lock and lock.info.id == "l-2"

    def test_another_id_does_not_unlock(self, world: StateWorld) -> None:
        holder = world.a_runner()
        holder.lock("l-1")
        with pytest.raises(Conflict):
            world.states.unlock(holder.caller, "l-9", holder.epoch)

    def test_another_job_does_not_unlock_although_it_knows_the_id(self, world: StateWorld) -> None:
        holder, other = world.a_runner(), world.a_runner()
        holder.lock("l-1")
        with pytest.raises(Conflict):
            world.states.unlock(other.caller, "l-1", holder.epoch)
        assert world.head().lock


class TestCommitting:
    def test_the_first_and_the_next_become_the_head(self, world: StateWorld) -> None:
        runner = world.a_runner()
        runner.lock("l-1")
        for serial in (1, 2):
            answer = runner.commit(a_state(serial, orders={}))
            assert (answer.late, answer.serial) == (False, serial)
        assert world.head_clear() == a_state(2, orders={})
        assert [version.serial for version in world.versions()] == [2, 1]

    def test_it_can_arrive_twice(self, world: StateWorld) -> None:
        runner = world.a_runner()
        runner.lock("l-1")
        first = runner.request(a_state(1))
        world.states.commit(runner.caller, first)
        runner.commit(a_state(2))
        assert world.states.commit(runner.caller, first).serial == 1
        head = world.head().version
        assert head and head.serial == 2
        assert len(world.versions()) == 2

    def test_sealed_anew_it_is_still_the_same_commit(self, world: StateWorld) -> None:
        runner = world.a_runner()
        runner.lock("l-1")
        runner.commit(a_state(1))
        runner.commit(a_state(1))
        assert len(world.versions()) == 1

    def test_it_counts_late_until_somebody_takes_the_lock(self, world: StateWorld) -> None:
        zombie = world.a_runner()
        zombie.lock("l-1")
        zombie.commit(a_state(1))
        world.lease_ends(zombie)
        world.change_job(zombie.caller.job_id, status="FAILED", ended_at="2026")
        assert zombie.commit(a_state(2)).late
        head = world.head().version
        assert head and (head.serial, head.status) == (2, VersionStatus.LATE)

    def test_after_that_it_is_refused_and_kept(self, world: StateWorld) -> None:
        zombie, successor = world.a_runner(), world.a_runner()
        zombie.lock("l-1")
        zombie.commit(a_state(1))
        world.task_stops(zombie)
        successor.lock("l-2")
        for _ in range(2):
            with pytest.raises(Fenced):
                zombie.commit(a_state(2, orders={}))
        rejected, head = world.versions()
        assert (rejected.status, rejected.job_id) == (VersionStatus.REJECTED, zombie.caller.job_id)
        assert world.reader.clear(world.head(), rejected) == a_state(2, orders={})
        assert world.head().version == head

    def test_after_the_unlock_it_is_the_last_holders_alone(self, world: StateWorld) -> None:
        holder, other = world.a_runner(), world.a_runner()
        holder.lock("l-1")
        holder.unlock()
        other.lock_id, other.epoch = "l-1", holder.epoch
        with pytest.raises(Fenced):
            other.commit(a_state(1))
        assert holder.commit(a_state(1)).serial == 1

    @pytest.mark.parametrize(
        ("clear", "says"),
        [
            (a_state(1, orders={}), "serial"),
            (a_state(2, orders={}), "serial"),
            (a_state(3, lineage="another"), "lineage"),
        ],
    )
    def test_what_does_not_follow_the_head_is_kept_beside_it(
        self, world: StateWorld, clear: bytes, says: str
    ) -> None:
        runner = world.a_runner()
        runner.lock("l-1")
        runner.commit(a_state(2))
        with pytest.raises(Conflict, match=says):
            runner.commit(clear)
        assert world.head_clear() == a_state(2)
        assert VersionStatus.REJECTED in {version.status for version in world.versions()}

    def test_an_epoch_that_was_never_granted_is_refused(self, world: StateWorld) -> None:
        runner = world.a_runner()
        runner.lock("l-1")
        with pytest.raises(InvalidInput, match="never granted"):
            runner.commit(a_state(1), epoch=9)

    def test_racing_commits_of_one_holder_leave_the_highest(self, world: StateWorld) -> None:
        runner = world.a_runner()
        runner.lock("l-1")
        requests = [runner.request(a_state(serial)) for serial in range(1, 9)]

        def commit(number: int) -> None:
            try:
                world.states.commit(runner.caller, requests[number])
            except AlethiaError:
                return

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(commit, range(8)))
        runner.commit(a_state(9))
        assert world.head_clear() == a_state(9)


class TestWhatIsCommittedMustBeThere:
    def test_an_object_that_was_never_uploaded_is_refused(self, world: StateWorld) -> None:
        runner = world.a_runner()
        runner.lock("l-1")
        stored = runner.upload(a_state(1))
        digest = "0" * 64
        missing = StoredObject(key=stored.key[:-64] + digest, sha256=digest, size=stored.size)
        with pytest.raises(InvalidInput, match="no such object"):
            runner.commit(a_state(1), missing)
        assert world.head().version is None

    def test_one_that_was_cut_short_is_refused(self, world: StateWorld) -> None:
        runner = world.a_runner()
        runner.lock("l-1")
        stored = runner.upload(a_state(1))
        world.store.client.put_object(Bucket=world.store.bucket, Key=stored.key, Body=b"cut")
        with pytest.raises(InvalidInput, match="3 bytes"):
            runner.commit(a_state(1), stored)

    def test_one_that_was_altered_is_refused(self, world: StateWorld) -> None:
        runner = world.a_runner()
        runner.lock("l-1")
        stored = runner.upload(a_state(1))
        altered = b"x" * stored.size
        world.store.client.put_object(Bucket=world.store.bucket, Key=stored.key, Body=altered)
        with pytest.raises(InvalidInput, match="not what was written"):
            runner.commit(a_state(1), stored)

    def test_one_of_another_attempt_is_refused(self, world: StateWorld) -> None:
        runner, other = world.a_runner(), world.a_runner()
        runner.lock("l-1")
        with pytest.raises(InvalidInput, match="no state object of this attempt"):
            runner.commit(a_state(1), other.upload(a_state(1)))

    def test_a_store_that_hesitates_is_waited_for(self, world: StateWorld) -> None:
        runner = world.a_runner()
        runner.lock("l-1")
        stored = runner.upload(a_state(1))
        assert world.store.quirks
        world.store.quirks.fail_reads(stored.key, 404, 500, 404)
        assert runner.commit(a_state(1), stored).serial == 1


class TestReading:
    def test_where_nothing_was_committed_there_are_no_addresses(self, world: StateWorld) -> None:
        assert world.reader.addresses(world.spec.zone_id, world.spec.state_name) == []
        assert world.states.head(world.a_runner().caller).version is None

    def test_addresses_and_ids_of_the_head(self, world: StateWorld) -> None:
        runner = world.a_runner()
        runner.lock("l-1")
        runner.commit(a_state(1, orders={}, mails={}))
        assert world.reader.addresses(world.spec.zone_id, world.spec.state_name) == [
            ("aws_sqs_queue.orders", "orders"),
            ("aws_sqs_queue.mails", "mails"),
        ]

    @pytest.mark.parametrize("damage", ["missing", "empty", "altered"])
    def test_a_head_that_cannot_be_read_is_an_error_never_no_state(
        self, world: StateWorld, damage: str
    ) -> None:
        runner = world.a_runner()
        runner.lock("l-1")
        runner.commit(a_state(1))
        head = world.head()
        assert head.version
        place = {"Bucket": world.store.bucket, "Key": head.version.object.key}
        if damage == "missing":
            world.store.client.delete_object(**place)
        else:
            body = b"" if damage == "empty" else b"x" * head.version.object.size
            world.store.client.put_object(**place, Body=body)
        with pytest.raises(Damaged):
            world.reader.clear(head, head.version)
        assert world.reader.addresses(world.spec.zone_id, world.spec.state_name) is None

    def test_the_next_spec_of_the_same_name_reads_what_the_last_one_left(self, world: StateWorld) -> None:
        runner = world.a_runner()
        runner.lock("l-1")
        runner.commit(a_state(1, orders={}))
        runner.unlock()
        world.specs.delete(world.spec, world.an_entry(world.spec, "spec.deleted"))
        successor = world.a_spec()
        heir = world.a_runner(spec=successor)
        assert heir.lock("l-2") == 2
        head = world.rows.head(successor.zone_id, successor.state_name)
        assert head and head.version
        assert world.reader.clear(head, head.version) == a_state(1, orders={})
        with pytest.raises(NotFound):
            runner.commit(a_state(2))


class TestSecrets:
    def test_no_clear_state_in_the_store_the_rows_or_what_is_said(
        self, world: StateWorld, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level("DEBUG")
        runner, successor = world.a_runner(), world.a_runner()
        runner.lock("l-1")
        runner.commit(a_state(1, orders={"policy": CANARY}))
        world.task_stops(runner)
        successor.lock("l-2")
        with pytest.raises(Fenced) as refused:
            runner.commit(a_state(2, orders={"policy": CANARY}))
        said = f"{refused.value} {refused.value.details} {caplog.text}"
        for place in (world.store.everything(), world.rows_as_text().encode(), said.encode()):
            assert CANARY.encode() not in place
