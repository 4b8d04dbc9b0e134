"""The role that deploys runners into an AWS account: separate from the role that provisions, and optional.

It trusts the same principal with the same external id, and may do what runners take and nothing else
(:mod:`..aws.worker_permissions`). An account without it works as well: its jobs run elsewhere.
"""

from chalicelib.domain.errors import Conflict, FieldProblem
from chalicelib.domain.identity import AccessMethod, Identity, IdentityForm
from chalicelib.domain.words import CloudProvider

from ..aws.permissions import PATH
from ..aws.worker_permissions import boundary, policies
from .aws import DEFAULT_REGION, NO_PRINCIPAL, ROLE, role_name
from .aws_role_stack import PLACE, assumed_by_us, parameters_of_a_role, quick_create, snippets, text
from .base import LinkSetup, OurSide

FILE = "alethia-runners.json"

ONLY_AWS_ROLES = (
    "Runners are deployed into AWS accounts that are linked by a role, and this identity is not "
    "({provider}, {method}). Register a runner of your own in the account instead (alethia runner register)."
)
NO_TEMPLATE_URL = (
    "A one-click link needs the template at an S3 address (ALETHIA_WORKER_TEMPLATE_URL), which this "
    "deployment does not have; use one of the snippets."
)


def template() -> str:
    """The CloudFormation template, as JSON; the same for every identity."""
    return text(
        description="Lets Alethia deploy runners into this account, through a role and without any key.",
        parameters=parameters_of_a_role(56),
        policies=policies(PLACE),
        boundary=boundary(PLACE),
        trust=assumed_by_us(),
        role="As what Alethia deploys runners and starts their tasks; destroy the runners, then delete it",
        output="Set it as worker_role_reference of the cloud identity",
    )


def check(form: IdentityForm) -> list[FieldProblem]:
    """What can't be right about the form's worker role; empty when there is nothing, or no such role."""
    role = form.worker_role_reference
    if role is None:
        return []

    def problem(message: str) -> list[FieldProblem]:
        return [FieldProblem(("worker_role_reference",), message)]

    if form.provider is not CloudProvider.AWS:
        return problem(
            "means nothing for this provider: runners are deployed into AWS accounts; leave it out"
        )
    if form.method is not AccessMethod.ROLE:
        return problem(f"means nothing for the method {form.method}; leave it out, or link by a role")
    found = ROLE.fullmatch(role)
    if found is None:
        return problem("must be the ARN of a role: arn:aws:iam::…:role/…")
    if found[1] != form.account_id:
        return problem(f"must be a role of account {form.account_id}; it is of another")
    if role == form.role_reference:
        return problem("must be a role of its own: what provisions may not deploy runners too")
    return []


def setup(identity: Identity, ours: OurSide) -> LinkSetup:
    """The role to make, in three ways.

    Raises
    ------
    Conflict
        Runners can't be deployed through this identity, or the deployment lacks a setting; says which.
    """
    if identity.provider is not CloudProvider.AWS or identity.method is not AccessMethod.ROLE:
        raise Conflict(ONLY_AWS_ROLES.format(provider=identity.provider, method=identity.method))
    if not ours.principal:
        raise Conflict(NO_PRINCIPAL)
    url, region = ours.worker_template_url, identity.region or DEFAULT_REGION
    name, values = worker_role_name(identity), parameters(identity, ours)
    return LinkSetup(
        identity_id=identity.identity_id,
        provider=identity.provider,
        method=identity.method,
        steps=_steps(identity),
        external_id=identity.external_id,
        principal=ours.principal,
        link=quick_create(name, url, values, region) if url else None,
        no_link=None if url else NO_TEMPLATE_URL,
        template=template(),
        snippets=snippets(name, FILE, values, region, name="alethia_runners", output="worker_role_reference"),
    )


def worker_role_name(identity: Identity) -> str:
    """Name of the role that the template makes for an identity: no two identities share one."""
    return f"{role_name(identity)}-runners"


def worker_role_arn(identity: Identity, partition: str = "aws") -> str:
    """ARN of the role that the template makes for an identity."""
    return f"arn:{partition}:iam::{identity.account_id}:role{PATH}{worker_role_name(identity)}"


def parameters(identity: Identity, ours: OurSide) -> dict[str, str]:
    """What the template is filled in with for an identity."""
    return {
        "RoleName": worker_role_name(identity),
        "ZoneId": identity.zone_id,
        "ControlPlanePrincipal": ours.principal,
        "ExternalId": identity.external_id or "",
    }


def _steps(identity: Identity) -> list[str]:
    make = (
        f"Signed in to account {identity.account_id} as somebody who may make IAM roles and policies, deploy "
        "the stack: by the link, from a shell, or by terraform. It makes one role, its policies and a "
        "permissions boundary; read the template first."
    )
    steps = [make]
    if identity.worker_role_reference is None:
        steps.append(
            f"Set worker_role_reference of this identity to the stack's output: {worker_role_arn(identity)}."
        )
    steps += [
        "Deploy a runner (alethia runner deploy).",
        "To take the right away, destroy the runners (alethia runner destroy), then delete the stack.",
    ]
    return steps
