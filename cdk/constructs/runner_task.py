"""What every runner on Fargate has in common, the platform's own and one in a customer's account.

A task reaches out and nobody reaches in. It may do nothing in the account that it runs in; the runner's
credential comes through the task definition's ``secrets``; its root file system is read-only, but for one
scratch volume.
"""

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

CONTAINER = "runner"
WORK = "/work"
"""The one path that a runner can write to."""

STOP_TIMEOUT = Duration.seconds(120)
"""The most that Fargate gives: terraform stops, the state is committed, the runner reports."""


def egress_only(scope: Construct, id: str, vpc: ec2.IVpc) -> ec2.SecurityGroup:
    """A security group that lets everything out and nothing in."""
    return ec2.SecurityGroup(
        scope, id, vpc=vpc, description="Alethia runner: out to the internet, nothing in"
    )


def task_role(scope: Construct, id: str, *, name: str | None = None) -> iam.Role:
    """As whom a job runs: somebody who may do nothing."""
    description = "A running job: may do nothing"
    return iam.Role(scope, id, role_name=name, assumed_by=_tasks_of(scope), description=description)


def execution_role(scope: Construct, id: str, *, name: str | None = None) -> iam.Role:
    """As whom ECS starts the container: who uses it is given what that takes."""
    description = "Starts a runner's container"
    return iam.Role(scope, id, role_name=name, assumed_by=_tasks_of(scope), description=description)


def placeholder() -> secretsmanager.SecretStringGenerator:
    """What a credential's secret holds until the credential is put there."""
    return secretsmanager.SecretStringGenerator(password_length=64, exclude_punctuation=True)


def task_definition(
    scope: Construct,
    id: str,
    *,
    family: str,
    cpu: int,
    memory_mib: int,
    image: ecs.ContainerImage,
    credential: secretsmanager.ISecret,
    log: logs.ILogGroup,
    task_role: iam.IRole,
    execution_role: iam.IRole,
) -> ecs.FargateTaskDefinition:
    """The task that a job runs in. `execution_role` gets the right to read `credential` and to write `log`.

    A release makes a new revision; runs under way stay on the one that they are pinned to, so none is ever
    removed by the stack.
    """
    definition = ecs.FargateTaskDefinition(
        scope,
        id,
        family=family,
        cpu=cpu,
        memory_limit_mib=memory_mib,
        runtime_platform=ecs.RuntimePlatform(
            cpu_architecture=ecs.CpuArchitecture.ARM64,
            operating_system_family=ecs.OperatingSystemFamily.LINUX,
        ),
        task_role=task_role,
        execution_role=execution_role,
    )
    definition.apply_removal_policy(RemovalPolicy.RETAIN)
    container = definition.add_container(
        CONTAINER,
        image=image,
        environment={"HOME": WORK, "ALETHIA_WORK_DIR": f"{WORK}/jobs"},
        secrets={"ALETHIA_RUNNER_CREDENTIAL": ecs.Secret.from_secrets_manager(credential)},
        logging=ecs.LogDrivers.aws_logs(stream_prefix=CONTAINER, log_group=log),
        readonly_root_filesystem=True,
        stop_timeout=STOP_TIMEOUT,
    )
    definition.add_volume(name="work")
    container.add_mount_points(ecs.MountPoint(container_path=WORK, source_volume="work", read_only=False))
    return definition


def _tasks_of(scope: Construct) -> iam.PrincipalBase:
    """ECS tasks of this account and region, and no other account's (the confused deputy)."""
    stack = Stack.of(scope)
    return iam.ServicePrincipal(
        "ecs-tasks.amazonaws.com",
        conditions={
            "StringEquals": {"aws:SourceAccount": stack.account},
            "ArnLike": {"aws:SourceArn": stack.format_arn(service="ecs", resource="*")},
        },
    )
