"""A runner says that it is alive, and what happened since; the answer says whether to go on."""

from datetime import datetime

from ..domain.errors import NotFound
from ..domain.job import RULES
from ..domain.messages import Heartbeat, HeartbeatAnswer
from .apply_start import apply_start
from .attempts import Attempts
from .component_progress import ComponentProgress
from .job_tokens import LIFETIME, JobTokens
from .origin import correlate
from .ports.clock import Clock, unix
from .ports.jobs import JobRecord, JobStore
from .ports.ledger import Ledger, LostRace
from .ports.logs import KEPT_FOR, LogStore


class Heartbeats:
    """Extends leases, and keeps what runners tell."""

    def __init__(
        self,
        *,
        jobs: JobStore,
        attempts: Attempts,
        logs: LogStore,
        ledger: Ledger,
        progress: ComponentProgress,
        tokens: JobTokens,
        clock: Clock,
    ) -> None:
        self._jobs = jobs
        self._attempts = attempts
        self._logs = logs
        self._ledger = ledger
        self._progress = progress
        self._tokens = tokens
        self._clock = clock

    def heartbeat(self, job_id: str, beat: Heartbeat) -> HeartbeatAnswer:
        """Extend the lease of a running attempt, and keep its logs and events. All of it can be said twice.

        With ``terraform_started``, an answer without ``cancel`` is the permission to start: from then on the
        control plane counts on things existing.

        Raises
        ------
        Forbidden
            The attempt is over: stop terraform, commit the state reached, and end. It is in the audit.
        """
        now = self._clock.now()
        job = self._jobs.get(job_id)
        if job is None:
            raise NotFound("There is no such job.")
        correlate(job.correlation_id)
        rules = RULES[job.job_type]
        extended = self._jobs.extend_lease(
            job_id, beat.attempt, until=unix(now) + rules.lease_seconds, phase=beat.phase
        )
        if extended is None:
            raise self._attempts.over(self._attempts.known(job_id, beat.attempt))
        self._keep(extended, beat, now)
        cancel = extended.cancel_requested
        if beat.terraform_started and rules.changes_cloud and not extended.terraform_started:
            cancel = not self._may_start(extended) or cancel
        return HeartbeatAnswer(
            lease_seconds=rules.lease_seconds,
            cancel=cancel,
            watched=(extended.watched_until or 0) > unix(now),
            job_token=self._fresh_token(extended, now),
        )

    def _keep(self, job: JobRecord, beat: Heartbeat, now: datetime) -> None:
        if beat.logs or beat.events:
            self._logs.append(job.job_id, beat.attempt, beat.logs, beat.events, unix(now + KEPT_FOR))
        if beat.events and RULES[job.job_type].changes_cloud:
            snapshot = self._jobs.snapshot(job.job_id)
            assert snapshot is not None, "a job is written with its snapshot"
            self._progress.take_in(job, snapshot, beat.events)
        if beat.summary is not None:
            self._jobs.store_summary(job.job_id, beat.summary)

    def _may_start(self, job: JobRecord) -> bool:
        """Note that terraform starts; ``False`` when somebody asked to cancel in that very moment."""
        try:
            self._ledger.commit(*apply_start(job))
        except LostRace:
            after = self._jobs.get(job.job_id)
            return after is not None and after.terraform_started
        return True

    def _fresh_token(self, job: JobRecord, now: datetime) -> str | None:
        """A new token once half of the first one's life is over."""
        assert job.claimed_at is not None, "a running attempt was claimed"
        if now - datetime.fromisoformat(job.claimed_at) < LIFETIME / 2:
            return None
        return self._tokens.issue(job.job_id, job.attempt, job.runner)
