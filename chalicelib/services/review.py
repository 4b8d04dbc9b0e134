"""Waiting for a person. Waiting costs nothing, and ends by a decision or by time."""

from ..domain.errors import NotFound
from ..domain.lifecycle.run import RunEvent, RunStatus
from .doorbell import SUPERSEDED, Doorbell
from .ports.clock import Clock, iso, unix
from .ports.ledger import ChangeSpec, Ledger, LostRace, MoveRun
from .ports.runs import RunRecord, RunStore


class Review:
    """Keeps the waiting step's token, and ends reviews whose time is over."""

    def __init__(self, *, runs: RunStore, ledger: Ledger, doorbell: Doorbell, clock: Clock) -> None:
        self._runs = runs
        self._ledger = ledger
        self._doorbell = doorbell
        self._clock = clock

    def wait(self, run_id: str, generation: int, task_token: str) -> None:
        """Keep `task_token` until somebody decides; answer it at once when that already happened."""
        run = self._run(run_id)
        if run.generation != generation:
            self._doorbell.answer(task_token, SUPERSEDED)
            return
        self.expire(run)
        # One row holds the status and the token, so one of two happens: the token is stored before the
        # decision, whose maker then rings it; or the decision came first, and it is answered here.
        if not self._runs.wait_for_review(run_id, generation, task_token):
            run = self._run(run_id)
            word = run.status.lower() if run.generation == generation else SUPERSEDED
            self._doorbell.answer(task_token, word)

    def expire(self, run: RunRecord) -> bool:
        """End the review if its time is over."""
        now = self._clock.now()
        over = run.review_expires_at is not None and run.review_expires_at <= unix(now)
        if run.status is not RunStatus.AWAITING_REVIEW or not over:
            return False
        changes = {"reason": "Nobody decided in time; plan again.", "ended_at": iso(now)}
        try:
            self._ledger.commit(
                MoveRun(run.run_id, RunEvent.EXPIRE, changes),
                ChangeSpec(run.spec_id, held_by=run.run_id, release=True),
            )
        except LostRace:
            return False  # somebody decided in this very moment
        self._doorbell.review_over(run.run_id)
        return True

    def _run(self, run_id: str) -> RunRecord:
        run = self._runs.get(run_id)
        if run is None:
            raise NotFound(f"There is no run {run_id}.")
        return run
