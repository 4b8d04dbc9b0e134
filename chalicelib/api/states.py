"""terraform's states: lock, head and commit for runners; history, and what admins do by hand, for people."""

from pydantic import Field

from ..bootstrap import container
from ..domain.messages import (
    CommitAnswer,
    CommitRequest,
    LockAnswer,
    LockRequest,
    StateAnswer,
    UnlockRequest,
)
from ..domain.model import Model
from ..domain.state import StateAct
from ..services.paging import Page, PageRequest
from ..services.state_views import (
    REASON,
    BreakLock,
    DiffView,
    PulledState,
    RollBack,
    StateView,
    VersionView,
)
from .callers import JobCaller, UserCaller
from .objects import attempt_of
from .routing import IdempotencyKey, Routes

routes = Routes("states")


class Between(Model):
    """Which two versions to compare."""

    before: str = Field(max_length=80, description="Id of the older version.")
    after: str = Field(max_length=80, description="Id of the newer version.")


class WhichState(Model):
    """What to take out, and why."""

    reason: str = REASON
    version: str | None = Field(None, max_length=80, description="Id of a version; the head without it.")


@routes.get("/api/jobs/{job_id}/state")
def read_job_state(caller: JobCaller, job_id: str) -> StateAnswer:
    """Read where the job's state stands."""
    return container().states.head(attempt_of(caller, job_id))


@routes.post("/api/jobs/{job_id}/state/lock", errors=(409, 423))
def lock_state(caller: JobCaller, job_id: str, body: LockRequest) -> LockAnswer:
    """Take the state's lock; 423 names who holds it."""
    return container().states.lock(attempt_of(caller, job_id, body.attempt), body.lock)


@routes.post("/api/jobs/{job_id}/state/unlock", errors=(409,))
def unlock_state(caller: JobCaller, job_id: str, body: UnlockRequest) -> None:
    """Let go of the state's lock."""
    container().states.unlock(attempt_of(caller, job_id, body.attempt), body.lock_id, body.epoch)


@routes.post("/api/jobs/{job_id}/state/commit", errors=(409,))
def commit_state(caller: JobCaller, job_id: str, body: CommitRequest) -> CommitAnswer:
    """Make an uploaded version the head; 409 when somebody took the lock since."""
    return container().states.commit(attempt_of(caller, job_id, body.attempt), body)


@routes.get("/api/specs/{spec_id}/state")
def read_state(caller: UserCaller, spec_id: str) -> StateView:
    """Read where a state stands, who holds its lock, and whether breaking that is safe."""
    return container().state_history.view(caller.principal, spec_id)


@routes.get("/api/specs/{spec_id}/state/versions")
def list_state_versions(caller: UserCaller, spec_id: str, query: PageRequest) -> Page[VersionView]:
    """List a state's versions, highest serial first."""
    return container().state_history.versions(caller.principal, spec_id, query)


@routes.get("/api/specs/{spec_id}/state/versions/{version_id}")
def read_state_version(caller: UserCaller, spec_id: str, version_id: str) -> VersionView:
    """Read one version's record."""
    return container().state_history.version(caller.principal, spec_id, version_id)


@routes.get("/api/specs/{spec_id}/state/acts")
def list_state_acts(caller: UserCaller, spec_id: str, query: PageRequest) -> Page[StateAct]:
    """List who did what to a state by hand, and why; newest first."""
    return container().state_history.acts(caller.principal, spec_id, query)


@routes.get("/api/specs/{spec_id}/state/diff")
def diff_state(caller: UserCaller, spec_id: str, query: Between) -> DiffView:
    """Compare two versions: resources and attribute paths, never values."""
    return container().state_admin.diff(caller.principal, spec_id, query.before, query.after)


@routes.get("/api/specs/{spec_id}/state/pull")
def pull_state(caller: UserCaller, spec_id: str, query: WhichState) -> PulledState:
    """Take a state out in clear; it holds secrets, and the taking is recorded."""
    return container().state_admin.pull(caller.principal, spec_id, query.reason, query.version)


@routes.post("/api/specs/{spec_id}/state/rollback", errors=(409, 423))
def roll_back_state(
    caller: UserCaller, spec_id: str, body: RollBack, idempotency_key: IdempotencyKey, request_hash: str
) -> VersionView:
    """Make an older version the newest."""
    return container().state_admin.roll_back(caller.principal, spec_id, body, idempotency_key, request_hash)


@routes.post("/api/specs/{spec_id}/state/break-lock", errors=(409,))
def break_state_lock(
    caller: UserCaller, spec_id: str, body: BreakLock, idempotency_key: IdempotencyKey, request_hash: str
) -> StateView:
    """Break a lock, and fence whoever held it."""
    return container().state_admin.break_lock(caller.principal, spec_id, body, idempotency_key, request_hash)
