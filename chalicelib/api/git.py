"""Linked git hosts of a zone, and how a running job reads its repositories."""

from ..bootstrap import container
from ..domain.git import GitLink
from ..domain.messages import GitToken, GitTokenRequest
from ..services.git_links import GitLinkForm
from ..services.paging import Page, PageRequest
from .callers import JobCaller, UserCaller
from .objects import attempt_of
from .routing import KIB, Routes

routes = Routes("git")


@routes.get("/api/zones/{zone_id}/git-links")
def list_git_links(caller: UserCaller, zone_id: str, query: PageRequest) -> Page[GitLink]:
    """List a zone's linked git hosts. No answer holds a token."""
    return container().git_links.list(caller.principal, zone_id, query)


@routes.get("/api/zones/{zone_id}/git-links/{host}")
def read_git_link(caller: UserCaller, zone_id: str, host: str) -> GitLink:
    """Read a linked git host: by whom, until when, and what was last wrong with its token."""
    return container().git_links.read(caller.principal, zone_id, host)


@routes.put("/api/zones/{zone_id}/git-links/{host}", max_bytes=32 * KIB)
def put_git_link(caller: UserCaller, zone_id: str, host: str, body: GitLinkForm) -> GitLink:
    """Link a git host, or replace its token. The token is tried first, and kept where no route reads it."""
    return container().git_links.link(caller.principal, zone_id, host, body)


@routes.delete("/api/zones/{zone_id}/git-links/{host}")
def delete_git_link(caller: UserCaller, zone_id: str, host: str) -> None:
    """Forget a git host and its token. Repeating it is safe."""
    container().git_links.unlink(caller.principal, zone_id, host)


@routes.post("/api/jobs/{job_id}/git-token")
def make_git_token(caller: JobCaller, job_id: str, body: GitTokenRequest) -> GitToken:
    """Get a token for one of the job's repositories, or learn that anybody can read it."""
    return container().git_tokens.give(attempt_of(caller, job_id, body.attempt), body.repository)
