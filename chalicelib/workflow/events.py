"""The events that the workflow's functions are called with."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from ..domain.attempts import stop_reason
from ..services.dispatch import Stage
from ..services.ports.workflow import Resume
from ..services.worker_words import WorkerStep


class Step(BaseModel):
    """What every step of the state machine gets: whose turn it is, and in which execution."""

    # A refusal of a malformed event must not quote its task token.
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    run_id: str
    generation: int
    resume: Resume | None = None


class StepWithToken(Step):
    """A step that waits: whoever ends the waiting rings this token."""

    task_token: str = Field(min_length=1)
    stage: Stage | None = None


class FailedStep(Step):
    """The way to the end: ``error`` is Step Functions' record of a step that failed beyond its retries."""

    error: dict[str, Any] | None = None


class StackStep(BaseModel):
    """A step of a job about a runner's stack."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    job_id: str
    attempt: int
    step: WorkerStep


class StoppedTask(BaseModel):
    """An ``ECS Task State Change`` event about a runner's container that ended."""

    model_config = ConfigDict(frozen=True)

    job_id: str
    attempt: int
    reason: str

    @classmethod
    def read(cls, event: Mapping[str, Any]) -> "StoppedTask | None":
        """From the event; ``None`` when it is about something else, or about a task that still runs."""
        detail = event.get("detail") or {}
        if detail.get("lastStatus") != "STOPPED":
            return None
        environment = {
            item.get("name"): item.get("value")
            for override in (detail.get("overrides") or {}).get("containerOverrides") or []
            for item in override.get("environment") or []
        }
        job_id, attempt = environment.get("ALETHIA_JOB_ID"), environment.get("ALETHIA_ATTEMPT", "")
        if not job_id or not attempt.isdigit():
            return None
        return cls(job_id=job_id, attempt=int(attempt), reason=stop_reason(detail))
