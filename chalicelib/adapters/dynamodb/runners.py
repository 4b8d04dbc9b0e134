"""Rows of registered runners. A zone's own are listed by the index ``by_zone``; the platform's are not."""

from collections.abc import Mapping
from typing import Any

from ...domain.audit import AuditEntry
from ...domain.errors import Conflict
from ...services.paging import Page, PageRequest
from ...services.ports.runners import RunnerRecord
from .audit import audit_row
from .connection import ConditionFailed, Transaction, absent, dynamodb_errors, get_or_none, present
from .paging import newest_first
from .rows import assign, record
from .tables import RunnerRow, zone_pk
from .zones import OTHER_REQUEST

RUNNER = "RUNNER"


def runner_pk(runner_id: str) -> str:
    """Partition of one runner."""
    return f"RUNNER#{runner_id}"


def runners_of_zone(zone_id: str) -> str:
    """Where a zone's own runners are listed."""
    return f"{zone_pk(zone_id)}#RUNNERS"


class DynamoRunners:
    """:class:`~chalicelib.services.ports.runners.Runners` on the specs table."""

    def get(self, runner_id: str) -> RunnerRecord | None:
        """One GetItem."""
        row = get_or_none(RunnerRow, runner_pk(runner_id), RUNNER)
        return None if row is None else _runner(row)

    def put(self, runner: RunnerRecord) -> None:
        """One put; registering again replaces."""
        with dynamodb_errors():
            runner_row(runner).save()

    def create(self, runner: RunnerRecord, entry: AuditEntry) -> RunnerRecord | None:
        """One transaction: the runner and its audit entry."""
        try:
            with Transaction() as write:
                write.put("the runner", runner_row(runner), absent(RunnerRow))
                write.put("the audit entry", audit_row(entry))
        except ConditionFailed:
            first = self.get(runner.runner_id)
            if first is None or first.request_hash != runner.request_hash:
                raise Conflict(OTHER_REQUEST) from None
            return first
        return None

    def of_zone(self, zone_id: str, page: PageRequest) -> Page[RunnerRecord]:
        """One Query page, newest first."""
        partition = runners_of_zone(zone_id)
        return newest_first(RunnerRow, RunnerRow.by_zone, partition, page.limit, page.cursor, _runner)

    def change(self, runner_id: str, changes: Mapping[str, Any], entry: AuditEntry) -> RunnerRecord | None:
        """One transaction: the fields and the audit entry."""
        try:
            with Transaction() as write:
                row = RunnerRow(runner_pk(runner_id), RUNNER)
                write.update("the runner", row, assign(RunnerRow, changes), present(RunnerRow))
                write.put("the audit entry", audit_row(entry))
        except ConditionFailed:
            return None
        return self.get(runner_id)

    def delete(self, runner_id: str, entry: AuditEntry) -> bool:
        """One transaction: the row's end and the audit entry."""
        try:
            with Transaction() as write:
                write.delete("the runner", RunnerRow(runner_pk(runner_id), RUNNER), present(RunnerRow))
                write.put("the audit entry", audit_row(entry))
        except ConditionFailed:
            return False
        return True

    def seen(self, runner_id: str, *, at: str, version: str, slots: int) -> None:
        """One update; a runner that was deleted meanwhile stays so."""
        changes = {"last_seen_at": at, "version": version, "slots": slots}
        try:
            with dynamodb_errors():
                row = RunnerRow(runner_pk(runner_id), RUNNER)
                row.update(assign(RunnerRow, changes), condition=present(RunnerRow))
        except ConditionFailed:
            return


def _runner(row: RunnerRow) -> RunnerRecord:
    return record(RunnerRecord, row)


def runner_row(runner: RunnerRecord) -> RunnerRow:
    """The row of a registration."""
    fields = {name: value for name, value in runner.model_dump(mode="json").items() if value is not None}
    if runner.worker is not None:
        fields |= {"worker_status": str(runner.worker.status), "worker_job": runner.worker.job_id}
    if runner.zone_id is not None:
        fields["zone_key"] = runners_of_zone(runner.zone_id)
        fields["listed_at"] = f"{runner.created_at or ''}#{runner.runner_id}"
    return RunnerRow(runner_pk(runner.runner_id), RUNNER, **fields)
