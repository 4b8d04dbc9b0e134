"""One attempt of a job, seen beside the job: may it still act, and may it still be writing?

The two questions differ on purpose. A runner that lost its lease may not *start* anything; but until its task
is known to have stopped, or its grace is over, it may still be *writing* what it began, so nobody else may
take its state lock.
"""

from collections.abc import Mapping
from typing import Any

from .errors import NotFound
from .job import LOCK_GRACE_SECONDS
from .lifecycle.job import WITH_A_RUNNER, JobStatus
from .model import Model


class AttemptFacts(Model):
    """What the rows say about one attempt."""

    job_id: str
    attempt: int
    zone_id: str
    spec_id: str | None = None
    identity_id: str | None = None
    plan_job_id: str | None = None
    """The PLAN whose artifact this job applies."""
    status: JobStatus
    """The job's."""
    current_attempt: int
    """The job's newest attempt."""
    lease_expires_at: int | None = None
    """The job's, in Unix seconds."""
    reported: bool = False
    """This attempt's own report ended the job: its runner said that it is done."""
    stopped: bool = False
    """The cloud said that this attempt's task has stopped."""

    @property
    def subject_id(self) -> str:
        """What the job is about: its objects are bound to it."""
        subject = self.spec_id or self.identity_id
        assert subject is not None, "a job is about something"
        return subject

    @property
    def of_spec(self) -> str:
        """The spec that the job is about (:class:`NotFound` for one that is about none: it has no state)."""
        if self.spec_id is None:
            raise NotFound("This job is about no spec, so it has no terraform state.")
        return self.spec_id

    def is_current(self) -> bool:
        """Whether this attempt is the one that works on the job now."""
        return self.attempt == self.current_attempt and self.status in WITH_A_RUNNER

    def holds_lease(self, now: float) -> bool:
        """Whether this attempt may begin something new at `now` (Unix seconds)."""
        return self.is_current() and self.lease_expires_at is not None and now < self.lease_expires_at

    def may_still_write(self, now: float) -> bool:
        """Whether this attempt's terraform may still be running, as far as anyone can know.

        It can't once its task has stopped; once its own report ended the job; once a newer attempt runs (only
        jobs that change nothing get one); and ``LOCK_GRACE_SECONDS`` after its lease, whatever happened.
        """
        if self.stopped or self.reported or self.attempt != self.current_attempt:
            return False
        return self.lease_expires_at is not None and now < self.lease_expires_at + LOCK_GRACE_SECONDS


def stop_reason(task: Mapping[str, Any]) -> str:
    """ECS's reason for a task's end, with the container's exit code, or its own reason, where there is one.

    Parameters
    ----------
    task : mapping
        As ``DescribeTasks`` and the event ``ECS Task State Change`` tell of it.
    """
    reason = str(task.get("stoppedReason") or "The task stopped").rstrip(".")
    for container in task.get("containers") or []:
        if "exitCode" in container:
            return f"{reason} (exit code {container['exitCode']})."
        if container.get("reason"):
            return f"{reason}: {str(container['reason']).rstrip('.')}."
    return f"{reason}."
