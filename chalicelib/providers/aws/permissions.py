"""The least that a linked AWS account must allow, as IAM policies.

What is allowed comes from :mod:`.permission_data`; here is on what, and under which condition:

* by name, where the template names things: ``{project}-{stage}-…`` with one of three stages, and the roles by
  how their names end;
* by our tag ``alethia:zone``, for deleting what AWS names itself (networks, keys) and for changing roles;
* a role is made, and given rights, only under our permissions boundary, and only AWS's own policies for EKS
  can be attached to it. It is passed only to the services that the template uses.

What only describes, and what has neither name nor tag when it is made, is allowed on ``*``: a role can act in
its own account alone. IAM counts 6,144 characters for a managed policy and takes ten on a role, so there are
several policies, by service.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .permission_data import ATTACHABLE, BOUNDARY, OURS, PASSED_TO, SERVICE_ROLES, TERRAFORM, actions_in
from .policy_documents import Conditions, Policy, Rules, Scope, allow, document_of, many, statements_for

PATH = "/alethia/"
"""IAM path of what a link makes. A role of this path has its boundary beside it."""

STAGES = ("development", "staging", "production")
ROLE_ENDS = ("cluster", "nodes", "cni", "ebs", "karpenter", "flow")
ZONE_TAG = "alethia:zone"


@dataclass(frozen=True)
class Place:
    """Whose policies: plain values, or CloudFormation's ``${…}`` in their place."""

    account_id: str
    role_name: str
    """Without its path."""
    zone_id: str
    partition: str = "aws"

    @property
    def boundary(self) -> str:
        """ARN of the permissions boundary."""
        return f"arn:{self.partition}:iam::{self.account_id}:policy{PATH}{boundary_name(self.role_name)}"

    @property
    def role(self) -> str:
        """ARN of the role."""
        return f"arn:{self.partition}:iam::{self.account_id}:role{PATH}{self.role_name}"


@dataclass(frozen=True)
class Check:
    """Actions to ask IAM's simulation about, together: on this resource, in this context."""

    actions: tuple[str, ...]
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)


def boundary_name(role_name: str) -> str:
    """Name of the permissions boundary that belongs to a role."""
    return f"{role_name}-boundary"


def boundary_of(role_reference: str | None) -> str | None:
    """ARN of the boundary for roles made through a linked role; ``None`` for a role of the customer's own."""
    if role_reference is None or f":role{PATH}" not in role_reference:
        return None
    return boundary_name(role_reference.replace(f":role{PATH}", f":policy{PATH}"))


def actions() -> list[str]:
    """Every action that a linked role needs, sorted."""
    return sorted({action for text in (*TERRAFORM.values(), OURS) for action in actions_in(text)})


def policies(place: Place) -> list[Policy]:
    """The managed policies of a linked role."""
    wanted, rules = actions(), _rules(place)
    made = []
    for name, (description, services) in GROUPS.items():
        mine = [action for action in wanted if action.split(":")[0] in services]
        made.append(Policy(name, description, document_of(statements_for(mine, rules))))
    return made


def boundary(place: Place) -> Policy:
    """The most that a role made by the templates can do."""
    iam = f"arn:{place.partition}:iam::{place.account_id}"
    statements = [
        allow(actions_in(BOUNDARY), Scope()),
        allow(
            ["iam:PassRole"],
            Scope(
                (f"{iam}:role/*-nodes",), (("StringEquals", "iam:PassedToService", ("ec2.amazonaws.com",)),)
            ),
        ),
        allow(
            [
                "iam:AddRoleToInstanceProfile",
                "iam:CreateInstanceProfile",
                "iam:DeleteInstanceProfile",
                "iam:GetInstanceProfile",
                "iam:RemoveRoleFromInstanceProfile",
                "iam:TagInstanceProfile",
            ],
            Scope(tuple(f"{iam}:instance-profile/*-{stage}_*" for stage in STAGES)),
        ),
        allow(
            ["iam:CreateServiceLinkedRole"],
            Scope(("*",), (("StringEquals", "iam:AWSServiceName", ("elasticloadbalancing.amazonaws.com",)),)),
        ),
    ]
    return Policy(
        "boundary", "The most that roles made by Alethia's templates can do", document_of(statements)
    )


