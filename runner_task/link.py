"""The background link to the control plane: heartbeats that carry logs, events and the summary.

News goes out within half a second; without news, a heartbeat keeps the lease. The answers bring cancel, a
fresh token, and whether somebody watches. When nobody answers for three quarters of the lease, terraform is
stopped, as somebody else may soon take over.
"""

import threading
import time

from chalicelib.domain.messages import Assignment, Heartbeat, HeartbeatAnswer
from chalicelib.domain.words import Phase

from .api import Api
from .errors import ApiRefused, StepFailed, Unreachable
from .journal import Batch, Journal
from .masking import Masker
from .stop import Reason, Stop

GATHER_SECONDS = 0.8
"""From the first new line to the heartbeat that carries it and its neighbours; a line is shown within 1 s."""

WATCHED_SECONDS = 1.0
LONGEST_PAUSE = 5.0
CLOSING_PAUSE = 0.5
ANSWER_SECONDS = 10.0


class Link:
    """One thread that sends heartbeats until :meth:`close`."""

    def __init__(
        self, api: Api, journal: Journal, stop: Stop, masker: Masker, assignment: Assignment
    ) -> None:
        self._api = api
        self._journal = journal
        self._stop = stop
        self._masker = masker
        self._attempt = assignment.attempt
        self._usual_seconds = float(assignment.heartbeat_seconds)
        self._watched = False
        self.lease_seconds = float(assignment.lease_seconds)
        self.last_answer = time.monotonic()
        self.phase = Phase.PREPARE
        self.terraform_started = False
        """True from the moment before terraform may change something."""
        self._start_acknowledged = threading.Event()
        self._drained = threading.Event()
        self._closing = False
        self._refused = False
        self._thread = threading.Thread(target=self._run, name="link", daemon=True)

    def open(self) -> None:
        self._thread.start()

    @property
    def seconds_left(self) -> float:
        """Until the lease ends, as far as this runner can know."""
        return self.last_answer + self.lease_seconds - time.monotonic()

    def declare_start(self) -> None:
        """Tell that terraform is about to change things, and wait until that is known.

        Raises
        ------
        StepFailed
            It could not be told; nothing may be started then.
        """
        with self._journal.changed:
            self.terraform_started = True
            self._journal.urgent = True
            self._journal.changed.notify_all()
        while not self._start_acknowledged.wait(0.2):
            if self._stop.reason is not None or self._refused:
                break
        if not self._start_acknowledged.is_set() or self._stop.reason is not None:
            self.terraform_started = self._start_acknowledged.is_set() and self.terraform_started
            self._stop.check()
            raise StepFailed(
                "The control plane did not acknowledge the start of terraform; nothing was started."
            )

    def close(self, *, patience: float) -> None:
        """Send what is left, for at most `patience` seconds, and end the thread."""
        with self._journal.changed:
            self._closing = True
            self._journal.changed.notify_all()
        self._drained.wait(patience)

    def _run(self) -> None:
        pause = 0.0
        while True:
            self._wait_for_news(pause)
            batch = self._journal.batch()
            try:
                self._send(batch)
                pause = 0.0
            except Unreachable:
                pause = min(LONGEST_PAUSE, max(0.5, 2 * pause))
                if self.seconds_left < self.lease_seconds / 4:
                    self._stop.ask(Reason.UNANSWERED)
            except ApiRefused as refusal:
                self._refused = True
                self._stop.ask(Reason.CANCELLED if refusal.details.get("cancel") else Reason.LOST)
                break
            if self._closing and self._journal.is_empty:
                break
        self._drained.set()

    def _wait_for_news(self, pause: float) -> None:
        """Wait `pause` after a failure; else until there is news (gathered shortly), or it is time anyway."""
        if pause:
            self._wait_after_failure(pause)
            return
        usual = WATCHED_SECONDS if self._watched else self._usual_seconds
        with self._journal.changed:
            deadline = time.monotonic() + usual
            while self._journal.is_empty and not self._hurry:
                left = deadline - time.monotonic()
                if left <= 0:
                    return
                self._journal.changed.wait(left)
            gathered = min(deadline, time.monotonic() + GATHER_SECONDS)
            while not self._hurry and (left := gathered - time.monotonic()) > 0:
                self._journal.changed.wait(left)

    @property
    def _hurry(self) -> bool:
        return self._journal.urgent or self._journal.is_full or self._closing

    def _wait_after_failure(self, pause: float) -> None:
        again_at = time.monotonic() + pause
        with self._journal.changed:
            while not self._closing and (left := again_at - time.monotonic()) > 0:
                self._journal.changed.wait(left)
        if self._closing:
            time.sleep(CLOSING_PAUSE)

    def _send(self, batch: Batch) -> None:
        declared = self.terraform_started
        beat = Heartbeat(
            attempt=self._attempt,
            phase=self.phase,
            terraform_started=declared,
            logs=batch.logs,
            events=batch.events,
            summary=batch.summary,
        )
        sent_at = time.monotonic()
        timeout = max(1.0, min(ANSWER_SECONDS, self.seconds_left - self.lease_seconds / 4))
        answer = self._api.heartbeat(beat, timeout=timeout)
        self.last_answer = sent_at
        self._journal.acknowledge(batch)
        self._heed(answer)
        if declared:
            self._start_acknowledged.set()

    def _heed(self, answer: HeartbeatAnswer) -> None:
        self.lease_seconds = float(answer.lease_seconds)
        self._watched = answer.watched
        if answer.job_token:
            self._masker.add(answer.job_token)
            self._api.use_job_token(answer.job_token)
        if answer.cancel:
            self._stop.ask(Reason.CANCELLED)
