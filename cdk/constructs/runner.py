"""The platform's own runner: a Fargate cluster that is empty until a job needs it.

A task reaches out and nobody reaches in: public subnets with an egress-only security group, so no NAT
gateway costs money while nothing runs. Its role may do nothing; the runner's credential comes through the
task definition's ``secrets``.
"""

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from cdk.constructs.logs import log_group
from cdk.deployment import Deployment, Network

CONTAINER = "runner"
WORK = "/work"
"""The one path that a runner can write to."""

STOP_TIMEOUT = Duration.seconds(120)
"""The most that Fargate gives: terraform stops, the state is committed, the runner reports."""


class Runner(Construct):
    """Cluster, network, image repository, credential and task definition."""

    def __init__(self, scope: Construct, id: str, deployment: Deployment) -> None:
        super().__init__(scope, id)
        runner = deployment.runner
        vpc = self._vpc(runner.network)
        self.cluster = ecs.Cluster(
            self, "Cluster", vpc=vpc, container_insights_v2=ecs.ContainerInsights.DISABLED
        )
        self.security_group = ec2.SecurityGroup(
            self, "Egress", vpc=vpc, description="Alethia runner: out to the internet, nothing in"
        )
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
        self.credential = secretsmanager.Secret(
            self,
            "Credential",
            description="What the platform's runner claims its jobs with",
            generate_secret_string=secretsmanager.SecretStringGenerator(
                password_length=64, exclude_punctuation=True
            ),
        )
        self.task_role = iam.Role(
            self,
            "TaskRole",
            assumed_by=_tasks_of(self),
            description="A running job: may do nothing",
        )
        self.execution_role = iam.Role(
            self, "ExecutionRole", assumed_by=_tasks_of(self), description="Starts a runner's container"
        )
        self.family = f"{deployment.name}-runner"
        self.task_definition = self._task_definition(deployment)

    @property
    def settings(self) -> dict[str, str]:
        """What the dispatcher must know to start a task."""
        return {
            "ecs_cluster": self.cluster.cluster_arn,
            "ecs_task_definition": self.task_definition.task_definition_arn,
            "ecs_subnets": ",".join(self.subnet_ids),
            "ecs_security_groups": self.security_group.security_group_id,
        }

    @property
    def task_definitions_arn(self) -> str:
        """Every revision of the family: a waiting run is dispatched on the one that it began with."""
        return Stack.of(self).format_arn(
            service="ecs", resource="task-definition", resource_name=f"{self.family}:*"
        )

    def _vpc(self, network: Network | None) -> ec2.IVpc:
        if network:
            # Only the id is used; the zones are asked for, and never looked at, when subnets are named.
            return ec2.Vpc.from_vpc_attributes(
                self, "Vpc", vpc_id=network.vpc_id, availability_zones=["a"], public_subnet_ids=["unused"]
            )
        return ec2.Vpc(
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

    def _task_definition(self, deployment: Deployment) -> ecs.FargateTaskDefinition:
        definition = ecs.FargateTaskDefinition(
            self,
            "Task",
            family=self.family,
            cpu=deployment.runner.cpu,
            memory_limit_mib=deployment.runner.memory_mib,
            runtime_platform=ecs.RuntimePlatform(
                cpu_architecture=ecs.CpuArchitecture.ARM64,
                operating_system_family=ecs.OperatingSystemFamily.LINUX,
            ),
            task_role=self.task_role,
            execution_role=self.execution_role,
        )
        # A release makes a new revision; runs under way stay on the one that they are pinned to.
        definition.apply_removal_policy(RemovalPolicy.RETAIN)
        container = definition.add_container(
            CONTAINER,
            image=ecs.ContainerImage.from_ecr_repository(self.repository, deployment.runner.image_tag),
            environment={"HOME": WORK, "ALETHIA_WORK_DIR": f"{WORK}/jobs"},
            secrets={"ALETHIA_RUNNER_CREDENTIAL": ecs.Secret.from_secrets_manager(self.credential)},
            logging=ecs.LogDrivers.aws_logs(
                stream_prefix=CONTAINER, log_group=log_group(self, "Log", deployment.log_days)
            ),
            readonly_root_filesystem=True,
            stop_timeout=STOP_TIMEOUT,
        )
        definition.add_volume(name="work")
        container.add_mount_points(ecs.MountPoint(container_path=WORK, source_volume="work", read_only=False))
        return definition


def _tasks_of(scope: Construct) -> iam.PrincipalBase:
    """ECS tasks of this account, and of no other (the confused deputy)."""
    stack = Stack.of(scope)
    return iam.ServicePrincipal(
        "ecs-tasks.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": stack.account}}
    )
