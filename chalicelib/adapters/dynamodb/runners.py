"""Rows of registered runners."""

from ...services.ports.runners import RunnerRecord
from .connection import dynamodb_errors, get_or_none
from .rows import record
from .tables import RunnerRow

RUNNER = "RUNNER"


def runner_pk(runner_id: str) -> str:
    """Partition of one runner."""
    return f"RUNNER#{runner_id}"


class DynamoRunners:
    """:class:`~chalicelib.services.ports.runners.Runners` on the specs table."""

    def get(self, runner_id: str) -> RunnerRecord | None:
        """One GetItem."""
        row = get_or_none(RunnerRow, runner_pk(runner_id), RUNNER)
        if row is None:
            return None
        return record(RunnerRecord, row)

    def put(self, runner: RunnerRecord) -> None:
        """One put; registering again replaces."""
        fields = {name: value for name, value in runner.model_dump(mode="json").items() if value is not None}
        with dynamodb_errors():
            RunnerRow(runner_pk(runner.runner_id), RUNNER, **fields).save()
