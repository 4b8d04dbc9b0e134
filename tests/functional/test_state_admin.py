"""What people see of states, and what admins do with them by hand."""

import base64
import hashlib
import json
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from chalicelib.adapters.crypto import AesGcm
from chalicelib.domain.errors import (
    Conflict,
    Fenced,
    Forbidden,
    NotFound,
    RunInProgress,
    StaleEdit,
    StateLocked,
)
from chalicelib.domain.state import ActKind, StateAct, VersionStatus
from chalicelib.domain.words import Role
from chalicelib.services.access import Principal
from chalicelib.services.paging import PageRequest
from chalicelib.services.state_admin import StateAdmin
from chalicelib.services.state_views import BreakLock, RollBack, VersionView
from tests.support.builders import FakeClock
from tests.support.dynamodb import Tables
from tests.support.s3 import TestKms, TestStore
from tests.support.states import CANARY, Runner, StateWorld, a_state

WHY = "the database change was wrong"


@pytest.fixture
def world(tables: Tables, supabase: TestStore, kms: TestKms) -> StateWorld:
    return StateWorld(supabase, kms, FakeClock())


@pytest.fixture
def ada(world: StateWorld) -> Principal:
    return world.a_person(Role.ADMIN)


def committed(world: StateWorld, *states: bytes) -> Runner:
    """A runner that committed `states` and let go."""
    runner = world.a_runner()
    runner.lock("l-1")
    for state in states:
        runner.commit(state)
    runner.unlock()
    return runner


def acts(world: StateWorld, who: Principal) -> list[StateAct]:
    return world.history.acts(who, world.spec.spec_id, PageRequest()).items


class TestLooking:
    def test_a_viewer_sees_where_it_stands(self, world: StateWorld) -> None:
        committed(world, a_state(1), a_state(2))
        view = world.history.view(world.a_person(Role.VIEWER), world.spec.spec_id)
        assert (view.lock, view.version and view.version.serial) == (None, 2)

    def test_versions_come_in_pages_highest_serial_first(self, world: StateWorld) -> None:
        committed(world, *(a_state(serial) for serial in range(1, 6)))
        viewer, spec_id = world.a_person(Role.VIEWER), world.spec.spec_id
        serials, cursor = [], None
        while True:
            page = world.history.versions(viewer, spec_id, PageRequest(limit=2, cursor=cursor))
            serials.append([item.version.serial for item in page.items])
            cursor = page.next_cursor
            if cursor is None:
                break
        assert [serial for page in serials for serial in page] == [5, 4, 3, 2, 1]
        assert all(len(page) <= 2 for page in serials)

    def test_one_version_by_its_id(self, world: StateWorld) -> None:
        committed(world, a_state(1), a_state(2))
        viewer = world.a_person(Role.VIEWER)
        old = world.versions()[1]
        found = world.history.version(viewer, world.spec.spec_id, old.id)
        assert (found.version, found.is_head) == (old, False)
        with pytest.raises(NotFound):
            world.history.version(viewer, world.spec.spec_id, "0000000009-000001-0000000000000000")

    def test_a_stranger_finds_nothing(self, world: StateWorld) -> None:
        with pytest.raises(NotFound):
            world.history.view(Principal("mallory"), world.spec.spec_id)

    @pytest.mark.parametrize("role", [Role.VIEWER, Role.PLANNER, Role.APPROVER])
    def test_only_admins_act(self, world: StateWorld, role: Role) -> None:
        committed(world, a_state(1), a_state(2))
        person, spec_id = world.a_person(role), world.spec.spec_id
        new, old = (version.id for version in world.versions())
        with pytest.raises(Forbidden):
            world.admin.pull(person, spec_id, WHY, None)
        with pytest.raises(Forbidden):
            world.admin.diff(person, spec_id, old, new)
        with pytest.raises(Forbidden):
            world.admin.break_lock(person, spec_id, BreakLock(lock_id="l-1", reason=WHY), None, "h")
        with pytest.raises(Forbidden):
            back = RollBack(version_id=old, head_version_id=new, reason=WHY)
            world.admin.roll_back(person, spec_id, back, None, "h")
        assert acts(world, world.a_person(Role.ADMIN)) == []


