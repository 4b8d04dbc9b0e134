"""A runner takes the job that it was started for: one conditional write, one winner."""

from contextlib import suppress
from datetime import datetime

from ..domain.errors import AlethiaError, Fenced, NotFound, StalePlan, WrongStatus
from ..domain.job import ANY_RUNNER, HEARTBEAT_SECONDS, RULES, By, JobError
from ..domain.lifecycle.job import JOB, WITH_A_RUNNER, JobEvent, JobStatus
from ..domain.lifecycle.run import RunStatus
from ..domain.messages import Assignment, ClaimRequest, PlanToApply
from ..domain.runner import RunnerKind
from ..domain.words import JobType
from .audit import Audit
from .cloud_access import JobCloudAccess
from .doorbell import Doorbell
from .job_tokens import JobTokens
from .origin import correlate
from .plan_guard import PlanGuard
from .ports.clock import Clock, iso, unix
from .ports.jobs import JobRecord, JobStore
from .ports.ledger import ExpectRun, ExpectSpec, Ledger, LostRace, MoveJob, Write, WriteAudit
from .ports.runners import RunnerRecord, Runners
from .ports.runs import RunRecord, RunStore
from .ports.spec_reader import SpecReader
from .start_times import StartTimes

NOT_ITS_OWN = "There is no such job for this runner."
DRAINING = "This runner is draining: it finishes what it has, and takes nothing more."


