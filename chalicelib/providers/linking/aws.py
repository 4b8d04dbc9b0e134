"""Linking an AWS account: a role that we assume with an external id, or one that trusts our OIDC issuer.

Either is made by one CloudFormation stack (:mod:`.aws_template`), with a click, from a shell, or by
terraform. A role of the customer's own making does as well: nothing here needs to know how it was made.
"""

import re

from chalicelib.domain.errors import Conflict, FieldProblem
from chalicelib.domain.identity import AccessMethod, Identity, IdentityForm, subject_of

from ..aws.permissions import PATH
from .aws_role_stack import quick_create, snippets
from .aws_template import template
from .base import LinkSetup, OurSide

AUDIENCE = "sts.amazonaws.com"
ACCOUNT = re.compile(r"[0-9]{12}")
ROLE = re.compile(r"arn:aws[a-z-]*:iam::([0-9]{12}):role/[A-Za-z0-9_+=,.@/-]{1,200}")
REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]")
METHODS = (AccessMethod.ROLE, AccessMethod.WEB_IDENTITY, AccessMethod.RUNNER)
DEFAULT_REGION = "eu-west-1"
"""Of the stack, for an identity without a region; IAM itself has none."""

FILE = "alethia-link.json"

NO_PRINCIPAL = (
    "This deployment does not say who assumes customers' roles: set ALETHIA_CONTROL_PLANE_PRINCIPAL to the "
    "ARN of the role that they let in (docs/deploying.md, ControlPlanePrincipal)."
)
NO_ISSUER = (
    "This deployment has no OIDC issuer, which web identity needs: set ALETHIA_PUBLIC_API_URL and "
    "ALETHIA_OIDC_SIGNING_KEYS, or use the method role."
)
NO_TEMPLATE_URL = (
    "A one-click link needs the template at an S3 address (ALETHIA_LINK_TEMPLATE_URL), which this deployment "
    "does not have; use one of the snippets."
)
BY_THE_RUNNER = (
    "Nothing is made in the account: jobs act as whatever the runner's machine is by itself, such as its "
    "instance profile. Give that at least what the templates need."
)


class AwsLinking:
    """See :class:`chalicelib.providers.linking.base.Linking`."""

    def check(self, form: IdentityForm) -> list[FieldProblem]:
        """An account of twelve digits, a role of that account, and none of the other clouds' fields."""
        problems = [
            FieldProblem((name,), "means nothing for AWS; leave it out")
            for name in ("gcp", "azure")
            if getattr(form, name) is not None
        ]
        if form.method not in METHODS:
            allowed = ", ".join(METHODS)
            problems.append(FieldProblem(("method",), f"AWS accounts are linked by one of: {allowed}"))
        if form.account_id is None or not ACCOUNT.fullmatch(form.account_id):
            problems.append(FieldProblem(("account_id",), "must be the account's 12 digits"))
        if form.region is not None and not REGION.fullmatch(form.region):
            problems.append(FieldProblem(("region",), "must be a region such as eu-west-1"))
        return problems + _role_problems(form)

    def audience(self, identity: Identity) -> str | None:
        """AWS's token service, for web identity."""
        return AUDIENCE if identity.method is AccessMethod.WEB_IDENTITY else None

    def setup(self, identity: Identity, ours: OurSide) -> LinkSetup:
        """The role to make, in three ways."""
        if identity.method is AccessMethod.RUNNER:
            return _by_the_runner(identity)
        by_token = identity.method is AccessMethod.WEB_IDENTITY
        if by_token and not ours.issuer_url:
            raise Conflict(NO_ISSUER)
        if not by_token and not ours.principal:
            raise Conflict(NO_PRINCIPAL)
        text = template(issuer_url=ours.issuer_url, audience=AUDIENCE)
        values = parameters(identity, ours)
        stack, region = role_name(identity), identity.region or DEFAULT_REGION
        return LinkSetup(
            identity_id=identity.identity_id,
            provider=identity.provider,
            method=identity.method,
            steps=_steps(identity, by_token, ours),
            external_id=None if by_token else identity.external_id,
            principal=None if by_token else ours.principal,
            issuer=ours.issuer_url if by_token else None,
            subject=values.get("Subject"),
            audience=AUDIENCE if by_token else None,
            link=quick_create(stack, ours.template_url, values, region) if ours.template_url else None,
            no_link=None if ours.template_url else NO_TEMPLATE_URL,
            template=text,
            snippets=snippets(stack, FILE, values, region, name="alethia", output="role_reference"),
        )


def role_name(identity: Identity) -> str:
    """Name of the role that the template makes for an identity: no two identities share one."""
    return f"alethia-{identity.identity_id.rsplit('-', 1)[-1][:40]}"


def role_arn(identity: Identity, partition: str = "aws") -> str:
    """ARN of the role that the template makes for an identity."""
    return f"arn:{partition}:iam::{identity.account_id}:role{PATH}{role_name(identity)}"


def parameters(identity: Identity, ours: OurSide) -> dict[str, str]:
    """What the template is filled in with for an identity."""
    values = {"RoleName": role_name(identity), "ZoneId": identity.zone_id}
    if identity.method is AccessMethod.WEB_IDENTITY:
        return values | {"Subject": subject_of(identity.zone_id, identity.identity_id)}
    return values | {
        "ControlPlanePrincipal": ours.principal,
        "ExternalId": identity.external_id or "",
    }


def _role_problems(form: IdentityForm) -> list[FieldProblem]:
    if form.role_reference is None:
        return []
    if form.method is AccessMethod.RUNNER:
        return [FieldProblem(("role_reference",), "means nothing for the method runner; leave it out")]
    role = ROLE.fullmatch(form.role_reference)
    if role is None:
        return [FieldProblem(("role_reference",), "must be the ARN of a role: arn:aws:iam::…:role/…")]
    if role[1] != form.account_id:
        message = f"must be a role of account {form.account_id}; it is of another"
        return [FieldProblem(("role_reference",), message)]
    return []


def _by_the_runner(identity: Identity) -> LinkSetup:
    return LinkSetup(
        identity_id=identity.identity_id,
        provider=identity.provider,
        method=identity.method,
        steps=[BY_THE_RUNNER, "Start a connection test, with that runner."],
        no_link="The method runner needs no role.",
    )


def _steps(identity: Identity, by_token: bool, ours: OurSide) -> list[str]:
    steps = []
    if by_token and not ours.issuer_url.startswith("https://"):
        steps.append(
            f"This deployment's issuer is {ours.issuer_url}: AWS trusts only an https address that it can "
            "reach from the internet, so this link can't work until the API has one."
        )
    steps.append(
        f"Signed in to account {identity.account_id} as somebody who may make IAM roles and policies, deploy "
        "the stack: by the link, from a shell, or by terraform. It makes one role, its policies and a "
        "permissions boundary; read the template first."
    )
    if by_token:
        steps.append('If the account has our OIDC provider already, set the parameter NewIssuer to "no".')
    if identity.role_reference is None:
        steps.append(f"Set role_reference of this identity to the stack's output: {role_arn(identity)}.")
    steps += [
        "Start a connection test; it verifies the identity.",
        "To end the link at any moment, delete the stack.",
    ]
    return steps
