"""The platform's own runner: a Fargate cluster that is empty until a job needs it.

A task reaches out and nobody reaches in: public subnets with an egress-only security group, so no NAT
gateway costs money while nothing runs. Its role may do nothing; the runner's credential comes through the
task definition's ``secrets``.
"""

from collections.abc import Sequence

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from cdk.constructs import runner_task
from cdk.constructs.acknowledged import acknowledge, acknowledge_wildcards
from cdk.constructs.logs import log_group
from cdk.deployment import Deployment, Network

THEIR_ROLES = "/alethia/alethia-runner-*"
"""Path and names of the roles that a runner's stack makes in a customer's account (cdk/runner_stack.py)."""


class Runner(Construct):
    """Cluster, network, image repository, credential and task definition."""

    def __init__(self, scope: Construct, id: str, deployment: Deployment) -> None:
        super().__init__(scope, id)
        runner = deployment.runner
        vpc = self._vpc(runner.network, deployment.log_days)
        self.cluster = ecs.Cluster(
            self, "Cluster", vpc=vpc, container_insights_v2=ecs.ContainerInsights.DISABLED
        )
        self.security_group = runner_task.egress_only(self, "Egress", vpc)
        self.subnet_ids = (
            list(runner.network.subnet_ids)
            if runner.network
            else vpc.select_subnets(subnet_type=ec2.SubnetType.PUBLIC).subnet_ids
        )
        self.repository = ecr.Repository(
            self,
            "Images",
            image_scan_on_push=True,
            image_tag_mutability=ecr.TagMutability.IMMUTABLE,
            removal_policy=RemovalPolicy.RETAIN,
        )
        theirs = deployment.customer_runners
        ours = self.repository.repository_uri_for_tag(runner.image_tag) if theirs.accounts else ""
        self._customers_image = theirs.image or ours
        self._let_pull(theirs.accounts)
        self.credential = secretsmanager.Secret(
            self,
            "Credential",
            description="What the platform's runner claims its jobs with",
            generate_secret_string=runner_task.placeholder(),
        )
        self.task_role = runner_task.task_role(self, "TaskRole")
        self.execution_role = runner_task.execution_role(self, "ExecutionRole")
        self.family = f"{deployment.name}-runner"
        self.task_definition = runner_task.task_definition(
            self,
            "Task",
            family=self.family,
            cpu=runner.cpu,
            memory_mib=runner.memory_mib,
            image=ecs.ContainerImage.from_ecr_repository(self.repository, runner.image_tag),
            credential=self.credential,
            log=log_group(self, "Log", deployment.log_days),
            task_role=self.task_role,
            execution_role=self.execution_role,
        )
        acknowledge(
            self,
            {
                "AwsSolutions-ECS2": "The environment says where to work. It holds no secret: the credential "
                "comes through the task definition's secrets.",
                "AwsSolutions-ECS4": "Container Insights is paid by the task; our own metrics count and time "
                "jobs.",
            },
        )
        acknowledge_wildcards(
            self.execution_role, ["*"], "Pulling an image begins with an action that knows no resource."
        )

    def _let_pull(self, accounts: Sequence[str]) -> None:
        """Let runners in these accounts pull the image, as the roles that their stacks make and no others."""
        if not accounts:
            return
        partition = Stack.of(self).partition
        self.repository.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
                principals=[iam.AccountPrincipal(account) for account in accounts],
                conditions={
                    "ArnLike": {
                        "aws:PrincipalArn": [
                            f"arn:{partition}:iam::{account}:role{THEIR_ROLES}" for account in accounts
                        ]
                    }
                },
            )
        )

    @property
    def settings(self) -> dict[str, str]:
        """What the dispatcher must know to start a task."""
        return {
            "ecs_cluster": self.cluster.cluster_arn,
            "ecs_task_definition": self.task_definition.task_definition_arn,
            "ecs_subnets": ",".join(self.subnet_ids),
            "ecs_security_groups": self.security_group.security_group_id,
            "worker_image": self._customers_image,
        }

    @property
    def task_definitions_arn(self) -> str:
        """Every revision of the family: a waiting run is dispatched on the one that it began with."""
        return Stack.of(self).format_arn(
            service="ecs", resource="task-definition", resource_name=f"{self.family}:*"
        )

    def _vpc(self, network: Network | None, log_days: int) -> ec2.IVpc:
        if network:
            # Only the id is used; the zones are asked for, and never looked at, when subnets are named.
            return ec2.Vpc.from_vpc_attributes(
                self, "Vpc", vpc_id=network.vpc_id, availability_zones=["a"], public_subnet_ids=["unused"]
            )
        made = ec2.Vpc(
            self,
            "Vpc",
            max_azs=2,
            nat_gateways=0,
            subnet_configuration=[
                ec2.SubnetConfiguration(
                    name="Runner", subnet_type=ec2.SubnetType.PUBLIC, map_public_ip_on_launch=False
                )
            ],
        )
        made.add_flow_log(
            "Flows",
            destination=ec2.FlowLogDestination.to_cloud_watch_logs(log_group(self, "FlowLog", log_days)),
        )
        return made