class Claims:
    """Hands jobs to runners."""

    def __init__(
        self,
        *,
        jobs: JobStore,
        runs: RunStore,
        ledger: Ledger,
        runners: Runners,
        specs: SpecReader,
        cloud_access: JobCloudAccess,
        guard: PlanGuard,
        tokens: JobTokens,
        doorbell: Doorbell,
        start_times: StartTimes,
        audit: Audit,
        clock: Clock,
    ) -> None:
        self._jobs = jobs
        self._runs = runs
        self._ledger = ledger
        self._runners = runners
        self._specs = specs
        self._cloud_access = cloud_access
        self._guard = guard
        self._tokens = tokens
        self._doorbell = doorbell
        self._start_times = start_times
        self._audit = audit
        self._clock = clock

    def claim(self, runner_id: str, job_id: str, request: ClaimRequest) -> Assignment:
        """Give the job to this runner, for the attempt that it was started for.

        The same ``claim_id`` again gets the same answer, so that a lost one does no harm. A DEPLOY is given
        only while its run is approved and the configuration, the plan and the state are what was approved.

        Raises
        ------
        NotFound
            No such job for this runner.
        Fenced
            Somebody else has the job, the attempt is over, or the job is.
        StalePlan
            The DEPLOY's plan is not what would be applied now; nothing was touched.
        """
        job = self._jobs.get(job_id)
        correlate(job.correlation_id if job else None)
        runner = self._runners.get(runner_id)
        if job is None or runner is None or not may_take(runner, job):
            if job is not None and runner is not None and lost_to_another(runner, job):
                raise Fenced("Another runner of the zone claimed the job first.")
            self._refused(job, runner_id, job_id, NOT_ITS_OWN)
            raise NotFound(NOT_ITS_OWN)
        if not _is_repeat(job, request):
            self._take(job, runner, request)
            job = self._jobs.get(job_id)
            assert job is not None, "a job's row is never deleted"
            if not _is_repeat(job, request):
                raise Fenced("The job ended, or was taken from this attempt, in the moment of its claim.")
        return self._assignment(job)

    def _take(self, job: JobRecord, runner: RunnerRecord, request: ClaimRequest) -> None:
        if runner.draining:
            self._refused(job, runner.runner_id, job.job_id, DRAINING)
            raise Fenced(DRAINING)
        if request.attempt != job.attempt:
            raise Fenced(
                f"Attempt {request.attempt} is not the one that was dispatched.",
                details={"attempt": job.attempt},
            )
        if not JOB.allows(job.status, JobEvent.CLAIM) or job.lease_expires_at is None:
            raise Fenced(
                f"The job is {job.status}; it can't be claimed now.", details={"status": str(job.status)}
            )
        now = self._clock.now()
        opens = self._opens(job, runner, now)
        if opens is not None:
            raise Fenced("The job waits for its zone's change window.", details={"not_before": opens})
        self._require_linked(job)
        changes = {
            "runner": runner.runner_id,
            "claim_id": request.claim_id,
            "claimed_at": iso(now),
            "lease_expires_at": unix(now) + RULES[job.job_type].lease_seconds,
            "phase": None,
        }
        entry = self._audit.entry(
            job.zone_id,
            actor=f"runner:{runner.runner_id}",
            action="job.claimed",
            subject=job.job_id,
            after={"attempt": job.attempt, "runner": runner.runner_id},
        )
        writes: list[Write] = [
            MoveJob(job.job_id, JobEvent.CLAIM, changes, zone_id=job.zone_id, attempt=job.attempt),
            WriteAudit(entry),
        ]
        if job.job_type is JobType.DEPLOY:
            writes += self._still_approved(job)
        try:
            self._ledger.commit(*writes)
        except LostRace:
            after = self._jobs.get(job.job_id)
            if after is not None and _is_repeat(after, request):
                return  # our own first try, whose answer was lost
            if job.job_type is JobType.DEPLOY:
                self._still_approved(job)
            raise Fenced("Another runner claimed the job first, or it ended.") from None

    def _require_linked(self, job: JobRecord) -> None:
        """End a job whose cloud identity is gone: no runner could do anything for it."""
        try:
            self._cloud_access.of_job(job)
        except NotFound as error:
            self._refuse(job, error)
            raise

    def _opens(self, job: JobRecord, runner: RunnerRecord, now: datetime) -> int | None:
        """When the job may start, if not now. A container was asked for within the window; others come."""
        if runner.kind is RunnerKind.SELF_HOSTED:
            return self._start_times.not_before(job, now)
        return job.not_before if job.not_before is not None and unix(now) < job.not_before else None

    def _refused(self, job: JobRecord | None, runner_id: str, job_id: str, reason: str) -> None:
        """In the trail of the zone whose job somebody reached for."""
        self._audit.refused(
            job.zone_id if job else None,
            actor=f"runner:{runner_id}",
            action="claim.refused",
            subject=job_id,
            reason=reason,
        )

    def _still_approved(self, job: JobRecord) -> list[Write]:
        """The conditions of a DEPLOY's claim, after a look at each that says in words what fails."""
        run = self._run(job)
        if run.status is not RunStatus.APPROVED:
            raise WrongStatus(f"The run is {run.status}, not approved.", details={"status": str(run.status)})
        assert job.plan_job_id is not None, "a DEPLOY names its PLAN"
        try:
            fresh = self._guard.require_fresh(job.plan_job_id, run.plan_digest)
        except StalePlan as error:
            self._refuse(job, error)
            raise
        return [
            ExpectRun(run.run_id, RunStatus.APPROVED),
            ExpectSpec(job.of_spec, held_by=run.run_id, config_hash=fresh.spec.config_hash),
        ]

    def _refuse(self, job: JobRecord, error: AlethiaError) -> None:
        """End a job that can't be done any more, with the reason for people to read."""
        failed = {"error": JobError(step="claim", message=error.message), "ended_at": iso(self._clock.now())}
        fail = MoveJob(job.job_id, JobEvent.FAIL, failed, attempt=job.attempt, only_from=(JobStatus.QUEUED,))
        with suppress(LostRace):
            self._ledger.commit(fail)
            self._doorbell.attempt_over(job.job_id)

    def _assignment(self, job: JobRecord) -> Assignment:
        spec = self._specs.get(job.spec_id) if job.spec_id else None
        snapshot = self._jobs.snapshot(job.job_id) if job.spec_id else None
        if job.spec_id and (spec is None or snapshot is None):
            raise NotFound("The job's spec is gone.")
        return Assignment(
            job_token=self._tokens.issue(job.job_id, job.attempt, job.runner),
            job_id=job.job_id,
            job_type=job.job_type,
            attempt=job.attempt,
            correlation_id=job.correlation_id,
            run_id=job.run_id,
            zone_id=job.zone_id,
            spec_id=job.spec_id,
            identity_id=job.identity_id,
            snapshot=snapshot,
            config_hash=job.config_hash,
            state_name=spec.state_name if spec else None,
            access=self._cloud_access.of_job(job),
            plan=self._plan_to_apply(job),
            lease_seconds=RULES[job.job_type].lease_seconds,
            heartbeat_seconds=HEARTBEAT_SECONDS,
        )

    def _plan_to_apply(self, job: JobRecord) -> PlanToApply | None:
        if job.plan_job_id is None:
            return None
        plan = self._jobs.plan(job.plan_job_id)
        if plan is None or plan.result is None or plan.digest is None:
            raise StalePlan(
                "The plan has no recorded artifact, so there is nothing to apply. Please re-plan.",
                details={"changed": ["artifact"]},
            )
        return PlanToApply(manifest=plan.result.manifest, digest=plan.digest)

    def _run(self, job: JobRecord) -> RunRecord:
        run = self._runs.get(job.of_run)
        assert run is not None, "a job is written with its run"
        return run


def may_take(runner: RunnerRecord, job: JobRecord) -> bool:
    """Whether the job is this runner's: of its own tenant only, also when it was assigned to it by name."""
    if RULES[job.job_type].by is not By.RUNNER:
        return False
    assigned = job.runner in (runner.runner_id, ANY_RUNNER)
    if job.runner == ANY_RUNNER and runner.kind is not RunnerKind.SELF_HOSTED:
        return False
    return assigned and runner.zone_id in (None, job.zone_id)


def lost_to_another(runner: RunnerRecord, job: JobRecord) -> bool:
    """Whether the job went to another runner of the same tenant: a race that was lost, and no trespass."""
    return runner.zone_id == job.zone_id and job.status is not JobStatus.QUEUED


def _is_repeat(job: JobRecord, request: ClaimRequest) -> bool:
    return job.claim_id == request.claim_id and job.attempt == request.attempt and job.status in WITH_A_RUNNER
