"""The stack of a runner in a customer's account: one template for everybody, what differs are parameters.

``python -m cdk.runner_stack --write`` synthesizes it into ``chalicelib/providers/aws/runner_stack.json``.
That file is committed: the control plane sends it to the customer's CloudFormation, and has no CDK. Without
``--write`` the template is printed. Either fails on what cdk-nag finds, unless ``CDK_VALIDATION=false``.
A test refuses a file that is not what is synthesized.

Nothing outside of the template is needed: no assets, no bootstrap stack, and no secret of ours (the control
plane puts the runner's credential in the place of a generated one once the stack stands). Logical ids are
plain words, since people read them in the job's log.
"""

import json
import sys
from pathlib import Path
from typing import Any

from aws_cdk import (
    Acknowledgment,
    App,
    BootstraplessSynthesizer,
    CfnCondition,
    CfnElement,
    CfnOutput,
    CfnParameter,
    Fn,
    RemovalPolicy,
    Stack,
    Tags,
    Token,
    Validations,
)
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from cdk.constructs import runner_task
from cdk.constructs.acknowledged import acknowledge
from cdk.constructs.runner_network import RunnerNetwork
from cdk.nag import check_with_nag
from chalicelib.providers.aws.permissions import PATH
from chalicelib.providers.aws.worker_form import LOG_DAYS

FILE = Path(__file__).parent.parent / "chalicelib" / "providers" / "aws" / "runner_stack.json"


class RunnerStack(Stack):
    """Cluster, task definition, roles, log group, security group, secret; and a network if none is named."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(
            scope,
            id,
            synthesizer=BootstraplessSynthesizer(),
            description="A runner of Alethia: containers that plan and apply in this account",
        )
        self._parameters()
        name = f"alethia-{self.runner_id}"
        network = RunnerNetwork(self, "Network", vpc_id=self.vpc, name=name)
        vpc = ec2.Vpc.from_vpc_attributes(
            self,
            "Vpc",
            vpc_id=Fn.condition_if(network.own.logical_id, network.vpc_id, self.vpc).to_string(),
            # Nobody looks at the zones.
            availability_zones=["a"],
        )
        cluster = ecs.Cluster(
            self,
            "Cluster",
            cluster_name=name,
            vpc=vpc,
            container_insights_v2=ecs.ContainerInsights.DISABLED,
        )
        acknowledge(
            cluster, {"AwsSolutions-ECS4": "It would cost more than an idle runner; logs say enough."}
        )
        egress = runner_task.egress_only(self, "Egress", vpc)
        credential = secretsmanager.Secret(
            self,
            "Credential",
            secret_name=f"{name}/credential",
            description="What the runner claims its jobs with; the control plane puts it here",
            generate_secret_string=runner_task.placeholder(),
            removal_policy=RemovalPolicy.DESTROY,
        )
        reason = "An update of the runner makes it anew, when an admin asks: only the control plane knows it."
        acknowledge(credential, {"AwsSolutions-SMG4": reason})
        log = self._log(name)
        task = self._task(name, credential, log)
        # Stack tags reach most of it too; these are there whoever deploys, and however.
        for key, value in (("alethia:runner", self.runner_id), ("alethia:zone", self.zone_id)):
            Tags.of(self).add(key, value, exclude_resource_types=["aws:cdk:stack"])

        own = network.own.logical_id
        outputs = {
            "ClusterArn": cluster.cluster_arn,
            "TaskDefinitionArn": task.task_definition_arn,
            "SubnetIds": Fn.condition_if(own, Fn.join(",", network.subnet_ids), self.subnets).to_string(),
            "SecurityGroupId": egress.security_group_id,
            "CredentialSecretArn": credential.secret_arn,
            "AssignPublicIp": Fn.condition_if(own, "ENABLED", self.public_ip).to_string(),
        }
        for output, value in outputs.items():
            CfnOutput(self, f"{output}Output", value=value).override_logical_id(output)
        self._acknowledge_conditions(egress)

    def _allocate_logical_id(self, cfn_element: CfnElement) -> str:
        """The construct's path in words: ``ExecutionRoleDefaultPolicy``."""
        path = cfn_element.node.path.split("/")[1:]
        return "".join(part for part in path if part != "Resource")

    def _parameters(self) -> None:
        def text(name: str, description: str, **details: Any) -> str:
            parameter = CfnParameter(self, name, type="String", description=description, **details)
            return parameter.value_as_string

        self.runner_id = text(
            "RunnerId", "The runner; everything is named after it", allowed_pattern="runner-[a-z0-9]{1,40}"
        )
        self.zone_id = text(
            "ZoneId", "Alethia zone that the runner belongs to", allowed_pattern="[A-Za-z0-9._-]{1,128}"
        )
        self.image = text("Image", "What its tasks run", allowed_pattern=r"[^\s]+[:@][^\s]+")
        self.cpu = text("Cpu", "CPU units of a task, 1024 for one", default="1024", allowed_pattern="[0-9]+")
        self.memory = text("MemoryMiB", "Memory of a task", default="2048", allowed_pattern="[0-9]+")
        self.log_days = text(
            "LogDays",
            "How long CloudWatch keeps what its tasks wrote",
            default="90",
            allowed_values=[str(days) for days in LOG_DAYS],
        )
        self.vpc = text("VpcId", "Network of the subnets", default="", allowed_pattern="|vpc-[0-9a-f]+")
        self.subnets = text(
            "SubnetIds",
            "Subnets with a way out, commas between; none: a network of its own",
            default="",
            allowed_pattern="|subnet-[0-9a-f]+(,subnet-[0-9a-f]+)*",
        )
        self.public_ip = text(
            "AssignPublicIp",
            "ENABLED for public subnets; the stack's own network always does",
            default="ENABLED",
            allowed_values=["ENABLED", "DISABLED"],
        )
        self.boundary = text(
            "Boundary",
            f"Name of the permissions boundary of its roles, in the path {PATH}; none: no boundary",
            default="",
            allowed_pattern="|[A-Za-z0-9+=,.@_-]{1,128}",
        )

    def _log(self, name: str) -> logs.LogGroup:
        log = logs.LogGroup(self, "Log", log_group_name=name, removal_policy=RemovalPolicy.DESTROY)
        _override(log, "RetentionInDays", self.log_days)
        return log

    def _task(
        self, name: str, credential: secretsmanager.ISecret, log: logs.ILogGroup
    ) -> ecs.FargateTaskDefinition:
        task_role = runner_task.task_role(self, "TaskRole", name=f"{name}-task")
        execution_role = runner_task.execution_role(self, "ExecutionRole", name=f"{name}-execution")
        for statement in _pull(self.image):
            execution_role.add_to_policy(statement)
        reason = (
            "ECR's token has no resource; images are pulled from the account that the image is of, alone."
        )
        acknowledge(execution_role, {"AwsSolutions-IAM5[Resource::*]": reason})
        self._bound(task_role, execution_role)
        task = runner_task.task_definition(
            self,
            "Task",
            family=name,
            cpu=1024,
            memory_mib=2048,
            image=ecs.ContainerImage.from_registry(self.image),
            credential=credential,
            log=log,
            task_role=task_role,
            execution_role=execution_role,
        )
        _override(task, "Cpu", self.cpu)
        _override(task, "Memory", self.memory)
        # Kept for the runs that are pinned to it, unless the stack never came to stand.
        task.apply_removal_policy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        acknowledge(
            task, {"AwsSolutions-ECS2": "Paths, and nothing secret; the credential is no variable here."}
        )
        return task

    def _bound(self, *roles: iam.Role) -> None:
        """Under the boundary, where there is one: nobody can make more of them than a runner needs."""
        bounded = CfnCondition(
            self, "Bounded", expression=Fn.condition_not(Fn.condition_equals(self.boundary, ""))
        )
        arn = self.format_arn(
            service="iam", region="", resource="policy", resource_name=f"{PATH[1:]}{self.boundary}"
        )
        for role in roles:
            made = role.node.default_child
            assert isinstance(made, iam.CfnRole)
            made.path = PATH
            made.permissions_boundary = Fn.condition_if(
                bounded.logical_id, arn, Fn.ref("AWS::NoValue")
            ).to_string()

    def _acknowledge_conditions(self, egress: Construct) -> None:
        """The CDK's own validation takes each branch of a condition as if the other did not exclude it."""
        for scope, rule, reason in (
            (egress, "E1151", "Without a VPC of the customer's, the stack's own is what counts."),
            (self, "W1001", "The subnets are named under the condition that they are made under."),
        ):
            rule_id = f"CloudFormation-Validate::{rule}"
            Validations.of(scope).acknowledge(Acknowledgment(id=rule_id, reason=reason))


