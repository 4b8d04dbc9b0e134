"""What was archived of a job, for people: the review of its plan, page by page, and its whole log."""

from ..bootstrap import container
from ..domain.errors import NotFound
from ..domain.plan import ReviewPage
from ..services.plan_review import LogOffset, LogSlice
from .callers import UserCaller
from .routing import Routes

routes = Routes("plan review")


@routes.get("/api/jobs/{job_id}/plan/pages/{number}")
def read_review_page(caller: UserCaller, job_id: str, number: str) -> ReviewPage:
    """Read one page of a plan's review, counted from 1."""
    if not number.isdecimal() or len(number) > 6:
        raise NotFound("Pages of a review are counted from 1.")
    return container().plan_review.page(caller.principal, job_id, int(number))


@routes.get("/api/jobs/{job_id}/log")
def read_archived_log(caller: UserCaller, job_id: str, query: LogOffset) -> LogSlice:
    """Read the archived log of a job that has ended, 1 MB at a time."""
    return container().plan_review.log(caller.principal, job_id, query.offset)
