"""The end of an attempt, in its runner's words. The first report of a running attempt ends the job.

A report that comes after the end changes nothing; it is kept beside the job, where a person can read what
the runner thought it did.
"""

from ..domain.errors import FieldProblem, InvalidInput, NotFound
from ..domain.job import RULES, JobError
from ..domain.lifecycle.job import WITH_A_RUNNER, JobEvent
from ..domain.messages import Outcome, Report, ReportAnswer
from ..domain.model import Model
from ..domain.resources import kept_size
from ..domain.results import BootstrapResult, ConnectionResult, ResourcesResult
from ..domain.words import JobType
from .apply_start import apply_start
from .doorbell import Doorbell
from .job_effects import JobEffects
from .origin import correlate
from .ports.clock import Clock, iso
from .ports.jobs import JobRecord, JobStore
from .ports.ledger import EndAttempt, Ledger, LostRace, MoveJob, StorePlan, StoreResult, Write

EVENTS = {
    Outcome.SUCCEEDED: JobEvent.SUCCEED,
    Outcome.FAILED: JobEvent.FAIL,
    Outcome.CANCELLED: JobEvent.CANCEL,
}


RESULTS: dict[JobType, type[Model]] = {
    JobType.CONNECTION_TEST: ConnectionResult,
    JobType.FETCH_RESOURCES: ResourcesResult,
    JobType.BOOTSTRAP: BootstrapResult,
}
"""Job type → its typed result."""

TRIES = 3

MAX_RESULT_BYTES = 350 * 1024
"""Of a typed result, as JSON: it is kept in one row."""


class Reports:
    """Takes reports in."""

    def __init__(
        self, *, jobs: JobStore, ledger: Ledger, effects: JobEffects, doorbell: Doorbell, clock: Clock
    ) -> None:
        self._effects = effects
        self._jobs = jobs
        self._ledger = ledger
        self._doorbell = doorbell
        self._clock = clock

    def report(self, job_id: str, report: Report) -> ReportAnswer:
        """End the job as reported, unless it has ended or its attempt was lost before.

        Raises
        ------
        InvalidInput
            A PLAN that succeeded without a plan, or with one of another configuration; a result that is not
            its type's own, is missing, or is too large.
        """
        job = self._jobs.get(job_id)
        if job is None:
            raise NotFound("There is no such job.")
        correlate(job.correlation_id)
        if job.reported_attempt == report.attempt:
            # The answer was lost, or the ring was.
            self._doorbell.attempt_over(job_id)
            return ReportAnswer(accepted=True)
        if job.attempt != report.attempt or job.status not in WITH_A_RUNNER:
            return self._late(job, report)
        _require_sound(job, report)
        for tries_left in reversed(range(TRIES)):
            try:
                # What is beside the job may have moved (a newer test of the account): the job still ends.
                self._commit(job, report, with_effects=tries_left > 0)
                break
            except LostRace:
                job = self._jobs.get(job_id) or job
                if job.reported_attempt == report.attempt:
                    break
                if job.attempt != report.attempt or job.status not in WITH_A_RUNNER or not tries_left:
                    return self._late(job, report)
        self._doorbell.attempt_over(job_id)
        return ReportAnswer(accepted=True)

    def _commit(self, job: JobRecord, report: Report, *, with_effects: bool) -> None:
        changes_cloud = RULES[job.job_type].changes_cloud
        began = report.terraform_started or report.outcome is Outcome.SUCCEEDED
        if changes_cloud and began and not job.terraform_started:
            self._ledger.commit(*apply_start(job, already=True))
        now = iso(self._clock.now())
        changes = {
            "reported_attempt": report.attempt,
            "error": report.error or _default_error(report),
            "outputs": report.outputs,
            "progress": report.progress,
            "log": report.log,
            "ended_at": now,
        }
        writes: list[Write] = [
            MoveJob(
                job.job_id, EVENTS[report.outcome], changes, attempt=report.attempt, only_from=WITH_A_RUNNER
            ),
            EndAttempt(job.job_id, report.attempt, now),
        ]
        if job.job_type is JobType.PLAN and report.plan is not None:
            writes.append(StorePlan(job.job_id, report.plan))
        if report.result is not None:
            writes.append(StoreResult(job.job_id, report.result))
        if with_effects:
            writes += self._effects.of(job, report, now)
        self._ledger.commit(*writes)

    def _late(self, job: JobRecord, report: Report) -> ReportAnswer:
        orphan_risk = RULES[job.job_type].changes_cloud and (
            report.terraform_started or job.terraform_started
        )
        kept = report.model_dump(mode="json", exclude={"outputs"})
        self._jobs.keep_late_report(job.job_id, kept, orphan_risk=orphan_risk)
        return ReportAnswer(accepted=False)


def _require_sound(job: JobRecord, report: Report) -> None:
    wanted = RESULTS.get(job.job_type)
    missing = wanted is not None and report.outcome is Outcome.SUCCEEDED and report.result is None
    if missing or (report.result is not None and (wanted is None or not isinstance(report.result, wanted))):
        sentence = f"a {job.job_type} reports {f'a {wanted.__name__}' if wanted else 'no result of its own'}"
        raise InvalidInput([FieldProblem(("result",), sentence)])
    if report.result is not None and kept_size(report.result) > MAX_RESULT_BYTES:
        sentence = f"at most {MAX_RESULT_BYTES // 1024} KB as JSON; cut its lists, and name those that were"
        raise InvalidInput([FieldProblem(("result",), sentence)])
    if job.job_type is not JobType.PLAN or report.outcome is not Outcome.SUCCEEDED:
        return
    if report.plan is None:
        raise InvalidInput([FieldProblem(("plan",), "a PLAN that succeeded reports its plan")])
    if report.plan.manifest.config_hash != job.config_hash:
        raise InvalidInput(
            [FieldProblem(("plan", "manifest", "config_hash"), "is not the hash of this job's configuration")]
        )


def _default_error(report: Report) -> JobError | None:
    if report.outcome is Outcome.SUCCEEDED:
        return None
    return JobError(
        step="runner", message=f"The runner reported that the job {report.outcome}, and no reason."
    )
