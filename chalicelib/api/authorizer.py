"""The Lambda authorizer: who is calling, proved once, before any view runs.

::

    Authorization: Bearer <JWT>                a person, by the configured OIDC issuer
    Authorization: Runner <id>.<secret>        a registered runner; may only claim
    Authorization: Job <token>                 one attempt of one job

API Gateway caches the answer by token, so an allowed token's policy covers every route; what the caller may
do there is checked by the services. A refused one gets a Deny with the reason in its context, which the
gateway's ACCESS_DENIED response (see ``api.gateway``) turns into a 401 in the one error shape.
"""

from typing import Any

from chalice.app import AuthRequest, Blueprint

from ..bootstrap import container
from ..domain.errors import NotSignedIn
from .cold_start import count_cold_start
from .log import logger
from .refusals import keep_refused_credential

CACHE_SECONDS = 60
"""How long a revoked credential may still pass."""

MAX_TOKEN = 8192

authorizers = Blueprint(__name__)


@authorizers.authorizer(ttl_seconds=CACHE_SECONDS, name="authorizer")
def authorizer(request: AuthRequest) -> dict[str, Any]:
    """API Gateway's answer: a policy, and the context that views read the caller from."""
    count_cold_start("authorizer")
    try:
        principal, context = identify(request.token)
    except NotSignedIn as refusal:
        logger().info("refused a credential", reason=refusal.message)
        keep_refused_credential(refusal, request.token, request.method_arn)
        return _policy("Deny", "nobody", request.method_arn, {"reason": refusal.message})
    return _policy("Allow", principal, request.method_arn, context)


def identify(authorization: str) -> tuple[str, dict[str, str]]:
    """Principal id and context for an ``Authorization`` header (:class:`NotSignedIn` if it proves nobody)."""
    scheme, _, credential = authorization.partition(" ")
    credential = credential.strip()
    if not credential or len(credential) > MAX_TOKEN:
        raise NotSignedIn("Send `Authorization: Bearer <token>` (or Runner, or Job) with your credential.")
    services = container()
    match scheme.lower():
        case "bearer":
            user = services.sign_in.verify(credential).user
            return f"user:{user}", {"kind": "user", "user": user}
        case "runner":
            runner = services.runner_credentials.verify(credential)
            return f"runner:{runner.runner_id}", {"kind": "runner", "runner_id": runner.runner_id}
        case "job":
            claims = services.job_tokens.verify(credential)
            return f"job:{claims.job_id}", {
                "kind": "job",
                "job_id": claims.job_id,
                "attempt": str(claims.attempt),
                "runner_id": claims.runner,
            }
    raise NotSignedIn("The Authorization header's scheme must be Bearer, Runner or Job.")


def _policy(effect: str, principal: str, method_arn: str, context: dict[str, str]) -> dict[str, Any]:
    # arn:aws:execute-api:region:account:api/stage/METHOD/path → every method and path of this stage
    api, stage, *_ = method_arn.split("/")
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": f"{api}/{stage}/*"}
    return {
        "principalId": principal,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": context,
    }