class TestPulling:
    def test_the_head_comes_byte_for_byte_and_the_taking_is_recorded(
        self, world: StateWorld, ada: Principal
    ) -> None:
        committed(world, a_state(1), a_state(2, orders={"weight": 0.1234567890123456789}))
        pulled = world.admin.pull(ada, world.spec.spec_id, WHY, None)
        assert pulled.state and pulled.state.encode() == world.head_clear()
        (act,) = acts(world, ada)
        assert (act.kind, act.by, act.reason) == (ActKind.PULL, ada.user, WHY)

    def test_an_older_one_by_its_id(self, world: StateWorld, ada: Principal) -> None:
        committed(world, a_state(1), a_state(2))
        pulled = world.admin.pull(ada, world.spec.spec_id, WHY, world.versions()[1].id)
        assert pulled.serial == 1

    def test_one_too_large_for_an_answer_comes_sealed_with_its_key(
        self, world: StateWorld, ada: Principal
    ) -> None:
        committed(world, a_state(1, orders={}))
        parts = (world.history, world.rows, world.reader, world.sealed, world.audit, world.clock)
        pulled = StateAdmin(*parts, inline_bytes=100).pull(ada, world.spec.spec_id, WHY, None)
        assert pulled.state is None
        assert pulled.sealed
        sealed = httpx.get(pulled.sealed.url).content
        assert AesGcm().open(sealed, base64.b64decode(pulled.sealed.key)) == a_state(1, orders={})
        assert pulled.sealed.key not in repr(pulled)

    def test_bytes_that_no_terraform_wrote_come_sealed_for_they_are_no_text(
        self, world: StateWorld, ada: Principal
    ) -> None:
        garbage = b"\xff\x00 no state"
        runner = world.a_runner()
        runner.lock("l-1")
        sha256 = hashlib.sha256(garbage).hexdigest()
        runner.commit(a_state(1), runner.upload(garbage), sha256=sha256)
        pulled = world.admin.pull(ada, world.spec.spec_id, WHY, None)
        assert pulled.state is None
        assert pulled.sealed
        sealed = httpx.get(pulled.sealed.url).content
        assert AesGcm().open(sealed, base64.b64decode(pulled.sealed.key)) == garbage

    def test_where_nothing_was_committed_there_is_nothing_to_pull(
        self, world: StateWorld, ada: Principal
    ) -> None:
        with pytest.raises(NotFound):
            world.admin.pull(ada, world.spec.spec_id, WHY, None)


def test_a_diff_names_what_changed_and_shows_no_value(world: StateWorld, ada: Principal) -> None:
    committed(
        world,
        a_state(1, gone={}, same={"n": 1}, orders={"tags": {"team": CANARY}, "ports": [1, 2], "n": 1}),
        a_state(2, new={}, same={"n": 1}, orders={"tags": {"team": "x"}, "ports": [1, 3], "n": 1}),
    )
    new, old = (version.id for version in world.versions())
    view = world.admin.diff(ada, world.spec.spec_id, old, new)
    assert view.diff.added == ["aws_sqs_queue.new"]
    assert view.diff.removed == ["aws_sqs_queue.gone"]
    (changed,) = view.diff.changed
    assert changed.address == "aws_sqs_queue.orders"
    assert changed.attributes == ["ports[1]", "tags.team"]
    assert CANARY not in view.model_dump_json()


class TestRollingBack:
    def back(self, world: StateWorld, position: int = 1) -> RollBack:
        versions = world.versions()
        head = world.head().version
        return RollBack(
            version_id=versions[position].id, head_version_id=head.id if head else None, reason=WHY
        )

    def test_an_older_version_becomes_the_newest(self, world: StateWorld, ada: Principal) -> None:
        committed(world, a_state(1, orders={}), a_state(2))
        old = world.versions()[1]
        made = world.admin.roll_back(ada, world.spec.spec_id, self.back(world), None, "h")
        assert made.is_head
        assert (made.version.serial, made.version.status) == (3, VersionStatus.ROLLBACK)
        assert (made.version.by, made.version.reason) == (ada.user, WHY)
        assert made.version.rollback_of == old.id
        assert world.head_clear() == a_state(3, orders={})
        assert [version.serial for version in world.versions()] == [3, 2, 1]

    def test_it_leaves_one_entry_with_why_in_the_zones_audit(self, world: StateWorld, ada: Principal) -> None:
        committed(world, a_state(1), a_state(2))
        body = self.back(world)
        for _ in range(2):
            world.admin.roll_back(ada, world.spec.spec_id, body, "key-1", "h")
        told = world.audit.of_zone(ada, world.spec.zone_id, PageRequest()).items
        (entry,) = [one for one in told if one.action == "state.rolled_back"]
        assert (entry.actor, entry.reason) == (f"user:{ada.user}", WHY)
        assert entry.subject == world.spec.spec_id
        assert entry.after
        assert entry.after["to"] == body.version_id

    def test_its_repeat_finds_the_first_answer(self, world: StateWorld, ada: Principal) -> None:
        committed(world, a_state(1), a_state(2))
        body = self.back(world)
        answers: list[VersionView] = [
            world.admin.roll_back(ada, world.spec.spec_id, body, "key-1", "h") for _ in range(2)
        ]
        assert answers[0] == answers[1]
        assert world.head().version == answers[0].version
        with pytest.raises(Conflict, match="different request"):
            world.admin.roll_back(ada, world.spec.spec_id, body, "key-1", "other")

    def test_two_at_once_make_one(self, world: StateWorld, ada: Principal) -> None:
        committed(world, a_state(1), a_state(2))
        body = self.back(world)

        def roll_back(number: int) -> str:
            try:
                return world.admin.roll_back(ada, world.spec.spec_id, body, f"k{number}", "h").version_id
            except (StaleEdit, Conflict):
                return ""

        with ThreadPoolExecutor(6) as pool:
            made = [version_id for version_id in pool.map(roll_back, range(6)) if version_id]
        assert len(made) == 1
        assert [version.serial for version in world.versions()] == [3, 2, 1]

    def test_a_rejected_version_can_be_what_a_person_wants(self, world: StateWorld, ada: Principal) -> None:
        zombie, successor = world.a_runner(), world.a_runner()
        zombie.lock("l-1")
        zombie.commit(a_state(1))
        world.task_stops(zombie)
        successor.lock("l-2")
        with pytest.raises(Fenced):
            zombie.commit(a_state(5, orders={}))
        successor.unlock()
        world.admin.roll_back(ada, world.spec.spec_id, self.back(world, 0), None, "h")
        assert world.head_clear() == a_state(6, orders={})

    def test_the_last_holder_is_fenced_by_it(self, world: StateWorld, ada: Principal) -> None:
        runner = committed(world, a_state(1), a_state(2))
        world.admin.roll_back(ada, world.spec.spec_id, self.back(world), None, "h")
        with pytest.raises(Fenced):
            runner.commit(a_state(9))

    def test_it_is_refused_while_somebody_works_with_the_state(
        self, world: StateWorld, ada: Principal
    ) -> None:
        runner = committed(world, a_state(1), a_state(2))
        body = self.back(world)
        world.set_live_run("run-1")
        with pytest.raises(RunInProgress):
            world.admin.roll_back(ada, world.spec.spec_id, body, None, "h")
        world.set_live_run(None)
        runner.lock("l-2")
        with pytest.raises(StateLocked):
            world.admin.roll_back(ada, world.spec.spec_id, body, None, "h")

    def test_it_is_refused_against_a_head_that_moved(self, world: StateWorld, ada: Principal) -> None:
        runner = committed(world, a_state(1), a_state(2))
        body = self.back(world)
        runner.lock("l-2")
        runner.commit(a_state(3))
        runner.unlock()
        with pytest.raises(StaleEdit):
            world.admin.roll_back(ada, world.spec.spec_id, body, None, "h")

    def test_terraform_goes_on_from_it(self, world: StateWorld, ada: Principal) -> None:
        committed(world, a_state(1), a_state(2))
        world.admin.roll_back(ada, world.spec.spec_id, self.back(world), None, "h")
        runner = world.a_runner()
        runner.lock("l-9")
        assert json.loads(world.head_clear())["serial"] == 3
        assert runner.commit(a_state(4)).serial == 4


