"""Jobs: read, follow, cancel, run again."""

from pydantic import Field

from ..bootstrap import container
from ..domain.job import Job
from ..domain.model import Model
from ..domain.run import Run
from ..services.jobs import JobPlan
from ..services.logs import EventPage, LogPage
from ..services.paging import MAX_PAGE, Page, PageRequest
from .callers import UserCaller
from .routing import IdempotencyKey, Routes
from .runs import ListOf, whose_zone

routes = Routes("jobs")


class After(Model):
    """Where to go on."""

    limit: int = Field(MAX_PAGE, ge=1, le=MAX_PAGE)
    after: str | None = Field(None, max_length=2048, description="next_cursor of the page before.")

    @property
    def page(self) -> PageRequest:
        """As services take it."""
        return PageRequest(limit=self.limit, cursor=self.after)


class RerunRequest(Model):
    """What a DESTROY wants to hear again."""

    confirm_project_name: str | None = Field(None, max_length=64, description="Only for a DESTROY.")


@routes.get("/api/jobs")
def list_jobs(caller: UserCaller, query: ListOf) -> Page[Job]:
    """List the jobs of a zone or of a spec, newest first."""
    page = PageRequest(limit=query.limit, cursor=query.cursor)
    if query.spec_id is not None:
        return container().jobs.of_spec(caller.principal, query.spec_id, page)
    return container().jobs.of_zone(caller.principal, whose_zone(query), page)


@routes.get("/api/jobs/{job_id}")
def read_job(caller: UserCaller, job_id: str) -> Job:
    """Read a job, with its result and what it waits for."""
    return container().jobs.get(caller.principal, job_id)


@routes.get("/api/jobs/{job_id}/logs")
def read_logs(caller: UserCaller, job_id: str, query: After) -> LogPage:
    """Read a job's log after a cursor, also while it runs."""
    return container().logs.chunks(caller.principal, job_id, query.page)


@routes.get("/api/jobs/{job_id}/events")
def read_events(caller: UserCaller, job_id: str, query: After) -> EventPage:
    """Read what terraform did to each resource, after a cursor."""
    return container().logs.events(caller.principal, job_id, query.page)


@routes.get("/api/jobs/{job_id}/plan")
def read_plan(caller: UserCaller, job_id: str) -> JobPlan:
    """Read a PLAN's counts, groups and digest."""
    return container().jobs.plan(caller.principal, job_id)


@routes.post("/api/jobs/{job_id}/cancel", errors=(409,))
def cancel_job(caller: UserCaller, job_id: str) -> Job:
    """Cancel a job; terraform is asked to stop, and the state it reached is kept."""
    return container().jobs.cancel(caller.principal, job_id)


@routes.post("/api/jobs/{job_id}/rerun", status=202, errors=(409,))
def rerun_job(caller: UserCaller, job_id: str, body: RerunRequest, idempotency_key: IdempotencyKey) -> Run:
    """Do a job's work anew, with the spec as it is now."""
    return container().jobs.rerun(
        caller.principal, job_id, idempotency_key=idempotency_key, confirm=body.confirm_project_name
    )
