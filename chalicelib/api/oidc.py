"""Our OIDC issuer: what clouds read to check its tokens, and where running jobs get theirs."""

from ..bootstrap import container
from ..domain.messages import CloudToken, CloudTokenRequest
from ..services.oidc_issuer import DISCOVERY, KEYS, PATH, Discovery, JwkSet
from .callers import JobCaller
from .objects import attempt_of
from .routing import Routes

CACHE_SECONDS = 300
"""How long anybody may keep the key set; a rotation waits longer than that."""

routes = Routes("oidc")


@routes.get(PATH + DISCOVERY, cache_seconds=CACHE_SECONDS, errors=(404,))
def read_oidc_discovery() -> Discovery:
    """Say who issues tokens here, and where the keys are."""
    return container().oidc_issuer.discovery()


@routes.get(PATH + KEYS, cache_seconds=CACHE_SECONDS, errors=(404,))
def read_oidc_keys() -> JwkSet:
    """List the public keys that tokens are checked with."""
    return container().oidc_issuer.key_set()


@routes.post("/api/jobs/{job_id}/cloud-token", errors=(409,))
def make_cloud_token(caller: JobCaller, job_id: str, body: CloudTokenRequest) -> CloudToken:
    """Get a token for the job's cloud identity, good for ten minutes."""
    return container().cloud_tokens.issue(attempt_of(caller, job_id, body.attempt))