def checks(place: Place, region: str) -> list[Check]:
    """What a connection test asks IAM's simulation, in as few questions as there are scopes."""
    asked = []
    for policy in policies(place):
        for statement in policy.document["Statement"]:
            resource = many(statement["Resource"])[0]
            asked.append(
                Check(
                    actions=tuple(many(statement["Action"])),
                    resource=resource if resource == "*" else _example(resource, region),
                    context=_context(statement.get("Condition", {})),
                )
            )
    return asked


GROUPS: dict[str, tuple[str, frozenset[str]]] = {
    "network": ("VPCs and what is in them", frozenset({"ec2"})),
    "cluster": ("EKS and its logs and events", frozenset({"eks", "logs", "events"})),
    "roles": ("The roles of a cluster, under the boundary", frozenset({"iam"})),
    "data": (
        "Databases, caches, tables, secrets and their keys",
        frozenset({"rds", "elasticache", "dynamodb", "secretsmanager", "kms"}),
    ),
    "delivery": (
        "Queues, topics, registries, buckets, domains and web firewalls",
        frozenset({"sqs", "sns", "ecr", "s3", "route53", "acm", "wafv2"}),
    ),
}
"""Policy → what it is for, and its services."""


def _rules(place: Place) -> Rules:
    """Patterns of actions → scopes; the first that fits counts."""

    def arn(service: str, resource: str) -> str:
        return f"arn:{place.partition}:{service}:*:{place.account_id}:{resource}"

    def staged(service: str, kind: str = "") -> tuple[str, ...]:
        return tuple(arn(service, f"{kind}*-{stage}*") for stage in STAGES)

    iam = f"arn:{place.partition}:iam::{place.account_id}"
    roles = tuple(f"{iam}:role/*-{end}" for end in ROLE_ENDS)
    tagged = ("StringEquals", f"aws:ResourceTag/{ZONE_TAG}", (place.zone_id,))
    bounded = ("StringEquals", "iam:PermissionsBoundary", (place.boundary,))
    attachable = (
        "ArnEquals",
        "iam:PolicyARN",
        tuple(f"arn:{place.partition}:iam::aws:policy/{name}" for name in ATTACHABLE),
    )
    buckets = tuple(f"arn:{place.partition}:s3:::*-{stage}-*" for stage in STAGES)
    logs = tuple(arn("logs", f"log-group:{start}*") for start in ("/aws/eks/", "/aws/rds/", "/alethia/"))
    zones = (f"arn:{place.partition}:route53:::hostedzone/*", f"arn:{place.partition}:route53:::change/*")
    ours = [Scope(conditions=(tagged,))]
    return [
        # Tags are given while something is made, to what is ours, and to the security groups that AWS makes.
        (
            "ec2:CreateTags ec2:DeleteTags",
            [
                Scope((arn("ec2", "security-group/*"),)),
                Scope(conditions=(tagged,)),
                Scope(conditions=(("Null", "ec2:CreateAction", ("false",)),)),
            ],
        ),
        (
            """ec2:DeleteVpc ec2:DeleteSubnet ec2:DeleteRouteTable ec2:DeleteInternetGateway
            ec2:DeleteNatGateway ec2:DeleteVpcEndpoints ec2:DeleteFlowLogs ec2:DeleteSecurityGroup
            ec2:DeleteLaunchTemplate ec2:ReleaseAddress""",
            ours,
        ),
        ("kms:ScheduleKeyDeletion kms:PutKeyPolicy kms:DisableKey", ours),
        (
            "kms:CreateGrant kms:RetireGrant",
            [Scope(conditions=(("Bool", "kms:GrantIsForAWSResource", ("true",)),))],
        ),
        (
            "kms:Decrypt kms:GenerateDataKey",
            [
                Scope(
                    conditions=(
                        (
                            "StringLike",
                            "kms:ViaService",
                            ("rds.*.amazonaws.com", "secretsmanager.*.amazonaws.com"),
                        ),
                    )
                )
            ],
        ),
        ("iam:CreateRole iam:PutRolePermissionsBoundary", [Scope(roles, (bounded,))]),
        ("iam:PutRolePolicy iam:DeleteRolePolicy", [Scope(roles, (bounded,))]),
        ("iam:AttachRolePolicy iam:DetachRolePolicy", [Scope(roles, (bounded, attachable))]),
        (
            "iam:UpdateAssumeRolePolicy iam:UpdateRole* iam:DeleteRole iam:UntagRole",
            [Scope(roles, (tagged,))],
        ),
        ("iam:PassRole", [Scope(roles, (("StringEquals", "iam:PassedToService", PASSED_TO),))]),
        (
            "iam:CreateServiceLinkedRole",
            [
                Scope(
                    (f"{iam}:role/aws-service-role/*",),
                    (("StringEquals", "iam:AWSServiceName", SERVICE_ROLES),),
                )
            ],
        ),
        ("iam:*OpenIDConnectProvider*", [Scope((f"{iam}:oidc-provider/oidc.eks.*",))]),
        ("iam:SimulatePrincipalPolicy", [Scope((place.role,))]),
        ("iam:GetRole", [Scope((*roles, place.role))]),
        ("iam:*", [Scope(roles)]),
        ("eks:DescribeAddonVersions", [Scope()]),
        ("eks:*", [Scope(staged("eks", "*/"))]),
        ("logs:DescribeLogGroups", [Scope()]),
        ("logs:*", [Scope(logs)]),
        ("events:*", [Scope(staged("events", "rule/"))]),
        ("rds:Describe*", [Scope()]),
        (
            "rds:*",
            [Scope((*staged("rds", "*:"), arn("rds", "og:default*"), arn("rds", "pg:default*")))],
        ),
        ("dynamodb:*", [Scope(staged("dynamodb", "table/"))]),
        ("secretsmanager:GetRandomPassword", [Scope()]),
        (
            """secretsmanager:CreateSecret secretsmanager:TagResource secretsmanager:DescribeSecret
            secretsmanager:RotateSecret""",
            [Scope((*staged("secretsmanager", "secret:"), arn("secretsmanager", "secret:rds!*")))],
        ),
        ("secretsmanager:*", [Scope(staged("secretsmanager", "secret:"))]),
        ("sqs:*", [Scope(staged("sqs"))]),
        ("sns:*", [Scope(staged("sns"))]),
        ("ecr:*", [Scope(staged("ecr", "repository/"))]),
        ("s3:*", [Scope(buckets)]),
        ("route53:CreateHostedZone route53:ListHostedZones", [Scope()]),
        ("route53:*", [Scope(zones)]),
        ("wafv2:*", [Scope((*staged("wafv2", "*/webacl/"), arn("wafv2", "*/managedruleset/*")))]),
    ]


def _example(pattern: str, region: str) -> str:
    """A resource that a pattern means: the region in the region's place, a name in every other wildcard's."""
    parts = pattern.split(":", 5)
    parts[3] = region if parts[3] == "*" else parts[3]
    return ":".join(parts).replace(f"-{STAGES[0]}*", f"-{STAGES[0]}-x").replace("*", "x")


def _context(conditions: Conditions) -> dict[str, str]:
    """Values under which the conditions hold."""
    context = {}
    for operator, keys in conditions.items():
        for key, wanted in keys.items():
            value = many(wanted)[0]
            context[key] = "CreateVpc" if operator == "Null" else value.replace("*", "eu-west-1")
    return context