def _pull(image: str) -> list[iam.PolicyStatement]:
    """Pull images of the registry that `image` is in: ``{account}.dkr.ecr.{region}.amazonaws.com/…``.

    In another account, its repository's policy must allow it too.
    """
    return [
        iam.PolicyStatement(actions=["ecr:GetAuthorizationToken"], resources=["*"]),
        iam.PolicyStatement(
            actions=["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            resources=["*"],
            conditions={"StringEquals": {"aws:ResourceAccount": Fn.select(0, Fn.split(".", image))}},
        ),
    ]


def _override(construct: Construct, name: str, value: str) -> None:
    """Put a parameter where the construct takes numbers alone."""
    resource = construct.node.default_child
    resource.add_property_override(name, Token.as_any(value))  # type: ignore[union-attr]


def synthesize() -> dict[str, Any]:
    """The template."""
    app = App(analytics_reporting=False, context={"aws:cdk:enable-path-metadata": False})
    RunnerStack(app, "runner")
    check_with_nag(app)
    template: dict[str, Any] = app.synth().stacks[0].template
    return template


def as_text(template: dict[str, Any]) -> str:
    """The template as it is committed: the same each time, to the byte."""
    return json.dumps(template, indent=1, sort_keys=True) + "\n"


def main(arguments: list[str]) -> int:
    """Print the template, or write the committed file."""
    text = as_text(synthesize())
    if "--write" in arguments:
        FILE.write_text(text)
    else:
        sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
