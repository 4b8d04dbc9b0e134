"""The moment from which things may exist: terraform is about to change the cloud."""

from ..domain.lifecycle.run import RunEvent
from ..domain.lifecycle.spec import SpecEvent
from ..domain.words import JobType
from .ports.jobs import JobRecord
from .ports.ledger import ChangeSpec, MoveRun, StartTerraform, Write


def apply_start(job: JobRecord, *, already: bool = False) -> list[Write]:
    """Job, run and spec move together. `already`: a report says that it happened, cancelled or not."""
    event = SpecEvent.START_DEPLOY if job.job_type is JobType.DEPLOY else None
    return [
        StartTerraform(job.job_id, job.attempt, already=already),
        MoveRun(job.of_run, RunEvent.START_APPLY),
        ChangeSpec(job.of_spec, held_by=job.run_id, event=event),
    ]
