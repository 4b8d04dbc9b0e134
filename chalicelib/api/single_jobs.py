"""Jobs by themselves: testing a linked account, looking at what is there, making a spec's workspace ready."""

from ..bootstrap import container
from ..domain.job import Job
from ..domain.model import Model
from ..domain.words import JobType
from .callers import UserCaller
from .routing import IdempotencyKey, Routes
from .runs import RUNNER, RunnerId

routes = Routes("jobs by themselves")


class StartRequest(Model):
    """Where the job is to run."""

    runner: RunnerId | None = RUNNER


@routes.post("/api/zones/{zone_id}/identities/{identity_id}/test", status=202)
def test_identity(
    caller: UserCaller, zone_id: str, identity_id: str, body: StartRequest, idempotency_key: IdempotencyKey
) -> Job:
    """Test a linked account: are we let in, and which permissions are missing. Only this verifies it."""
    return _about_identity(
        caller, JobType.CONNECTION_TEST, zone_id, identity_id, body.runner, idempotency_key
    )


@routes.post("/api/zones/{zone_id}/identities/{identity_id}/fetch-resources", status=202)
def fetch_resources(
    caller: UserCaller, zone_id: str, identity_id: str, body: StartRequest, idempotency_key: IdempotencyKey
) -> Job:
    """List what a linked account has: regions, networks, subnets, hosted zones."""
    return _about_identity(
        caller, JobType.FETCH_RESOURCES, zone_id, identity_id, body.runner, idempotency_key
    )


@routes.post("/api/specs/{spec_id}/bootstrap", status=202)
def bootstrap_spec(
    caller: UserCaller, spec_id: str, body: StartRequest, idempotency_key: IdempotencyKey
) -> Job:
    """Prove a spec's workspace: the store, the state's lock, the template, the repositories."""
    return container().single_jobs.about_spec(
        caller.principal, JobType.BOOTSTRAP, spec_id, runner=body.runner, idempotency_key=idempotency_key
    )


def _about_identity(
    caller: UserCaller,
    job_type: JobType,
    zone_id: str,
    identity_id: str,
    runner: str | None,
    key: str | None,
) -> Job:
    return container().single_jobs.about_identity(
        caller.principal, job_type, zone_id, identity_id, runner=runner, idempotency_key=key
    )
