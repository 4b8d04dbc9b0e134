"""Who we are in an AWS account, and which permissions that the templates need are missing.

Permissions are asked for by IAM's own policy simulation, so nothing is created to find out. A role that may
not ask about itself is no failure: the result says that nothing was checked.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from chalicelib.domain.identity import RefusalCause
from chalicelib.domain.results import ConnectionResult, MissingPermission
from chalicelib.domain.words import CloudProvider
from chalicelib.providers.aws.refusals import cause_of, explain

from ...errors import NotLetIn, Unreachable
from .. import CloudContext
from .clients import Clients
from .sessions import asked_of

MAX_MISSING = 100
"""Missing permissions that are listed, at most."""

BATCH = 40
"""Actions in one simulation."""

HOME_REGIONS = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
"""Partition → a region that is always enabled: a disabled one does not answer for itself."""

ENABLED = ("opt-in-not-required", "opted-in")


def test_connection(
    context: CloudContext, clients: Clients, needed: Sequence[str] | None = None
) -> ConnectionResult:
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
    return checked.model_copy(update=_permissions(context, clients, role, needed or ESSENTIAL))


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


def _permissions(context: CloudContext, clients: Clients, role: str, needed: Sequence[str]) -> dict[str, Any]:
    """The fields of the result that tell of permissions."""
    from botocore.exceptions import BotoCoreError, ClientError

    missing: list[MissingPermission] = []
    try:
        for start in range(0, len(needed), BATCH):
            context.check()
            for result in _simulated(clients.of("iam"), role, needed[start : start + BATCH]):
                if result["EvalDecision"] != "allowed":
                    missing.append(MissingPermission(action=result["EvalActionName"]))
    except ClientError as error:
        return {"unchecked": _unchecked(_code(error))}
    except BotoCoreError as error:
        return {"unchecked": _unchecked(type(error).__name__)}
    return {"permissions_checked": len(needed), "missing": missing[:MAX_MISSING]}


def _simulated(iam: Any, role: str, actions: Sequence[str]) -> Iterator[dict[str, Any]]:
    marker: dict[str, str] = {}
    while True:
        answer = iam.simulate_principal_policy(PolicySourceArn=role, ActionNames=list(actions), **marker)
        yield from answer["EvaluationResults"]
        if not answer.get("IsTruncated"):
            return
        marker = {"Marker": answer["Marker"]}


def _unchecked(reason: str) -> str:
    return (
        f"Permissions were not checked: the identity may not simulate its own policies ({reason}). "
        "Allow it iam:SimulatePrincipalPolicy on itself to have them checked."
    )


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code", "an error"))


ESSENTIAL: Sequence[str] = ("ec2:CreateVpc", "eks:CreateCluster", "iam:CreateRole")
