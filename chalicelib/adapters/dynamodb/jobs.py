"""Rows of jobs, their attempts, snapshots, plans and results."""

from collections.abc import Sequence

from pydantic import TypeAdapter
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from ...domain.lifecycle.job import JOB, WITH_A_RUNNER, JobStatus
from ...domain.plan import PlanSummary
from ...domain.results import JobResult
from ...services.paging import Page
from ...services.ports.jobs import Attempt, JobRecord, StoredPlan
from .connection import ConditionFailed, dynamodb_errors, get_or_none, present
from .paging import newest_first
from .rows import JOB_SK, PLAN_SK, RESULT_SK, SNAPSHOT_SK, jobs_of_spec, jobs_of_zone, record
from .tables import LIVE, AttemptRow, JobRow, JobsTable, PlanRow, ResultRow, SnapshotRow, attempt_sk, job_pk

_RESULT: TypeAdapter[JobResult] = TypeAdapter(JobResult)


class DynamoJobs:
    """:class:`~chalicelib.services.ports.jobs.JobStore` on the jobs table."""

    def get(self, job_id: str) -> JobRecord | None:
        row = get_or_none(JobRow, job_pk(job_id), JOB_SK)
        return None if row is None else _job(row)

    def snapshot(self, job_id: str) -> str | None:
        row = get_or_none(SnapshotRow, job_pk(job_id), SNAPSHOT_SK)
        return None if row is None else str(row.text)

    def plan(self, job_id: str) -> StoredPlan | None:
        row = get_or_none(PlanRow, job_pk(job_id), PLAN_SK)
        return None if row is None else record(StoredPlan, row, job_id=job_id)

    def result(self, job_id: str) -> JobResult | None:
        row = get_or_none(ResultRow, job_pk(job_id), RESULT_SK)
        return None if row is None else _RESULT.validate_python(row.result)

    def attempt(self, job_id: str, number: int) -> Attempt | None:
        row = get_or_none(AttemptRow, job_pk(job_id), attempt_sk(number))
        return None if row is None else record(Attempt, row, job_id=job_id)

    def of_zone(self, zone_id: str, limit: int, cursor: str | None) -> Page[JobRecord]:
        return newest_first(JobRow, JobRow.by_zone, jobs_of_zone(zone_id), limit, cursor, _job)

    def of_spec(self, spec_id: str, limit: int, cursor: str | None) -> Page[JobRecord]:
        return newest_first(JobRow, JobRow.by_spec, jobs_of_spec(spec_id), limit, cursor, _job)

    def live(self) -> Sequence[JobRecord]:
        keys = live_keys(job_pk(""))
        with dynamodb_errors():
            found = {str(row.pk): _job(row) for row in JobRow.batch_get(keys, consistent_read=True)}
        return [found[pk] for pk, _ in keys if pk in found and found[pk].status not in JOB.terminal]

    def give_token(self, job_id: str, number: int, task_token: str, generation: int) -> bool:
        row = AttemptRow(job_pk(job_id), attempt_sk(number))
        no_later_one = AttemptRow.waiter.does_not_exist() | (AttemptRow.waiter <= generation)
        token: list[Action] = [AttemptRow.task_token.set(task_token), AttemptRow.waiter.set(generation)]
        try:
            with dynamodb_errors():
                row.update(token, condition=present(AttemptRow) & no_later_one)
        except ConditionFailed:
            return False
        return True

    def started_as(self, job_id: str, number: int, task_arn: str) -> None:
        row = AttemptRow(job_pk(job_id), attempt_sk(number))
        with dynamodb_errors():
            runs: list[Action] = [AttemptRow.task_arn.set(task_arn), AttemptRow.problem.remove()]
            row.update(runs, condition=present(AttemptRow))

    def not_started(self, job_id: str, number: int, why: str) -> None:
        row = AttemptRow(job_pk(job_id), attempt_sk(number))
        with dynamodb_errors():
            row.update([AttemptRow.problem.set(why)], condition=present(AttemptRow))

    def stopped(self, job_id: str, number: int, at: str, reason: str) -> None:
        row = AttemptRow(job_pk(job_id), attempt_sk(number))
        first_time = present(AttemptRow) & AttemptRow.stopped_at.does_not_exist()
        try:
            with dynamodb_errors():
                row.update(
                    [AttemptRow.stopped_at.set(at), AttemptRow.stop_reason.set(reason)], condition=first_time
                )
        except ConditionFailed:
            return

    def extend_lease(self, job_id: str, attempt: int, *, until: int, phase: str) -> JobRecord | None:
        row = JobRow(job_pk(job_id), JOB_SK)
        actions: list[Action] = [
            JobRow.lease_expires_at.set(until),
            JobRow.phase.set(phase),
            JobRow.status.set(str(JobStatus.PROCESSING)),
        ]
        return _changed(row, actions, _with_the_runner(attempt))

    def store_summary(self, job_id: str, summary: PlanSummary) -> None:
        row = PlanRow(job_pk(job_id), PLAN_SK)
        stored = PlanRow.summary.set(summary.model_dump(mode="json"))
        before_the_result = PlanRow.digest.does_not_exist()
        try:
            with dynamodb_errors():
                row.update([stored], condition=before_the_result)
        except ConditionFailed:
            return

    def request_cancel(self, job_id: str, attempt: int) -> JobRecord | None:
        row = JobRow(job_pk(job_id), JOB_SK)
        return _changed(row, [JobRow.cancel_requested.set(True)], _with_the_runner(attempt))

    def watch(self, job_id: str, until: int) -> None:
        not_ended = present(JobRow) & JobRow.live.exists()
        try:
            with dynamodb_errors():
                JobRow(job_pk(job_id), JOB_SK).update([JobRow.watched_until.set(until)], condition=not_ended)
        except ConditionFailed:
            return

    def keep_late_report(self, job_id: str, report: dict[str, object], *, orphan_risk: bool) -> None:
        row = JobRow(job_pk(job_id), JOB_SK)
        actions: list[Action] = [JobRow.late_report.set(report)]
        if orphan_risk:
            actions.append(JobRow.orphan_risk.set(True))
        the_first = present(JobRow) & JobRow.late_report.does_not_exist()
        try:
            with dynamodb_errors():
                row.update(actions, condition=the_first)
        except ConditionFailed:
            return


def live_keys(prefix: str) -> list[tuple[str, str]]:
    """Keys of the live rows whose partition starts with `prefix`, oldest first: one Query."""
    with dynamodb_errors():
        rows = JobsTable.query(LIVE, index_name=JobsTable.live_index.Meta.index_name)
        return [(str(row.pk), str(row.sk)) for row in rows if str(row.pk).startswith(prefix)]


def _job(row: JobRow) -> JobRecord:
    return record(JobRecord, row)


def _with_the_runner(attempt: int) -> Condition:
    """This attempt still holds the job."""
    held: Condition = JobRow.status.is_in(*map(str, WITH_A_RUNNER)) & (JobRow.attempt == attempt)
    return held


def _changed(row: JobRow, actions: list[Action], condition: Condition) -> JobRecord | None:
    try:
        with dynamodb_errors():
            row.update(actions, condition=condition)
    except ConditionFailed:
        return None
    return _job(row)  # the update answered with the whole new row
