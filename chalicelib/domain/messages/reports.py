"""How an attempt ended."""

from enum import StrEnum
from typing import Any

from ..job import ApplyProgress, JobError
from ..model import Model
from ..plan import PlanResult, StoredObject
from ..results import JobResult


class Outcome(StrEnum):
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Report(Model):
    """The end of an attempt, as facts."""

    attempt: int
    outcome: Outcome
    error: JobError | None = None
    terraform_started: bool = False
    plan: PlanResult | None = None
    outputs: dict[str, Any] | None = None
    """terraform's outputs, sensitive ones left out."""
    progress: ApplyProgress | None = None
    result: JobResult | None = None
    """What the job types with a typed result found; a failed CONNECTION_TEST has one as well."""
    log: StoredObject | None = None
    """The whole log, archived."""


class ReportAnswer(Model):
    """``accepted`` is false when the job had ended before; the report is kept beside it."""

    accepted: bool
