"""Every way in which a run ends badly comes here: its rows are marked, and the spec is free again.

The step that asks for a runner comes here too, when it failed beyond its retries. It may be that nothing is
wrong with the run itself (a runner is still at work): then the answer says where to take it up again.
"""

from ..domain.errors import NotFound
from ..domain.job import JobError
from ..domain.lifecycle.job import WITH_A_RUNNER, JobEvent, JobStatus
from ..domain.lifecycle.run import RUN, RunEvent, RunStatus
from ..domain.lifecycle.spec import SpecEvent
from ..domain.model import Model
from ..domain.run import RunKind
from .component_progress import ComponentProgress
from .doorbell import SUPERSEDED
from .ports.clock import Clock, iso
from .ports.jobs import JobRecord, JobStore
from .ports.ledger import ChangeSpec, Ledger, LostRace, MoveJob, MoveRun, Write
from .ports.runs import RunRecord, RunStore
from .ports.workflow import Resume
from .standing import job_in_hand, where_it_stands

ALIVE = "alive"


class Marked(Model):
    """What became of the run.

    ``outcome`` is the run's status in lower case once it is over, ``superseded`` when another execution has
    it, or ``alive``: it is then to be taken up at ``resume``.
    """

    outcome: str
    over: bool = False
    resume: Resume | None = None


class MarkRun:
    """Ends runs that did not reach their end."""

    def __init__(
        self,
        *,
        runs: RunStore,
        jobs: JobStore,
        ledger: Ledger,
        progress: ComponentProgress,
        clock: Clock,
    ) -> None:
        self._runs = runs
        self._jobs = jobs
        self._ledger = ledger
        self._progress = progress
        self._clock = clock

    def mark(
        self,
        run_id: str,
        generation: int,
        *,
        error: JobError | None = None,
        cancelled: bool = False,
        give_up: bool = False,
    ) -> Marked:
        """End the run if its rows, or `error`, say that it is over.

        Parameters
        ----------
        error : JobError or None
            What a workflow step could not do, after all its retries. It ends a run for whose job no runner
            could be had; with anything else nothing is wrong but the step.
        cancelled : bool
            An operator aborted the execution: whatever is not at work is cancelled.
        give_up : bool
            End it with `error` wherever it stands, unless a runner is at work, or what it applied stands: an
            apply that succeeded is never made a failure.
        """
        run = self._runs.get(run_id)
        if run is None:
            raise NotFound(f"There is no run {run_id}.")
        if run.generation != generation:
            return Marked(outcome=SUPERSEDED)
        job = self._jobs.get(job_in_hand(run))
        assert job is not None, "a run is written with its job"
        resume = where_it_stands(run, job)
        if resume is None:
            return Marked(outcome=run.status.lower(), over=True)
        if resume is Resume.MARK:
            self._end(run, job, _run_event(job), job.error)
        elif cancelled and resume is not Resume.FINALIZE and not _at_work(job, resume):
            self._end(
                run, job, RunEvent.CANCEL, JobError(step="cancel", message="The execution was aborted.")
            )
        elif error is not None and (_no_runner_came(job) or (give_up and _may_be_given_up(job, resume))):
            self._end(run, job, RunEvent.FAIL, error)
        else:
            return Marked(outcome=ALIVE, resume=resume)
        after = self._runs.get(run_id) or run
        return Marked(outcome=after.status.lower(), over=after.status in RUN.terminal)

    def _end(self, run: RunRecord, job: JobRecord, event: RunEvent, error: JobError | None) -> None:
        now = iso(self._clock.now())
        writes: list[Write] = []
        if job.status is JobStatus.QUEUED:
            job_event = JobEvent.CANCEL if event is RunEvent.CANCEL else JobEvent.FAIL
            writes.append(
                MoveJob(job.job_id, job_event, {"error": error, "ended_at": now}, attempt=job.attempt)
            )
        reason = error.message if error else f"The {job.job_type} job was {job.status.lower()}."
        writes += [
            MoveRun(run.run_id, event, {"reason": reason, "ended_at": now}),
            ChangeSpec(run.spec_id, held_by=run.run_id, event=_spec_event(run, job), release=True),
        ]
        if job.terraform_started:
            self._progress.fail_in_flight(run.spec_id)
        try:
            self._ledger.commit(*writes)
        except LostRace:
            after = self._runs.get(run.run_id)
            if after is None or after.status not in RUN.terminal:
                raise  # the step is repeated, and reads everything anew


def _at_work(job: JobRecord, resume: Resume) -> bool:
    """Whether a runner has the job, so that its end is the runner's (or its lease's) to tell."""
    return job.status in WITH_A_RUNNER and resume is not Resume.FINALIZE


def _no_runner_came(job: JobRecord) -> bool:
    """Whether it still waits for one, and for no change window: then however long, nothing is wrong."""
    for_window = job.attempt > 0 and job.not_before is not None
    return job.status is JobStatus.QUEUED and not for_window


def _may_be_given_up(job: JobRecord, resume: Resume) -> bool:
    return resume is not Resume.FINALIZE and not _at_work(job, resume)


def _run_event(job: JobRecord) -> RunEvent:
    return RunEvent.CANCEL if job.status is JobStatus.CANCELLED else RunEvent.FAIL


def _spec_event(run: RunRecord, job: JobRecord) -> SpecEvent | None:
    """A plan leaves the spec what it was; what never began is withdrawn; what began has FAILED."""
    if run.status in (RunStatus.PLANNING, RunStatus.AWAITING_REVIEW):
        return None
    if not job.terraform_started:
        return SpecEvent.WITHDRAW
    return SpecEvent.FAIL_DESTROY if run.kind is RunKind.DESTROY else SpecEvent.FAIL_DEPLOY
