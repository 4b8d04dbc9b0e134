"""Keeps refused credentials in the audit: in the job's zone where a token is ours, else among nobody's.

What a credential says is repeated only where it was proved, or is a well-formed id. A database that does not
answer never turns a refusal into anything else.
"""

from collections.abc import Mapping
from typing import Any

from ..bootstrap import container
from ..domain.audit import Origin
from ..domain.errors import NotSignedIn, Unavailable
from ..domain.ids import attempt_id, is_id
from ..domain.job_claims import ExpiredJobToken
from ..services.origin import coming_from
from .log import logger

ACTION = "token.refused"
MAX_ROUTE = 256


def keep_refused_credential(refusal: NotSignedIn, authorization: str, method_arn: str) -> None:
    """What the authorizer refused. It is told no address of the caller; the route is all there is."""
    with coming_from(Origin(route=_route(method_arn))):
        if isinstance(refusal, ExpiredJobToken):
            keep_refused_job_token(refusal.claims.job_id, refusal.claims.attempt, refusal.message)
        else:
            _keep(None, actor="nobody", subject=_kind(authorization), reason=refusal.message)


def keep_refused_job_token(job_id: str, attempt: int, reason: str) -> None:
    """What a job token of ours was refused for. `job_id` is the token's own."""
    try:
        job = container().job_store.get(job_id)
    except Unavailable:
        job = None
    _keep(
        job.zone_id if job else None,
        actor=f"job:{attempt_id(job_id, attempt)}",
        subject=job_id,
        reason=reason,
    )


def keep_wrong_kind(context: Mapping[str, Any], reason: str) -> None:
    """A credential that is good, on a route that is for others. `context` is what the authorizer proved."""
    match context["kind"]:
        case "job":
            keep_refused_job_token(context["job_id"], int(context["attempt"]), reason)
        case "runner":
            runner_id = context["runner_id"]
            _keep(_zone_of_runner(runner_id), actor=f"runner:{runner_id}", subject=runner_id, reason=reason)
        case "user":
            _keep(None, actor=f"user:{context['user']}", subject="bearer", reason=reason)


def _zone_of_runner(runner_id: str) -> str | None:
    try:
        runner = container().runners.get(runner_id)
    except Unavailable:
        return None
    return runner.zone_id if runner else None


def _keep(zone_id: str | None, *, actor: str, subject: str, reason: str) -> None:
    try:
        container().audit.refused(zone_id, actor=actor, action=ACTION, subject=subject, reason=reason)
    except Unavailable:
        logger().warning("a refusal could not be kept", actor=actor, subject=subject, reason=reason)


def _kind(authorization: str) -> str:
    """``bearer``, ``job``, ``runner:<id>`` or ``unknown``."""
    scheme, _, credential = authorization.partition(" ")
    match scheme.lower():
        case "bearer" | "job" as known:
            return known
        case "runner":
            runner_id = credential.strip().partition(".")[0]
            return f"runner:{runner_id}" if is_id(runner_id) else "runner"
    return "unknown"


def _route(method_arn: str) -> str:
    """``GET /api/zones`` out of ``arn:…/stage/GET/api/zones``."""
    _, _, method, *path = [*method_arn.split("/"), "", ""]
    return f"{method} /{'/'.join(path).rstrip('/')}"[:MAX_ROUTE]
