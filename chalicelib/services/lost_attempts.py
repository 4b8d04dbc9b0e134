"""An attempt that will not report: its lease ended, or its container stopped.

A job that changes nothing gets a fresh attempt, up to its limit. A DEPLOY or DESTROY never retries blindly:
it FAILs, and says what terraform's recorded events prove done, what was in flight, and what exists without
being in the state. A job that no self-hosted runner took in time FAILs at once, whatever its type: another
attempt would wait for the same runner.
"""

from ..domain.ids import attempt_id
from ..domain.job import ANY_RUNNER, RULES, ApplyProgress, By, JobError
from ..domain.lifecycle.job import JOB, JobEvent, JobStatus
from ..domain.progress import progress_of
from .doorbell import Doorbell
from .ports.clock import Clock, iso
from .ports.jobs import JobRecord, JobStore
from .ports.ledger import EndAttempt, Ledger, LostRace, MoveJob, Write
from .ports.logs import LogStore
from .ports.spec_reader import SpecReader
from .ports.state_reader import StateReader
from .runner_wait import RunnerWait
from .worker_ends import WorkerEnds


class LostAttempts:
    """Ends attempts from outside."""

    def __init__(
        self,
        *,
        jobs: JobStore,
        logs: LogStore,
        ledger: Ledger,
        specs: SpecReader,
        states: StateReader,
        doorbell: Doorbell,
        runner_wait: RunnerWait,
        worker_ends: WorkerEnds,
        clock: Clock,
    ) -> None:
        self._jobs = jobs
        self._logs = logs
        self._ledger = ledger
        self._specs = specs
        self._states = states
        self._doorbell = doorbell
        self._runner_wait = runner_wait
        self._worker_ends = worker_ends
        self._clock = clock

    def end_of_lease(self, job: JobRecord, now: int) -> bool:
        """The lease is over at `now` (Unix seconds): nobody took the job in time, or its runner was lost."""
        gave_up = self._runner_wait.gave_up(job) if job.status is JobStatus.QUEUED else None
        why = gave_up or f"{lease_ended(job)}{self._no_container(job)}"
        return self.end(job, why, lease_over_at=now, retry=gave_up is None)

    def end(self, job: JobRecord, why: str, *, lease_over_at: int | None = None, retry: bool = True) -> bool:
        """Count no more on the job's present attempt; ``False`` when it went on, or ended, by itself.

        Parameters
        ----------
        why : str
            One sentence: what happened to the runner.
        lease_over_at : int or None
            End it only if its lease was not extended beyond this moment (Unix seconds).
        retry : bool
            Whether another attempt can help, where the job's type allows one.
        """
        if job.status in JOB.terminal or job.attempt == 0:
            return False
        beside: list[Write] = [EndAttempt(job.job_id, job.attempt, iso(self._clock.now()))]
        if retry and _may_retry(job):
            move = self._retry(job, lease_over_at)
        else:
            move = self._move(job, why, lease_over_at)
            beside += self._worker_ends.of(job, why)
        try:
            self._ledger.commit(move, *beside)
        except LostRace:
            return False
        self._doorbell.attempt_over(job.job_id)
        return True

    def _no_container(self, job: JobRecord) -> str:
        """Why nobody could take a job in time, where we know: no container could be started."""
        attempt = self._jobs.attempt(job.job_id, job.attempt) if job.claimed_at is None else None
        return f" {attempt.problem}" if attempt and attempt.problem else ""

    def _retry(self, job: JobRecord, lease_over_at: int | None) -> MoveJob:
        """For any runner again, if it was: the one that had it may be the one that is lost."""
        attempt = self._jobs.attempt(job.job_id, job.attempt)
        anybodys = attempt is not None and attempt.runner == ANY_RUNNER
        return MoveJob(
            job.job_id,
            JobEvent.RETRY,
            {"runner": ANY_RUNNER} if anybodys else {},
            zone_id=job.zone_id,
            attempt=job.attempt,
            lease_over_at=lease_over_at,
        )

    def _move(self, job: JobRecord, why: str, lease_over_at: int | None) -> MoveJob:
        changes: dict[str, object] = {}
        if job.cancel_requested and not job.terraform_started:
            event = JobEvent.CANCEL
            message = f"Cancelled. {why}"
        elif job.terraform_started:
            event = JobEvent.FAIL
            progress = self._progress(job)
            changes = {"progress": progress, "orphan_risk": True}
            message = f"{why} {describe(progress)}"
        else:
            event = JobEvent.FAIL
            tries = f" {job.attempt} attempts were made." if job.attempt > 1 else ""
            nothing_changed = " terraform had not begun to change anything." if job.spec_id else ""
            message = f"{why}{nothing_changed}{tries}"
        changes["error"] = JobError(step=job.phase or "start", message=message)
        changes["ended_at"] = iso(self._clock.now())
        return MoveJob(job.job_id, event, changes, attempt=job.attempt, lease_over_at=lease_over_at)

    def _progress(self, job: JobRecord) -> ApplyProgress:
        spec = self._specs.get(job.of_spec)
        known = self._states.addresses(spec.zone_id, spec.state_name) if spec else None
        return progress_of(self._logs.events_of_attempt(job.job_id, job.attempt), state_ids=known)


def _may_retry(job: JobRecord) -> bool:
    rules = RULES[job.job_type]
    # What the control plane does itself is taken up again also to be cancelled: something may stand by then.
    by_itself = rules.by is By.CONTROL_PLANE
    changes_nothing = not job.terraform_started and not job.cancel_requested
    return (changes_nothing or by_itself) and job.attempt < rules.max_attempts


def describe(progress: ApplyProgress) -> str:
    """How far it came, as one or two sentences: ``14 of 20 changes are done, 6 unknown …``."""
    if not progress.planned:
        return "terraform had reported no change yet; what it did is unknown."
    unknown = max(progress.planned - progress.done - len(progress.failed), 0)
    parts = [f"{progress.done} of {progress.planned} changes are done"]
    if progress.failed:
        parts.append(f"{len(progress.failed)} failed")
    if unknown:
        parts.append(f"{unknown} unknown")
    sentence = ", ".join(parts)
    if progress.in_flight:
        sentence += f" ({len(progress.in_flight)} were in flight)"
    sentence += "."
    if progress.orphans:
        sentence += (
            f" {len(progress.orphans)} resources exist that the state does not know: "
            "import or delete them before the next apply."
        )
    return sentence + " Plan again to see what remains."


def lease_ended(job: JobRecord) -> str:
    """Why, when the control plane only knows that nobody answered."""
    who = attempt_id(job.job_id, job.attempt)
    if RULES[job.job_type].by is By.CONTROL_PLANE:
        return f"The workflow did not go on within its lease (execution {who})."
    if job.claimed_at is None or job.claim_id is None:
        return f"No runner took the job in time (attempt {who})."
    return f"The runner was lost: it did not answer within its lease (attempt {who})."
