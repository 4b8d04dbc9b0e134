"""The Lambda functions of the packaged app, each with a role and a log group of its own."""

from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from cdk.constructs.acknowledged import acknowledge, acknowledge_wildcards
from cdk.constructs.logs import log_group
from cdk.packaging import PYTHON, Package, PackagedFunction

PREFIX = "ALETHIA_"
"""Of every variable that :mod:`chalicelib.settings` reads."""


class Functions(Construct):
    """All functions, by Chalice's names. None may do anything but log until :meth:`allow` says so.

    Parameters
    ----------
    settings : mapping
        What every function is told.
    names : mapping
        Chalice's name → the name in the account, for those that others must know beforehand.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        package: Package,
        settings: Mapping[str, str],
        names: Mapping[str, str],
        log_days: int,
    ) -> None:
        super().__init__(scope, id)
        self._names = names
        zips = {packaged.code for packaged in package.functions.values()}
        self._code = {code: lambda_.Code.from_asset(str(code.path), asset_hash=code.digest) for code in zips}
        self._environment = {PREFIX + name.upper(): value for name, value in sorted(settings.items())}
        self._log_days = log_days
        self.by_name = {
            name: self._function(packaged) for name, packaged in sorted(package.functions.items())
        }
        latest = "Lambda runs the Python that packaged the app: wheels and .pyc files fit no other."
        acknowledge(
            self,
            {
                "AwsSolutions-L1": latest,
                "Serverless-LambdaLatestVersion": latest,
                "Serverless-LambdaDLQ": "Callers wait for an answer and see an error. What events call is "
                "made up for: each minute reconciles anew, and an attempt ends with its lease.",
            },
        )

    def role(self, name: str) -> iam.IRole:
        """As whom one function acts."""
        role = self.by_name[name].role
        assert role is not None, "each function has a role of its own"
        return role

    def allow(self, name: str, *statements: iam.PolicyStatement) -> None:
        """Add to what one function may do."""
        for statement in statements:
            self.by_name[name].add_to_role_policy(statement)

    def _function(self, packaged: PackagedFunction) -> lambda_.Function:
        log = log_group(self, f"{packaged.name}Log", self._log_days)
        role = iam.Role(self, f"{packaged.name}Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        log.grant_write(role)
        acknowledge_wildcards(role, ["*"], "X-Ray's actions know no resource.")
        return lambda_.Function(
            self,
            packaged.name,
            function_name=self._names.get(packaged.name),
            code=self._code[packaged.code],
            handler=packaged.handler,
            runtime=lambda_.Runtime(f"python{PYTHON}", lambda_.RuntimeFamily.PYTHON),
            architecture=lambda_.Architecture.ARM_64,
            memory_size=packaged.memory_mb,
            timeout=Duration.seconds(packaged.timeout_seconds),
            environment=self._environment,
            role=role,
            log_group=log,
            tracing=lambda_.Tracing.ACTIVE,
        )
