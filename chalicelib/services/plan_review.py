"""What was archived of a job, opened for its readers: the pages of a plan's review, and the whole log."""

from pydantic import Field, ValidationError

from ..domain.errors import Damaged, NotFound
from ..domain.model import Model
from ..domain.plan import ReviewPage
from ..domain.words import Role
from .access import Access, Principal
from .ports.jobs import JobRecord, JobStore
from .sealed import SealedObjects

SLICE_BYTES = 1024 * 1024
"""Most of a log in one answer, in UTF-8 bytes."""

_CONTINUATION, _LEAD = 0x80, 0xC0


class LogSlice(Model):
    """A part of an archived log. ``next_offset`` is ``None`` at its end."""

    text: str
    offset: int
    next_offset: int | None
    total_bytes: int


class LogOffset(Model):
    """Where in the log to begin."""

    offset: int = Field(0, ge=0, description="In bytes: next_offset of the answer before.")


class PlanReview:
    """Opens sealed pages and logs for members of the job's zone."""

    def __init__(self, access: Access, jobs: JobStore, sealed: SealedObjects) -> None:
        self._access = access
        self._jobs = jobs
        self._sealed = sealed

    def page(self, principal: Principal, job_id: str, number: int) -> ReviewPage:
        """One page of the review, counted from 1; at most 1 MB as JSON."""
        job = self._job(principal, job_id)
        plan = self._jobs.plan(job_id)
        pages = plan.result.review if plan and plan.result else []
        if not 1 <= number <= len(pages):
            raise NotFound(
                f"This job's plan has {len(pages)} pages of review.", details={"pages": len(pages)}
            )
        clear = self._sealed.read(pages[number - 1], zone_id=job.zone_id, spec_id=job.of_spec)
        try:
            return ReviewPage.model_validate_json(clear)
        except ValidationError:
            raise Damaged(f"Page {number} of the review can't be understood.") from None

    def log(self, principal: Principal, job_id: str, offset: int) -> LogSlice:
        """A slice of the job's archived log, cut between characters."""
        job = self._job(principal, job_id)
        if job.log is None:
            raise NotFound("This job's log is not archived (yet); its newest lines are under logs.")
        clear = self._sealed.read(job.log, zone_id=job.zone_id, spec_id=job.subject_id)
        start = _boundary(clear, min(offset, len(clear)))
        end = _boundary(clear, min(start + SLICE_BYTES, len(clear)))
        return LogSlice(
            text=clear[start:end].decode(errors="replace"),
            offset=start,
            next_offset=end if end < len(clear) else None,
            total_bytes=len(clear),
        )

    def _job(self, principal: Principal, job_id: str) -> JobRecord:
        job = self._jobs.get(job_id)
        if job is None:
            raise NotFound("There is no such thing here, or it is not yours.")
        self._access.require(principal, job.zone_id, Role.VIEWER)
        return job


def _boundary(data: bytes, position: int) -> int:
    """The start of the character that `position` lies in."""
    while 0 < position < len(data) and data[position] & _LEAD == _CONTINUATION:
        position -= 1
    return position
