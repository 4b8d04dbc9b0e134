"""When to ask for work, and what to do with the answer.

The server sets the interval; a slot that becomes free asks at once. An API that does not answer is asked
again with growing pauses, while jobs in hand go on. Asked to stop, the runner takes nothing more and ends
with its last job; asked twice, it tells its jobs to stop as well.
"""

import random
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from chalicelib.domain.messages import Offer, PollAnswer, PollRequest, WorkerEnded

from ..transport import ApiError, Unreachable
from .slots import Slots, Worker

TICK_SECONDS = 0.2
"""How often ended jobs are looked for."""

AT_ONCE_SECONDS = 0.5
"""Between a slot's becoming free and the next poll, on average: racing runners spread."""

PASS_SECONDS = 60
"""How long a job that this runner tried for and did not get is left to others."""

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
MOST_PASSED = 64


class Asks(Protocol):
    """What :class:`~alethia.runner.api.PollApi` does."""

    def poll(self, request: PollRequest) -> PollAnswer: ...

    def worker_ended(self, job_id: str, ended: WorkerEnded) -> None: ...


class Loop:
    """One runner at work.

    Parameters
    ----------
    tell : Callable[[str], None]
        Where the runner's operator reads.
    """

    def __init__(
        self,
        api: Asks,
        slots: Slots,
        *,
        credential: Callable[[], str],
        version: str,
        tell: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._api = api
        self._slots = slots
        self._credential = credential
        self._version = version
        self._tell = tell
        self._clock = clock
        self._asked = self._heeded = 0
        self._ending = False
        self._next_poll = 0.0
        self._pause = FIRST_PAUSE
        self._away = False
        self._passed: dict[str, float] = {}
        """Job id → when it was tried for; see :data:`PASS_SECONDS`."""

    def stop(self) -> None:
        """Take nothing more. The second time: tell the jobs in hand to stop. Safe in a signal handler."""
        self._asked += 1

    def run(self, *, once: bool = False) -> None:
        """Work until stopped or drained; `once`: ask once, do what there is, and end.

        Raises
        ------
        ApiError
            The API refused the runner; the jobs in hand have ended by then.
        """
        refusal: ApiError | None = None
        while True:
            self._reap()
            self._heed()
            if not self._ending and self._clock() >= self._next_poll:
                try:
                    self._ending = self._poll() or once
                except Unreachable as problem:
                    self._hold_on(problem)
                except ApiError as problem:
                    refusal, self._ending = problem, True
            if self._ending and not self._slots.running:
                break
            time.sleep(min(TICK_SECONDS, max(0.01, self._next_poll - self._clock())))
        if refusal is not None:
            raise refusal

    def _heed(self) -> None:
        """Do what :meth:`stop` asked for since the last look."""
        asked = self._asked
        if asked >= 1 > self._heeded:
            jobs = len(self._slots.running)
            go_on = f" {jobs} jobs in hand go on; ask again to stop them, too." if jobs else ""
            self._tell(f"Stopping: nothing more is taken.{go_on}")
            self._ending = True
        if asked >= 2 > self._heeded:
            self._tell("Telling the jobs in hand to stop; the state that they reached is kept.")
            self._slots.terminate()
        self._heeded = asked

    def _poll(self) -> bool:
        """Ask, and start what is offered. Whether the runner is to end."""
        answer = self._api.poll(
            PollRequest(
                runner_version=self._version,
                slots=self._slots.count,
                running=self._slots.running,
                passed=self._left_to_others(),
            )
        )
        if self._away:
            self._tell("The API answers again.")
        self._away, self._pause = False, FIRST_PAUSE
        self._next_poll = self._clock() + answer.poll_seconds
        if answer.draining:
            self._tell("This runner is draining: it takes nothing more, and ends with its last job.")
            return True
        for offer in answer.offers[: self._slots.free]:
            self._start(offer)
        return False

    def _start(self, offer: Offer) -> None:
        self._tell(f"Job {offer.job_id}, attempt {offer.attempt}: trying to claim it.")
        try:
            self._slots.start(offer, self._credential())
        except OSError as problem:
            self._passed[offer.job_id] = self._clock()
            self._tell(f"No worker could be started for job {offer.job_id}: {problem.strerror}.")

    def _reap(self) -> None:
        for worker in self._slots.reap():
            job_id, code = worker.offer.job_id, worker.ended
            if code == 0:
                self._tell(f"Job {job_id} is done.")
            else:
                self._passed[job_id] = self._clock()
                self._tell(f"Job {job_id} ended without a report (code {code}); see {worker.log}.")
                self._tell_api(worker)
            soon = self._clock() + 2 * AT_ONCE_SECONDS * random.random()  # noqa: S311  only spreads the rivals
            self._next_poll = min(self._next_poll, soon) if not self._away else self._next_poll

    def _tell_api(self, worker: Worker) -> None:
        """That nothing of the worker is left, so that nobody waits for its lease to end."""
        code = worker.ended
        if code is None or code < 0:
            return  # its container was killed: what it left behind may still be at work
        ended = WorkerEnded(attempt=worker.offer.attempt, claim_id=worker.claim_id, exit_code=code)
        with suppress(Unreachable, ApiError):
            self._api.worker_ended(worker.offer.job_id, ended)

    def _left_to_others(self) -> list[str]:
        now = self._clock()
        self._passed = {job: at for job, at in self._passed.items() if now - at < PASS_SECONDS}
        return list(self._passed)[-MOST_PASSED:]

    def _hold_on(self, problem: Unreachable) -> None:
        if not self._away:
            self._tell(f"The API does not answer ({problem}); jobs in hand go on, and it is asked again.")
        self._away = True
        self._next_poll = self._clock() + self._pause * random.uniform(0.5, 1)  # noqa: S311  jitter
        self._pause = min(2 * self._pause, LONGEST_PAUSE)
