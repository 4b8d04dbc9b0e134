"""When the runner asks, and when it does not."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from alethia.runner import loop as module
from alethia.runner.loop import LONGEST_PAUSE, Loop
from alethia.transport import ApiError, NotSignedIn, Unreachable
from chalicelib.domain.messages import Offer, PollAnswer, PollRequest, WorkerEnded


class Time:
    """Sleeping is what makes it pass."""

    def __init__(self) -> None:
        self.now = 100.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class FakeSlots:
    """Jobs that run until `ends` says otherwise."""

    def __init__(self, count: int = 2) -> None:
        self.count = count
        self.running: list[str] = []
        self.started: list[str] = []
        self.ends: list[tuple[str, int]] = []
        self.terminated = 0

    @property
    def free(self) -> int:
        return self.count - len(self.running)

    def start(self, offer: Offer, credential: str) -> None:
        if offer.job_id == "impossible":
            raise OSError(12, "Cannot allocate memory")
        self.started.append(offer.job_id)
        self.running.append(offer.job_id)

    def reap(self) -> list[Any]:
        over = [_Worker(job, code) for job, code in self.ends if job in self.running]
        for worker in over:
            self.running.remove(worker.offer.job_id)
        self.ends = []
        return over

    def terminate(self) -> None:
        self.terminated += 1
        self.ends = [(job, 0) for job in self.running]


class _Worker:
    def __init__(self, job_id: str, code: int) -> None:
        self.offer = Offer(job_id=job_id, attempt=1)
        self.ended = code
        self.claim_id = f"claim-of-{job_id}"
        self.log = "a.log"


class Bench:
    def __init__(self, *answers: Any, slots: int = 2) -> None:
        self.time = Time()
        self.answers = list(answers)
        self.asked: list[tuple[float, PollRequest]] = []
        self.slots = FakeSlots(slots)
        self.told: list[str] = []
        self.ended: list[tuple[str, str, int]] = []
        self.at_poll: Callable[[int], None] = lambda number: None
        self.loop = Loop(
            self,
            self.slots,  # type: ignore[arg-type]
            credential=lambda: "c",
            version="1",
            tell=self.told.append,
            clock=lambda: self.time.now,
        )

    def poll(self, request: PollRequest) -> PollAnswer:
        self.asked.append((self.time.now, request))
        self.at_poll(len(self.asked))
        answer = self.answers.pop(0) if self.answers else offered()
        if len(self.asked) >= 30:
            self.loop.stop()
            self.loop.stop()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def worker_ended(self, job_id: str, ended: WorkerEnded) -> None:
        self.ended.append((job_id, ended.claim_id, ended.exit_code))
        raise Unreachable("ConnectError")

    def pauses(self) -> list[float]:
        moments = [moment for moment, _ in self.asked]
        return [after - before for before, after in pairwise(moments)]


def offered(*jobs: str, poll_seconds: float = 5, draining: bool = False) -> PollAnswer:
    offers = [Offer(job_id=job, attempt=1) for job in jobs]
    return PollAnswer(offers=offers, poll_seconds=poll_seconds, draining=draining)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> list[Bench]:
    benches: list[Bench] = []
    monkeypatch.setattr(module.time, "sleep", lambda seconds: benches[0].time.sleep(seconds))
    return benches


def run(bench: Bench, benches: list[Bench], **how: Any) -> Bench:
    benches.append(bench)
    bench.loop.run(**how)
    return bench


def test_the_server_sets_the_interval(no_waiting: list[Bench]) -> None:
    bench = Bench(offered(poll_seconds=5), offered(poll_seconds=60), offered())
    run(bench, no_waiting)
    assert bench.pauses()[:2] == pytest.approx([5, 60], abs=0.3)


def test_once_asks_once_and_ends_with_what_it_got(no_waiting: list[Bench]) -> None:
    bench = Bench(offered("a", "b"))
    bench.slots.ends = []
    bench.at_poll = lambda number: setattr(bench.slots, "ends", [("a", 0), ("b", 0)])
    run(bench, no_waiting, once=True)
    assert (len(bench.asked), bench.slots.started) == (1, ["a", "b"])


def test_it_never_takes_more_than_it_has_slots_for(no_waiting: list[Bench]) -> None:
    bench = run(Bench(offered("a", "b", "c"), slots=2), no_waiting)
    assert bench.slots.started == ["a", "b"]
    assert bench.asked[1][1].running == ["a", "b"]


def test_a_free_slot_asks_at_once(no_waiting: list[Bench]) -> None:
    bench = Bench(offered("a", poll_seconds=500), slots=1)
    bench.at_poll = lambda number: setattr(bench.slots, "ends", [("a", 0)])
    run(bench, no_waiting)
    assert bench.pauses()[0] < 2


def test_a_job_that_was_not_had_is_left_to_others_for_a_minute(no_waiting: list[Bench]) -> None:
    bench = Bench(offered("a", poll_seconds=20), slots=1)
    bench.at_poll = lambda number: setattr(bench.slots, "ends", [("a", 1)])
    run(bench, no_waiting)
    passed = [(moment, request.passed) for moment, request in bench.asked[1:]]
    assert all((names == ["a"]) == (moment - passed[0][0] < 59) for moment, names in passed)


def test_an_api_that_is_away_is_asked_with_growing_pauses_and_told_of_once(no_waiting: list[Bench]) -> None:
    bench = run(Bench(*[Unreachable("ConnectError")] * 25, offered()), no_waiting)
    assert len([line for line in bench.told if "does not answer" in line]) == 1
    assert "The API answers again." in bench.told
    assert bench.pauses()[0] <= 1.3
    assert LONGEST_PAUSE / 2 <= bench.pauses()[20] <= LONGEST_PAUSE + 0.3


def test_a_refusal_ends_it_after_its_jobs(no_waiting: list[Bench]) -> None:
    refusal = NotSignedIn(401, {"message": "This runner was deleted."})
    bench = Bench(offered("a"), refusal)
    bench.at_poll = lambda number: setattr(bench.slots, "ends", [("a", 0)] if number == 2 else [])
    with pytest.raises(ApiError, match="deleted"):
        run(bench, no_waiting)
    assert (len(bench.asked), bench.slots.running, bench.slots.terminated) == (2, [], 0)


def test_draining_takes_nothing_and_ends(no_waiting: list[Bench]) -> None:
    bench = run(Bench(offered("a", draining=True)), no_waiting)
    assert (len(bench.asked), bench.slots.started) == (1, [])


def test_asked_twice_to_stop_it_stops_its_jobs(no_waiting: list[Bench]) -> None:
    bench = Bench(offered("a"))
    bench.at_poll = lambda number: (bench.loop.stop(), bench.loop.stop())  # type: ignore[func-returns-value]
    run(bench, no_waiting)
    assert bench.slots.terminated == 1


@pytest.mark.parametrize(("code", "told"), [(0, []), (137, [("a", "claim-of-a", 137)]), (-9, [])])
def test_the_api_is_told_of_a_worker_of_which_nothing_is_left(
    no_waiting: list[Bench], code: int, told: list[Any]
) -> None:
    """A container that was itself killed (-9) can't say what became of its worker."""
    bench = Bench(offered("a"))
    bench.at_poll = lambda number: setattr(bench.slots, "ends", [("a", code)])
    run(bench, no_waiting)
    assert bench.ended == told


def test_a_worker_that_cannot_be_started_is_told_of(no_waiting: list[Bench]) -> None:
    bench = run(Bench(offered("impossible", "b")), no_waiting)
    assert bench.slots.started == ["b"]
    assert any("Cannot allocate memory" in line for line in bench.told)
    assert bench.asked[1][1].passed == ["impossible"]
