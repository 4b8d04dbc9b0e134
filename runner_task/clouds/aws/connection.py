"""Who we are in an AWS account, and which permissions that the templates need are missing.

Permissions are asked for by IAM's own policy simulation, so nothing is created to find out. A role that may
not ask about itself is no failure: the result says that nothing was checked.
"""

from collections.abc import Iterator
from typing import Any

from chalicelib.domain.identity import RefusalCause
from chalicelib.domain.results import ConnectionResult, MissingPermission
from chalicelib.domain.words import CloudProvider
from chalicelib.providers.aws.permissions import Check, Place, checks
from chalicelib.providers.aws.refusals import cause_of, explain

from ...errors import NotLetIn, Unreachable
from .. import CloudContext
from .clients import Clients
from .sessions import asked_of

MAX_MISSING = 100
"""Missing permissions that are listed, at most."""

BATCH = 50
"""Actions in one simulation, at most."""

HOME_REGIONS = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
"""Partition → a region that is always enabled: a disabled one does not answer for itself."""

ENABLED = ("opt-in-not-required", "opted-in")


def test_connection(context: CloudContext, clients: Clients) -> ConnectionResult:
    """Look, from outside in: the account, the region, the permissions."""
    account_id, principal = _who_we_are(context, clients)
    expected = context.access.account_id
    if expected is not None and account_id != expected:
        raise NotLetIn(
            f"We are let into account {account_id}, but the identity is linked to {expected}. Correct its "
            "account_id or its role_reference: they must belong together.",
            RefusalCause.OTHER_ACCOUNT,
            account_id=account_id,
            principal=principal,
        )
    context.check()
    _require_region(context, clients, principal)
    context.check()
    checked = ConnectionResult(provider=CloudProvider.AWS, account_id=account_id, principal=principal)
    role = context.access.role_reference or _role_behind(clients, principal)
    if role is None:
        unchecked = "No permission was asked for: only those of a role or a user can be simulated."
        return checked.model_copy(update={"unchecked": unchecked})
    return checked.model_copy(update=_permissions(context, clients, role))


def _who_we_are(context: CloudContext, clients: Clients) -> tuple[str, str]:
    from botocore.exceptions import BotoCoreError, ClientError

    asked = asked_of(context)
    try:
        answer = clients.of("sts").get_caller_identity()
    except ClientError as error:
        said = error.response.get("Error", {})
        cause = cause_of(str(said.get("Code", "")), str(said.get("Message", "")))
        if cause is None:
            raise Unreachable("AWS is too busy to say who we are.") from None
        raise NotLetIn(explain(cause, asked), cause) from None
    except (BotoCoreError, ValueError):  # a region that makes no host name is a ValueError
        raise NotLetIn(explain(RefusalCause.UNREACHABLE, asked), RefusalCause.UNREACHABLE) from None
    return str(answer["Account"]), str(answer["Arn"])


def _require_region(context: CloudContext, clients: Clients, principal: str) -> None:
    from botocore.exceptions import BotoCoreError, ClientError

    region = context.access.region
    home = HOME_REGIONS.get(principal.split(":")[1], region)
    try:
        answer = clients.of("ec2", home).describe_regions(RegionNames=[region], AllRegions=True)
        status = {found["RegionName"]: found.get("OptInStatus", ENABLED[0]) for found in answer["Regions"]}
    except ClientError as error:
        if _code(error) != "InvalidParameterValue":
            context.say(f"Whether {region} is enabled could not be asked ({_code(error)}).")
            return
        status = {}
    except BotoCoreError as error:
        context.say(f"Whether {region} is enabled could not be asked ({type(error).__name__}).")
        return
    if region not in status:
        sentence = f"AWS has no region {region}. Choose another one for this identity."
        raise NotLetIn(sentence, RefusalCause.REGION_DISABLED)
    if status[region] not in ENABLED:
        raise NotLetIn(explain(RefusalCause.REGION_DISABLED, asked_of(context)), RefusalCause.REGION_DISABLED)


def _role_behind(clients: Clients, principal: str) -> str | None:
    """What the simulation is asked about: the role or user of an identity that this machine has."""
    from botocore.exceptions import BotoCoreError, ClientError

    kind, _, rest = principal.split(":", 5)[-1].partition("/")
    if kind == "user":
        return principal
    if kind != "assumed-role":
        return None
    try:
        return str(clients.of("iam").get_role(RoleName=rest.split("/")[0])["Role"]["Arn"])
    except (BotoCoreError, ClientError):
        return None


def _permissions(context: CloudContext, clients: Clients, role: str) -> dict[str, Any]:
    """The fields of the result that tell of permissions."""
    from botocore.exceptions import BotoCoreError, ClientError

    partition, account_id, name = (role.split(":")[1], role.split(":")[4], role.rsplit("/", 1)[-1])
    place = Place(account_id=account_id, role_name=name, zone_id=context.zone_id, partition=partition)
    asked = 0
    missing: dict[tuple[str, str], MissingPermission] = {}
    try:
        for check in checks(place, context.access.region):
            context.check()
            for action in _denied(clients.of("iam"), role, check):
                found = MissingPermission(action=action, resource=check.resource)
                missing[action, check.resource] = found
            asked += len(check.actions)
    except ClientError as error:
        return {"unchecked": _unchecked(_code(error))}
    except BotoCoreError as error:
        return {"unchecked": _unchecked(type(error).__name__)}
    return {"permissions_checked": asked, "missing": list(missing.values())[:MAX_MISSING]}


def _denied(iam: Any, role: str, check: Check) -> Iterator[str]:
    """The actions of `check` that the role's policies do not allow."""
    question: dict[str, Any] = {
        "PolicySourceArn": role,
        "ResourceArns": [check.resource],
        "ContextEntries": [_context(name, value) for name, value in check.context.items()],
    }
    for start in range(0, len(check.actions), BATCH):
        actions = list(check.actions[start : start + BATCH])
        for result in _every_result(iam, {**question, "ActionNames": actions}):
            if result["EvalDecision"] != "allowed":
                yield str(result["EvalActionName"])


def _every_result(iam: Any, question: dict[str, Any]) -> Iterator[dict[str, Any]]:
    marker: dict[str, str] = {}
    while True:
        answer = iam.simulate_principal_policy(**question, **marker)
        yield from answer["EvaluationResults"]
        if not answer.get("IsTruncated"):
            return
        marker = {"Marker": answer["Marker"]}


def _context(name: str, value: str) -> dict[str, Any]:
    kind = "boolean" if value in ("true", "false") else "string"
    return {"ContextKeyName": name, "ContextKeyValues": [value], "ContextKeyType": kind}


def _unchecked(reason: str) -> str:
    return (
        f"Permissions were not checked: the identity may not simulate its own policies ({reason}). "
        "Allow it iam:SimulatePrincipalPolicy on itself to have them checked."
    )


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code", "an error"))
