"""The one role of ours that customers' accounts let in.

Customers' trust policies name it, whichever function acts: functions come and go with releases, and nobody
who linked an account is asked again. A function that acts for a customer becomes this role first, then the
customer's. It may do nothing else.
"""

from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from cdk.constructs.acknowledged import acknowledge_wildcards


class CustomerAccess:
    """The role's names, known before it is there: its trust policy names functions that are told its ARN."""

    def __init__(self, stack: Stack, deployment_name: str) -> None:
        self.name = f"{deployment_name}-customer-access"
        self.arn = stack.format_arn(service="iam", region="", resource="role", resource_name=self.name)


class CustomerAccessRole(Construct):
    """The role itself.

    Parameters
    ----------
    trusted : sequence of str
        ARNs of the roles that may become it.
    """

    def __init__(self, scope: Construct, id: str, *, access: CustomerAccess, trusted: Sequence[str]) -> None:
        super().__init__(scope, id)
        stack = Stack.of(self)
        self.role = iam.Role(
            self,
            "Role",
            role_name=access.name,
            description="Alethia in its customers' accounts: assumes the roles that customers made for it",
            assumed_by=iam.CompositePrincipal(*(iam.ArnPrincipal(arn) for arn in trusted)),
        )
        # Whatever a customer named their role; never one of our own account. An external id is not asked for
        # here: a connection test tries without one, to see that the customer refuses it, and not we.
        theirs = f"arn:{stack.partition}:iam::*:role/*"
        self.role.add_to_policy(
            iam.PolicyStatement(
                actions=["sts:AssumeRole"],
                resources=[theirs],
                conditions={"StringNotEquals": {"aws:ResourceAccount": stack.account}},
            )
        )
        acknowledge_wildcards(
            self.role,
            [theirs],
            "Customers choose their accounts and their roles' names; who lets us in is their trust policy, "
            "which asks for an external id. Roles of our own account are excluded by a condition.",
        )
