"""Between the approval and the apply: is what was approved still what would be applied?"""

from contextlib import suppress

from ..domain.errors import NotFound, StalePlan
from ..domain.job import JobError
from ..domain.lifecycle.job import JobEvent, JobStatus
from ..domain.lifecycle.run import RunStatus
from .doorbell import SUPERSEDED
from .plan_guard import PlanGuard
from .ports.clock import Clock, iso
from .ports.jobs import JobStore
from .ports.ledger import Ledger, LostRace, MoveJob
from .ports.runs import RunStore

UNCHANGED, CHANGED = "unchanged", "changed"


class CheckDigests:
    """Refuses a DEPLOY before a runner is asked for; its claim and its runner look again."""

    def __init__(
        self, *, runs: RunStore, jobs: JobStore, ledger: Ledger, guard: PlanGuard, clock: Clock
    ) -> None:
        self._runs = runs
        self._jobs = jobs
        self._ledger = ledger
        self._guard = guard
        self._clock = clock

    def check(self, run_id: str, generation: int) -> str:
        """``unchanged``; ``changed``, the DEPLOY then being FAILED with the reason; ``superseded``."""
        run = self._runs.get(run_id)
        job = self._jobs.get(run.apply_job_id) if run and run.apply_job_id else None
        if run is None or job is None or run.plan_job_id is None:
            raise NotFound(f"Run {run_id} has no plan to apply.")
        if run.generation != generation:
            return SUPERSEDED
        if run.status is not RunStatus.APPROVED or job.status is not JobStatus.QUEUED:
            # A runner has it, or it has ended: the next step reads how.
            return UNCHANGED
        try:
            self._guard.require_fresh(run.plan_job_id, run.plan_digest)
        except StalePlan as error:
            refused = {
                "error": JobError(step="check_digests", message=error.message),
                "ended_at": iso(self._clock.now()),
            }
            with suppress(LostRace):
                self._ledger.commit(
                    MoveJob(job.job_id, JobEvent.FAIL, refused, attempt=job.attempt, only_from=(job.status,))
                )
            return CHANGED
        return UNCHANGED
