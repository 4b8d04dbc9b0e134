"""Records ↔ rows, and the keys of the jobs table's singular rows."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel
from pynamodb.expressions.update import Action
from pynamodb.models import Model as Row

from ...services.ports.jobs import JobRecord
from ...services.ports.runs import RunRecord
from .tables import LIVE, JobRow, RunRow, job_pk, run_pk, spec_pk, zone_pk

SPEC_SK = "SPEC"
JOB_SK = "JOB"
RUN_SK = "RUN"
PLAN_SK = "PLAN"
SNAPSHOT_SK = "SNAPSHOT"
RESULT_SK = "RESULT"
ZONE_SK = "ZONE"

M = TypeVar("M", bound=BaseModel)


def jobs_of_zone(zone_id: str) -> str:
    return f"{zone_pk(zone_id)}#JOBS"


def jobs_of_spec(spec_id: str) -> str:
    return f"{spec_pk(spec_id)}#JOBS"


def runs_of_zone(zone_id: str) -> str:
    return f"{zone_pk(zone_id)}#RUNS"


def runs_of_spec(spec_id: str) -> str:
    return f"{spec_pk(spec_id)}#RUNS"


def runner_key(zone_id: str, runner: str) -> str:
    """Where a job is found by the runner that is to take it, or has it."""
    return f"{zone_id}#{runner}"


def job_row(job: JobRecord) -> JobRow:
    """A new job's row, listed and live."""
    return JobRow(
        job_pk(job.job_id),
        JOB_SK,
        zone_key=jobs_of_zone(job.zone_id),
        spec_key=jobs_of_spec(job.spec_id) if job.spec_id else None,
        listed_at=f"{job.created_at}#{job.job_id}",
        live=LIVE,
        runner_key=runner_key(job.zone_id, job.runner),
        **_present(job),
    )


def run_row(run: RunRecord) -> RunRow:
    """A new run's row, listed and live."""
    return RunRow(
        run_pk(run.run_id),
        RUN_SK,
        zone_key=runs_of_zone(run.zone_id),
        spec_key=runs_of_spec(run.spec_id),
        listed_at=f"{run.created_at}#{run.run_id}",
        live=LIVE,
        **_present(run),
    )


def record(model: type[M], row: Row, **more: Any) -> M:
    """The record that a row holds: its attributes by the record's field names."""
    values = row.attribute_values
    return model.model_validate({name: values[name] for name in model.model_fields if name in values} | more)


def assign(row: type[Row], changes: Mapping[str, Any]) -> list[Action]:
    """SET each changed field, REMOVE those that became ``None``."""
    attributes = row.get_attributes()
    return [
        attributes[name].remove() if value is None else attributes[name].set(plain(value))
        for name, value in changes.items()
    ]


def plain(value: Any) -> Any:
    """A value as its attribute stores it: models and lists of them become JSON values."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return str(value) if isinstance(value, str) else value


def _present(model: BaseModel) -> dict[str, Any]:
    return {name: value for name, value in model.model_dump(mode="json").items() if value is not None}
