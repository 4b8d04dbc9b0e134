"""The steps of a job about a runner's stack, one for each state of ``worker_stack.asl.json``.

Every step can be repeated, by the same execution or by the next attempt's: the rows say how far the job is.
A step first makes sure that its attempt has the job, and extends the lease; what it finds it answers with
one word (:mod:`.worker_words`). What the account refuses ends the job with the account's reason; what AWS
does not answer is raised, and tried again: by the machine, then by the next attempt's.
"""

from collections.abc import Callable

from ..domain.errors import CloudRefused
from ..domain.ids import attempt_id
from ..domain.job import RULES, By, JobError
from ..domain.lifecycle.job import JOB, JobEvent, JobStatus
from ..domain.lifecycle.worker import WorkerEvent, WorkerStatus
from .ports.clock import iso, unix
from .ports.jobs import JobRecord
from .ports.ledger import EndAttempt, LostRace, MoveJob
from .worker_deploy import WorkerDeploy
from .worker_ends import as_it_was
from .worker_job import WorkerJob, WorkerPorts
from .worker_removal import WorkerRemoval
from .worker_words import DELETE, SUPERSEDED, WorkerStep

PHASES = {
    WorkerStep.BEGIN: "start",
    WorkerStep.ASK: "stack",
    WorkerStep.WATCH: "stack",
    WorkerStep.REGISTER: "register",
    WorkerStep.DRAIN: "drain",
    WorkerStep.DELETE: "delete",
    WorkerStep.WATCH_DELETION: "delete",
    WorkerStep.VERIFY: "verify",
}
"""What a job is at, as people read it."""


class WorkerSteps:
    """Does one step of a DEPLOY_WORKER or DESTROY_WORKER."""

    def __init__(self, ports: WorkerPorts) -> None:
        self._ports = ports
        deploy, self._removal = WorkerDeploy(), WorkerRemoval()
        self._steps: dict[WorkerStep, Callable[[WorkerJob], str]] = {
            WorkerStep.BEGIN: _where_it_stands,
            WorkerStep.ASK: deploy.ask,
            WorkerStep.WATCH: deploy.watch,
            WorkerStep.REGISTER: deploy.register,
            WorkerStep.DRAIN: self._removal.drain,
            WorkerStep.DELETE: self._removal.delete,
            WorkerStep.WATCH_DELETION: self._removal.watch,
            WorkerStep.VERIFY: self._removal.verify,
        }

    def step(self, job_id: str, attempt: int, step: WorkerStep) -> str:
        """Do `step` for this attempt; the outcome's word.

        Raises
        ------
        Unavailable
            AWS did not answer; the step can be repeated.
        """
        try:
            held = self._hold(job_id, attempt, step)
            if held is None:
                return self._over(job_id, attempt)
            it = self._with_its_runner(held)
            if it is None:
                return self._without_a_runner(held)
            try:
                return self._steps[step](it)
            except CloudRefused as refused:
                return self._refused(it, step, refused.message)
        except LostRace:
            return self._over(job_id, attempt)

    def _hold(self, job_id: str, attempt: int, step: WorkerStep) -> JobRecord | None:
        """The job, its lease extended; ``None`` when this attempt does not have it."""
        job = self._ports.jobs.get(job_id)
        if job is None or job.attempt != attempt or RULES[job.job_type].by is not By.CONTROL_PLANE:
            return None
        now = self._ports.clock.now()
        until = unix(now) + RULES[job.job_type].lease_seconds
        if job.status is JobStatus.QUEUED:
            if step is not WorkerStep.BEGIN or job.lease_expires_at is None:
                return None
            claimed = {
                "claim_id": attempt_id(job_id, attempt),
                "claimed_at": job.claimed_at or iso(now),
                "lease_expires_at": until,
            }
            self._ports.ledger.commit(MoveJob(job_id, JobEvent.CLAIM, claimed, attempt=attempt))
        return self._ports.jobs.extend_lease(job_id, attempt, until=until, phase=PHASES[step])

    def _with_its_runner(self, job: JobRecord) -> WorkerJob | None:
        runner = self._ports.runners.get(job.worker_id) if job.worker_id else None
        if runner is None or runner.worker is None or runner.worker.job_id != job.job_id:
            return None
        return WorkerJob(self._ports, job, runner)

    def _without_a_runner(self, job: JobRecord) -> str:
        now = iso(self._ports.clock.now())
        error = JobError(step=job.phase or "start", message="The runner's registration is gone.")
        self._ports.ledger.commit(
            MoveJob(job.job_id, JobEvent.FAIL, {"error": error, "ended_at": now}, attempt=job.attempt),
            EndAttempt(job.job_id, job.attempt, now),
        )
        return JobStatus.FAILED.lower()

    def _over(self, job_id: str, attempt: int) -> str:
        """How the job ended, if it did in this attempt; else somebody else has it."""
        job = self._ports.jobs.get(job_id)
        ended = job is not None and job.status in JOB.terminal and job.attempt == attempt
        return job.status.lower() if job is not None and ended else SUPERSEDED

    def _refused(self, it: WorkerJob, step: WorkerStep, why: str) -> str:
        """The account does not let us in, or forbids a call."""
        worker = it.worker
        if it.work.deleting or worker.status is WorkerStatus.DESTROYING:
            return self._removal.fail(it, why)
        if worker.status is WorkerStatus.UPDATING:
            return it.end(
                JobEvent.FAIL,
                WorkerEvent.FAIL,
                worker=as_it_was(worker, it.work),
                problem=why,
                action="runner.update_failed",
            )
        if step is WorkerStep.REGISTER:
            it.say("It failed. What was made is deleted again.", it.undone, deleting=True, failure=why)
            return DELETE
        if it.work.called:
            why = (
                f"{why} Stack {worker.stack_name} may still be there: once the account lets us in again, "
                "deploy the runner again or destroy it."
            )
        return it.end(JobEvent.FAIL, WorkerEvent.FAIL, problem=why, action="runner.deploy_failed")


def _where_it_stands(it: WorkerJob) -> str:
    """The step at which the rows have the job: the machine's first choice."""
    if it.work.deleting:
        return DELETE
    if it.worker.status is WorkerStatus.DESTROYING:
        return WorkerStep.DRAIN
    return WorkerStep.WATCH if it.work.called else WorkerStep.ASK
