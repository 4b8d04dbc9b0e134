"""The least that the worker-deploy role of a customer's account must allow, as IAM policies.

Two kinds of actions: what CloudFormation does with that role's rights for each type in the runner's stack
and for functions of its template, and what the control plane itself calls. Both are listed here; a test
(``test_worker_permissions.py``) holds the first against AWS's own description of each type, and the second
against the calls in our adapters.

Everything of a runner is named ``alethia-runner-…``, and that is what the role is allowed on. Networks have
no names of their own: they are changed and taken away by the tag of the zone, and tagged only while
CloudFormation makes them. Roles are made under a boundary that leaves them what starting a container takes.
"""

from .permission_data import actions_in
from .permissions import PATH, ZONE_TAG, Place
from .policy_documents import Policy, Rules, Scope, document_of, statements_for

RUNNERS = "alethia-runner-*"
"""Names of all that a runner's stack makes, and of the stack."""

CLOUDFORMATION: dict[str, str] = {
    "AWS::EC2::InternetGateway": """ec2: CreateInternetGateway DescribeInternetGateways DeleteInternetGateway
        CreateTags DeleteTags""",
    "AWS::EC2::Route": """ec2: CreateRoute DescribeRouteTables DescribeNetworkInterfaces ReplaceRoute
        DeleteRoute""",
    "AWS::EC2::RouteTable": """ec2: CreateRouteTable DescribeRouteTables DeleteRouteTable CreateTags
        DeleteTags""",
    "AWS::EC2::SecurityGroup": """ec2: CreateSecurityGroup DescribeSecurityGroups DeleteSecurityGroup
        DescribeInstances AuthorizeSecurityGroupEgress RevokeSecurityGroupEgress
        UpdateSecurityGroupRuleDescriptionsEgress CreateTags DeleteTags""",
    "AWS::EC2::Subnet": """ec2: CreateSubnet DescribeSubnets ModifySubnetAttribute DeleteSubnet
        DescribeNetworkAcls CreateTags DeleteTags""",
    "AWS::EC2::SubnetRouteTableAssociation": """ec2: AssociateRouteTable ReplaceRouteTableAssociation
        DisassociateRouteTable DescribeSubnets DescribeRouteTables""",
    "AWS::EC2::VPC": """ec2: CreateVpc DescribeVpcs DescribeVpcAttribute ModifyVpcAttribute DeleteVpc
        DescribeNetworkAcls DescribeSecurityGroups DescribeVpcEncryptionControls CreateTags DeleteTags""",
    "AWS::EC2::VPCGatewayAttachment": """ec2: AttachInternetGateway DetachInternetGateway
        DescribeInternetGateways DescribeVpnGateways""",
    "AWS::ECS::Cluster": """ecs: CreateCluster DescribeClusters UpdateCluster UpdateClusterSettings
        DeleteCluster TagResource UntagResource ListTagsForResource iam: CreateServiceLinkedRole""",
    "AWS::ECS::TaskDefinition": """ecs: RegisterTaskDefinition DescribeTaskDefinition
        DeregisterTaskDefinition TagResource UntagResource ListTagsForResource iam: GetRole PassRole""",
    "AWS::IAM::Policy": "iam: PutRolePolicy GetRolePolicy DeleteRolePolicy",
    "AWS::IAM::Role": """iam: CreateRole GetRole GetRolePolicy ListRolePolicies ListAttachedRolePolicies
        UpdateRole UpdateRoleDescription UpdateAssumeRolePolicy PutRolePermissionsBoundary PutRolePolicy
        DeleteRolePolicy DeleteRole TagRole UntagRole""",
    "AWS::Logs::LogGroup": """logs: CreateLogGroup DescribeLogGroups PutRetentionPolicy
        DeleteRetentionPolicy DeleteLogGroup GetDataProtectionPolicy DescribeIndexPolicies
        DescribeResourcePolicies TagResource UntagResource ListTagsForResource""",
    "AWS::SecretsManager::Secret": """secretsmanager: CreateSecret DescribeSecret GetRandomPassword
        UpdateSecret DeleteSecret TagResource UntagResource""",
}
"""Type of a resource → what CloudFormation calls to make, read, change, tag and delete it."""

FUNCTIONS: dict[str, str] = {
    "Fn::GetAZs": "ec2: DescribeAvailabilityZones DescribeAccountAttributes DescribeSubnets",
}
"""Function of the template → what CloudFormation asks for its value, as AWS's page on it says."""

OURS = """
    cloudformation: CreateStack UpdateStack DeleteStack DescribeStacks DescribeStackEvents ListStackResources
        TagResource
    ecs: RunTask StopTask DescribeTasks ListTasks DescribeClusters DescribeTaskDefinition ListTaskDefinitions
        DeregisterTaskDefinition DeleteTaskDefinitions TagResource
    iam: PassRole
    ec2: DescribeSubnets
    secretsmanager: PutSecretValue DescribeSecret
    tag: GetResources
"""
"""What the control plane calls as the role."""

BOUNDARY = """
    ecr: GetAuthorizationToken BatchCheckLayerAvailability BatchGetImage GetDownloadUrlForLayer
    logs: CreateLogStream PutLogEvents
    secretsmanager: GetSecretValue DescribeSecret
"""
"""The most that a role of a runner can do: what ECS does to start its container."""

