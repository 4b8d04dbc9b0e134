"""A self-hosted runner asks for work: what it may try to claim, and when to ask again."""

from datetime import datetime

from ..domain.errors import Forbidden, NotSignedIn
from ..domain.job import ANY_RUNNER
from ..domain.messages import Offer, PollAnswer, PollRequest
from ..domain.queue import offers
from ..domain.runner import SEEN_EVERY, RunnerKind
from .audit import Audit
from .ports.clock import Clock, iso, unix
from .ports.queue import RunnerQueues
from .ports.runners import RunnerRecord, Runners

LOOKED_AT = 300
"""Jobs of each queue that a poll looks at, the oldest."""


class Polls:
    """Answers polls."""

    def __init__(
        self, *, runners: Runners, queues: RunnerQueues, audit: Audit, clock: Clock, poll_seconds: float
    ) -> None:
        self._runners = runners
        self._queues = queues
        self._audit = audit
        self._clock = clock
        self._poll_seconds = poll_seconds

    def poll(self, runner_id: str, request: PollRequest) -> PollAnswer:
        """Offer jobs of the runner's own zone, up to its free slots. Claiming decides who gets them.

        Raises
        ------
        Forbidden
            The runner's kind gets its jobs from a dispatcher.
        NotSignedIn
            It was deleted.
        """
        runner = self._runners.get(runner_id)
        if runner is None:
            raise NotSignedIn("This runner was deleted. Register it anew to go on.")
        if runner.kind is not RunnerKind.SELF_HOSTED or runner.zone_id is None:
            sentence = f"A runner of kind {runner.kind} is started for its job; it doesn't ask for work."
            self._audit.refused(
                runner.zone_id,
                actor=f"runner:{runner_id}",
                action="poll.refused",
                subject=runner_id,
                reason=sentence,
            )
            raise Forbidden(sentence)
        now = self._clock.now()
        self._note(runner, request, now)
        found: list[Offer] = []
        if not runner.draining and len(request.running) < request.slots:
            found = self._offers(runner.zone_id, runner_id, request, unix(now))
        return PollAnswer(offers=found, poll_seconds=self._poll_seconds, draining=runner.draining)

    def _offers(self, zone_id: str, runner_id: str, request: PollRequest, now: int) -> list[Offer]:
        own = self._queues.of_runner(zone_id, runner_id, most=LOOKED_AT)
        shared = self._queues.of_runner(zone_id, ANY_RUNNER, most=LOOKED_AT)
        passed = set(request.passed)
        chosen = offers(
            [job for job in own if job.job_id not in passed],
            [job for job in shared if job.job_id not in passed],
            slots=request.slots,
            has=set(request.running),
            now=now,
        )
        return [Offer(job_id=job.job_id, attempt=job.attempt) for job in chosen]

    def _note(self, runner: RunnerRecord, request: PollRequest, now: datetime) -> None:
        """That it asked; not each time, as each is a write."""
        said = (runner.version, runner.slots) == (request.runner_version, request.slots)
        seen = datetime.fromisoformat(runner.last_seen_at) if runner.last_seen_at else None
        if not said or seen is None or now - seen >= SEEN_EVERY:
            self._runners.seen(
                runner.runner_id, at=iso(now), version=request.runner_version, slots=request.slots
            )
