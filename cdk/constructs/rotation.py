"""The platform runner's credential, made anew every month; the first time, when the stack is made.

That first rotation is also how the runner is registered: what the secret holds before is a generated value
that proves nobody. Neither value is ever in a template, a log or a row.
"""

from aws_cdk import Stack
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

EVERY_DAYS = 30


class CredentialRotation(Construct):
    """Secrets Manager calls `function` for each step of rotating `secret`."""

    def __init__(
        self, scope: Construct, id: str, *, secret: secretsmanager.ISecret, function: lambda_.Function
    ) -> None:
        super().__init__(scope, id)
        call = lambda_.CfnPermission(
            self,
            "Call",
            action="lambda:InvokeFunction",
            function_name=function.function_arn,
            principal="secretsmanager.amazonaws.com",
            source_account=Stack.of(self).account,
        )
        schedule = secretsmanager.CfnRotationSchedule(
            self,
            "Schedule",
            secret_id=secret.secret_arn,
            rotation_lambda_arn=function.function_arn,
            rotate_immediately_on_update=True,
            rotation_rules=secretsmanager.CfnRotationSchedule.RotationRulesProperty(
                automatically_after_days=EVERY_DAYS
            ),
        )
        schedule.node.add_dependency(call)