GROUPS: dict[str, tuple[str, frozenset[str]]] = {
    "network": ("The network of a runner", frozenset({"ec2"})),
    "stack": (
        "A runner's stack: its cluster, roles, log and secret",
        frozenset({"cloudformation", "ecs", "iam", "logs", "secretsmanager", "tag"}),
    ),
}
"""Policy → what it is for, and its services."""


def actions() -> list[str]:
    """Every action that the role needs, sorted."""
    asked = (*CLOUDFORMATION.values(), *FUNCTIONS.values(), OURS)
    return sorted({action for text in asked for action in actions_in(text)})


def policies(place: Place) -> list[Policy]:
    """The managed policies of the role."""
    wanted, rules = actions(), _rules(place)
    made = []
    for name, (description, services) in GROUPS.items():
        mine = [action for action in wanted if action.split(":")[0] in services]
        made.append(Policy(name, description, document_of(statements_for(mine, rules))))
    return made


def boundary(place: Place) -> Policy:
    """The most that the roles of a runner can do."""
    rules: Rules = [
        ("logs:*", [Scope((_arn(place, "logs", f"log-group:{RUNNERS}"),))]),
        ("secretsmanager:*", [Scope((_arn(place, "secretsmanager", f"secret:{RUNNERS}"),))]),
    ]
    made = statements_for(actions_in(BOUNDARY), rules)
    return Policy("boundary", "The most that the roles of an Alethia runner can do", document_of(made))


def _arn(place: Place, service: str, resource: str) -> str:
    return f"arn:{place.partition}:{service}:*:{place.account_id}:{resource}"


def _rules(place: Place) -> Rules:
    iam = f"arn:{place.partition}:iam::{place.account_id}"
    roles = (f"{iam}:role{PATH}{RUNNERS}",)
    ours = ("StringEquals", f"aws:ResourceTag/{ZONE_TAG}", (place.zone_id,))
    by_cloudformation = ("ForAnyValue:StringEquals", "aws:CalledVia", ("cloudformation.amazonaws.com",))
    named_ours = ("StringEquals", f"aws:RequestTag/{ZONE_TAG}", (place.zone_id,))
    cluster = _arn(place, "ecs", f"cluster/{RUNNERS}")
    definitions, tasks = (_arn(place, "ecs", f"{kind}/{RUNNERS}") for kind in ("task-definition", "task"))
    in_a_cluster = ("ArnLike", "ecs:cluster", (cluster,))
    passed = ("StringEquals", "iam:PassedToService", ("ecs-tasks.amazonaws.com",))
    return [
        # Networks. What CloudFormation has just made may not carry its tags yet.
        ("ec2:CreateTags", [Scope(conditions=(by_cloudformation, named_ours)), Scope(conditions=(ours,))]),
        (
            """ec2:ModifyVpcAttribute ec2:ModifySubnetAttribute ec2:AuthorizeSecurityGroupEgress
            ec2:RevokeSecurityGroupEgress ec2:UpdateSecurityGroupRuleDescriptionsEgress""",
            [Scope(conditions=(by_cloudformation,))],
        ),
        (
            """ec2:CreateVpc ec2:CreateSubnet ec2:CreateInternetGateway ec2:CreateRouteTable
            ec2:CreateSecurityGroup ec2:Describe*""",
            [Scope()],
        ),
        ("ec2:*", [Scope(conditions=(ours,))]),
        ("cloudformation:*", [Scope((_arn(place, "cloudformation", f"stack/{RUNNERS}/*"),))]),
        # Actions of ECS that AWS knows no resource for.
        (
            """ecs:CreateCluster ecs:RegisterTaskDefinition ecs:DeregisterTaskDefinition
            ecs:DescribeTaskDefinition ecs:ListTaskDefinitions""",
            [Scope()],
        ),
        ("ecs:RunTask", [Scope((definitions,), (in_a_cluster,))]),
        ("ecs:ListTasks", [Scope(conditions=(in_a_cluster,))]),
        ("ecs:*", [Scope((cluster, definitions, tasks))]),
        (
            "iam:CreateRole iam:PutRolePermissionsBoundary iam:PutRolePolicy iam:DeleteRolePolicy",
            [Scope(roles, (("StringEquals", "iam:PermissionsBoundary", (place.boundary,)),))],
        ),
        ("iam:PassRole", [Scope(roles, (passed,))]),
        (
            "iam:CreateServiceLinkedRole",
            [
                Scope(
                    (f"{iam}:role/aws-service-role/ecs.amazonaws.com/*",),
                    (("StringEquals", "iam:AWSServiceName", ("ecs.amazonaws.com",)),),
                )
            ],
        ),
        ("iam:*", [Scope(roles)]),
        ("logs:DescribeLogGroups logs:DescribeResourcePolicies", [Scope()]),
        ("logs:*", [Scope((_arn(place, "logs", f"log-group:{RUNNERS}"),))]),
        ("secretsmanager:GetRandomPassword", [Scope()]),
        ("secretsmanager:*", [Scope((_arn(place, "secretsmanager", f"secret:{RUNNERS}"),))]),
    ]