class TestBreakingALock:
    def test_a_dead_holders_lock_is_safe_to_break(self, world: StateWorld, ada: Principal) -> None:
        dead = world.a_runner()
        dead.lock("l-1")
        world.task_stops(dead)
        view = world.history.view(ada, world.spec.spec_id)
        assert view.lock and view.lock.safe_to_break
        assert view.lock.why == "The task that took it has stopped."
        broken = world.admin.break_lock(
            ada, world.spec.spec_id, BreakLock(lock_id="l-1", reason=WHY), None, "h"
        )
        assert (broken.lock, broken.epoch) == (None, 2)
        with pytest.raises(Fenced):
            dead.commit(a_state(1))
        (act,) = acts(world, ada)
        assert (act.kind, act.by, act.reason) == (ActKind.BREAK_LOCK, ada.user, WHY)
        assert act.details == {"lock_id": "l-1", "job_id": dead.caller.job_id, "was_safe": True}

    def test_a_live_holders_lock_needs_insisting(self, world: StateWorld, ada: Principal) -> None:
        world.a_runner().lock("l-1")
        spec_id = world.spec.spec_id
        view = world.history.view(ada, spec_id)
        assert view.lock and not view.lock.safe_to_break
        with pytest.raises(Conflict, match="alive"):
            world.admin.break_lock(ada, spec_id, BreakLock(lock_id="l-1", reason=WHY), None, "h")
        insist = BreakLock(lock_id="l-1", reason=WHY, even_if_alive=True)
        assert world.admin.break_lock(ada, spec_id, insist, None, "h").lock is None

    def test_a_silent_holder_says_until_when_to_wait(self, world: StateWorld, ada: Principal) -> None:
        silent = world.a_runner()
        silent.lock("l-1")
        world.lease_ends(silent)
        view = world.history.view(ada, world.spec.spec_id)
        assert view.lock and not view.lock.safe_to_break
        assert view.lock.why.endswith("may still be writing until 2026-03-01T12:07:00.000Z.")

    def test_another_lock_than_the_one_that_was_seen_stays(self, world: StateWorld, ada: Principal) -> None:
        world.a_runner().lock("l-2")
        with pytest.raises(Conflict, match="Another lock"):
            world.admin.break_lock(ada, world.spec.spec_id, BreakLock(lock_id="l-1", reason=WHY), None, "h")

    def test_its_repeat_is_harmless(self, world: StateWorld, ada: Principal) -> None:
        dead, next_one = world.a_runner(), world.a_runner()
        dead.lock("l-1")
        world.task_stops(dead)
        body = BreakLock(lock_id="l-1", reason=WHY)
        world.admin.break_lock(ada, world.spec.spec_id, body, "key-1", "h")
        next_one.lock("l-2")
        view = world.admin.break_lock(ada, world.spec.spec_id, body, "key-1", "h")
        assert view.lock and view.lock.lock.info.id == "l-2"
