"""What a role may not do is denied, where this cloud can tell: deploying runners.

moto lets every session do everything. Symptom: a role's template that lacks an action is found in a
customer's account. So calls about stacks, ECS and the credential of a runner, and whatever CloudFormation
does for somebody, are held against the policies of the role whose session asks (and its permissions
boundary): by action, resource and the condition keys that :mod:`.needed` gives. An account's owner may do
everything. The calls of terraform are not held back here: they are recorded, and compared with the link's
policies in tests.
"""

from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from .iam import decide
from .needed import Needed, needed_for
from .patching import Method, around
from .policies import Request
from .stacks import inside

DIRECT = {
    "cloudformation": None,
    "ecs": None,
    "resourcegroupstaggingapi": None,
    "secretsmanager": {"PutSecretValue", "DescribeSecret"},
}
"""Services, and of some the operations, that are held against policies also when no stack is behind them."""

CODES = {"ec2": "UnauthorizedOperation", "cloudformation": "AccessDenied", "iam": "AccessDenied"}
CALLED_VIA = "cloudformation.amazonaws.com"


class Denied(ServiceException):
    """As the service says it."""

    def __init__(self, service: str, who: str, needed: Needed) -> None:
        super().__init__(
            CODES.get(service, "AccessDeniedException"),
            f"User: {who} is not authorized to perform: {needed.action} on resource: {needed.resource} "
            f"because no identity-based policy allows the {needed.action} action",
        )


def close_gaps() -> None:
    @around(BaseResponse, "call_action")
    def only_what_the_role_may(original: Method, response: Any) -> Any:
        denied = _denied(response)
        if denied is None:
            return original(response)
        _status, headers, body = response.serialized(ActionResult(denied))
        headers["status"] = "403"
        return 403, headers, body


def _denied(response: Any) -> Denied | None:
    service, via = response.service_name, inside.is_inside()
    if not via and service not in DIRECT:
        return None
    operation = response._get_action()
    named = DIRECT.get(service)
    if not via and named is not None and operation not in named:
        return None
    session = sts_backends[response.current_account]["aws"].get_assumed_role_from_access_key(
        response.get_access_key()
    )
    if session is None:
        return None
    iam = iam_backends[response.current_account]["aws"]
    role = next((one for one in iam.roles.values() if one.arn == session.role_arn), None)
    context = {"aws:RequestedRegion": response.region} | ({"aws:CalledVia": CALLED_VIA} if via else {})
    for needed in needed_for(service, operation, response):
        request = Request(needed.action, needed.resource, {**context, **needed.context})
        if role is None or decide(iam, role, request) != "allowed":
            return Denied(service, session.arn, needed)
    return None
