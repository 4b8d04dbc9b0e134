"""Whatever runners, leases and people do to a state, in any order, these hold after every step:

the head's serial never goes backwards, the head can always be read, at most one attempt's commits count.
"""

import json
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from chalicelib.domain.errors import AlethiaError, Fenced
from chalicelib.domain.state import VersionStatus
from chalicelib.domain.words import Role
from chalicelib.services.state_views import BreakLock, RollBack
from tests.support.builders import FakeClock
from tests.support.dynamodb import Tables
from tests.support.s3 import TestKms, TestStore
from tests.support.states import Runner, StateWorld, a_state


class StateMachine(RuleBasedStateMachine):
    """Runners that held the lock once, and may be zombies by now; each rule is one thing that may happen."""

    store: TestStore
    kms: TestKms
    runners: Bundle[Runner] = Bundle("runners")

    @initialize()
    def begin(self) -> None:
        self.world = StateWorld(self.store, self.kms, FakeClock())
        self.ada = self.world.a_person(Role.ADMIN)
        self.highest = 0
        self.next_lock = 0
        self.counts: Runner | None = None
        """The only one whose commits may count: who was granted the lock last, until a person stepped in."""

    @rule(target=runners)
    def a_job_takes_the_lock(self) -> Any:
        runner = self.world.a_runner()
        self.take(runner)
        return runner if runner.lock_id else multiple()

    @rule(runner=runners)
    def a_job_takes_it_again(self, runner: Runner) -> None:
        self.take(runner)

    def take(self, runner: Runner) -> None:
        self.next_lock += 1
        before = self.world.head()
        try:
            epoch = runner.lock(f"l-{self.next_lock}")
        except AlethiaError:
            assert self.world.head() == before
            return
        assert epoch == before.epoch + 1
        self.counts = runner

    @rule(runner=runners)
    def unlock(self, runner: Runner) -> None:
        runner.unlock()

    @rule(runner=runners, ahead=st.sampled_from([1, 1, 1, 2, 0, -1]), repeat=st.booleans())
    def commit(self, runner: Runner, ahead: int, repeat: bool) -> None:
        serial = max(self.highest + ahead, 0)
        request = runner.request(a_state(serial, **{f"q{self.next_lock}": {}}))
        for _ in range(2 if repeat else 1):
            try:
                answer = self.world.states.commit(runner.caller, request)
            except AlethiaError as error:
                assert runner is not self.counts or not isinstance(error, Fenced)
                return
            assert runner is self.counts
            assert answer.serial == serial

    @rule(runner=runners)
    def lease_ends(self, runner: Runner) -> None:
        self.world.lease_ends(runner)

    @rule(seconds=st.sampled_from([30, 121, 500]))
    def time_passes(self, seconds: int) -> None:
        self.world.clock.advance(seconds=seconds)

    @rule(runner=runners)
    def task_stops(self, runner: Runner) -> None:
        self.world.task_stops(runner)

    @rule(runner=runners)
    def job_fails(self, runner: Runner) -> None:
        self.world.change_job(runner.caller.job_id, status="FAILED", ended_at="2026")

    @precondition(lambda self: self.world.head().lock)
    @rule()
    def a_person_breaks_the_lock(self) -> None:
        lock = self.world.head().lock
        assert lock
        body = BreakLock(lock_id=lock.info.id, reason="it is stuck", even_if_alive=True)
        self.world.admin.break_lock(self.ada, self.world.spec.spec_id, body, None, "h")
        self.counts = None

    @precondition(lambda self: self.highest and not self.world.head().lock)
    @rule(data=st.data())
    def a_person_goes_back(self, data: st.DataObject) -> None:
        head = self.world.head().version
        others = [version for version in self.world.versions() if head and version.id != head.id]
        if head and others:
            wanted = data.draw(st.sampled_from(others))
            body = RollBack(version_id=wanted.id, head_version_id=head.id, reason="try the old one")
            self.world.admin.roll_back(self.ada, self.world.spec.spec_id, body, None, "h")
            self.counts = None

    @invariant()
    def the_serial_never_goes_backwards(self) -> None:
        version = self.world.head().version
        serial = version.serial if version else 0
        assert serial >= self.highest
        self.highest = serial

    @invariant()
    def the_head_can_be_read_and_is_no_rejected_version(self) -> None:
        version = self.world.head().version
        if version:
            assert version.status is not VersionStatus.REJECTED
            assert json.loads(self.world.head_clear())["serial"] == version.serial

    @invariant()
    def at_most_one_holds_it(self) -> None:
        head = self.world.head()
        if head.lock:
            assert self.counts
            assert head.is_granted_to(*self.counts.caller)
            assert head.lock.epoch == head.epoch


def test_whatever_happens_in_any_order(tables: Tables, supabase: TestStore, kms: TestKms) -> None:
    class OnThisStore(StateMachine):
        pass

    OnThisStore.store, OnThisStore.kms = supabase, kms
    profile: dict[str, Any] = {
        "max_examples": 12,
        "stateful_step_count": 20,
        "deadline": None,
        "suppress_health_check": list(HealthCheck),
    }
    run_state_machine_as_test(OnThisStore, settings=settings(**profile))  # type: ignore[no-untyped-call]
