"""What a running job may ask for to act in its linked account."""

from ..bootstrap import container
from ..domain.messages import CloudCredentials, CloudCredentialsRequest
from .callers import JobCaller
from .objects import attempt_of
from .routing import Routes

routes = Routes("cloud")


@routes.post("/api/jobs/{job_id}/cloud-credentials", errors=(409,))
def make_cloud_credentials(caller: JobCaller, job_id: str, body: CloudCredentialsRequest) -> CloudCredentials:
    """Get an hour's session in the job's AWS account. Ask again before it ends."""
    return container().cloud_broker.credentials(attempt_of(caller, job_id, body.attempt))
