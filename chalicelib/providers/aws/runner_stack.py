"""The stack of a runner in a customer's account, as CloudFormation is told of it.

The template is synthesized from ``cdk/runner_stack.py`` and committed beside this module
(``python -m cdk.runner_stack --write``); nothing at run time knows the CDK.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from chalicelib.domain.worker import TAG, WorkerForm, WorkerOutputs

from .permissions import PATH, ZONE_TAG, boundary_name

FILE = Path(__file__).with_suffix(".json")
ENABLED, DISABLED = "ENABLED", "DISABLED"


@cache
def template() -> str:
    """The template, to be sent as it is; below CloudFormation's 51,200 bytes."""
    return FILE.read_text()


def parameters(form: WorkerForm, runner_id: str, zone_id: str, image: str, role: str) -> dict[str, str]:
    """What the template is filled in with for one runner.

    Parameters
    ----------
    role : str
        ARN of the role that deploys it. One that our setup made may make other roles under its own
        permissions boundary only.
    """
    network = form.network
    public = network is None or network.assign_public_ip
    return {
        "RunnerId": runner_id,
        "ZoneId": zone_id,
        "Image": image,
        "Cpu": str(form.cpu),
        "MemoryMiB": str(form.memory_mib),
        "LogDays": str(form.log_days),
        "VpcId": network.vpc_id if network else "",
        "SubnetIds": ",".join(network.subnet_ids) if network else "",
        "AssignPublicIp": ENABLED if public else DISABLED,
        "Boundary": boundary_of(role),
    }


def boundary_of(role: str) -> str:
    """Name of the boundary that belongs to a worker-deploy role; empty for one of the customer's making."""
    _, ours, name = role.partition(f":role{PATH}")
    return boundary_name(name) if ours else ""


def outputs_of(said: Mapping[str, str]) -> WorkerOutputs:
    """What a stack that stands says of itself.

    Raises
    ------
    ValueError
        It lacks an output: not a stack of this template. Names it.
    """
    wanted = ("ClusterArn", "TaskDefinitionArn", "SubnetIds", "SecurityGroupId", "CredentialSecretArn")
    if missing := [name for name in (*wanted, "AssignPublicIp") if not said.get(name)]:
        raise ValueError(f"The stack does not say its {', '.join(missing)}: it is not a runner's.")
    return WorkerOutputs(
        cluster=said["ClusterArn"],
        task_definition=said["TaskDefinitionArn"],
        subnets=said["SubnetIds"].split(","),
        security_groups=[said["SecurityGroupId"]],
        credential_secret=said["CredentialSecretArn"],
        assign_public_ip=said["AssignPublicIp"] == ENABLED,
    )


def tags(runner_id: str, zone_id: str) -> dict[str, str]:
    """What everything in the stack carries; by these, what a destroy left behind is found."""
    return {TAG: runner_id, ZONE_TAG: zone_id}
