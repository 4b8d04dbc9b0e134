"""Rows of runs."""

from collections.abc import Sequence

from ...domain.lifecycle.run import RUN, RunStatus
from ...services.paging import Page
from ...services.ports.runs import RunRecord
from .connection import ConditionFailed, dynamodb_errors, get_or_none
from .jobs import live_keys
from .paging import newest_first
from .rows import RUN_SK, record, runs_of_spec, runs_of_zone
from .tables import RunRow, run_pk


class DynamoRuns:
    """:class:`~chalicelib.services.ports.runs.RunStore` on the jobs table."""

    def get(self, run_id: str) -> RunRecord | None:
        row = get_or_none(RunRow, run_pk(run_id), RUN_SK)
        return None if row is None else _run(row)

    def of_zone(self, zone_id: str, limit: int, cursor: str | None) -> Page[RunRecord]:
        return newest_first(RunRow, RunRow.by_zone, runs_of_zone(zone_id), limit, cursor, _run)

    def of_spec(self, spec_id: str, limit: int, cursor: str | None) -> Page[RunRecord]:
        return newest_first(RunRow, RunRow.by_spec, runs_of_spec(spec_id), limit, cursor, _run)

    def live(self) -> Sequence[RunRecord]:
        keys = live_keys(run_pk(""))
        with dynamodb_errors():
            found = {str(row.pk): _run(row) for row in RunRow.batch_get(keys, consistent_read=True)}
        return [found[pk] for pk, _ in keys if pk in found and found[pk].status not in RUN.terminal]

    def wait_for_review(self, run_id: str, generation: int, task_token: str) -> bool:
        row = RunRow(run_pk(run_id), RUN_SK)
        still_undecided = RunRow.status == str(RunStatus.AWAITING_REVIEW)
        try:
            with dynamodb_errors():
                row.update(
                    [RunRow.review_token.set(task_token)],
                    condition=still_undecided & (RunRow.generation == generation),
                )
        except ConditionFailed:
            return False
        return True

    def next_generation(self, run_id: str, generation: int) -> bool:
        row = RunRow(run_pk(run_id), RUN_SK)
        still_the_one = (RunRow.generation == generation) & RunRow.live.exists()
        try:
            with dynamodb_errors():
                row.update([RunRow.generation.set(generation + 1)], condition=still_the_one)
        except ConditionFailed:
            return False
        return True


def _run(row: RunRow) -> RunRecord:
    return record(RunRecord, row)
