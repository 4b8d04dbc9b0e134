"""A runner in a customer's account, deployed by us: a CloudFormation stack, and what its outputs say.

The stack is one template for everybody (:data:`chalicelib.providers.aws.runner_stack`); what differs are its
parameters. A zone has at most one such runner in an account and region, and the runner's id is made of the
three, so that a second one can't be.
"""

from pydantic import Field

from .ids import derived_id
from .lifecycle.worker import WorkerStatus
from .model import Model

TAG = "alethia:runner"
"""Key of the tag that everything in the stack carries; its value is the runner's id."""


class ExistingNetwork(Model):
    """Subnets of the customer's own; they need a way out to the internet."""

    vpc_id: str = Field(pattern=r"^vpc-[0-9a-f]+$")
    subnet_ids: list[str] = Field(min_length=1, max_length=16)
    assign_public_ip: bool = False
    """For public subnets; private ones reach out through a NAT gateway."""


class WorkerForm(Model):
    """What a person says about a runner that is to be deployed."""

    identity_id: str
    region: str
    name: str
    network: ExistingNetwork | None = None
    """``None``: a VPC of its own with two public subnets, which nobody can reach, and no NAT gateway."""
    cpu: int = 1024
    memory_mib: int = 2048
    log_days: int = 90


class WorkerOutputs(Model):
    """What the stack says of itself once it stands: where tasks are started."""

    cluster: str
    task_definition: str
    """ARN of the revision that new runs are pinned to."""
    subnets: list[str]
    security_groups: list[str]
    credential_secret: str
    """ARN of the secret that holds the runner's credential."""
    assign_public_ip: bool = True


class Worker(Model):
    """A deployed runner's stack."""

    status: WorkerStatus
    job_id: str
    """The job that has it in hand, or had it last."""
    form: WorkerForm
    account_id: str
    role: str
    """As whom we deploy it and start its tasks: the identity's ``worker_role_reference``."""
    external_id: str
    stack_name: str
    stack_id: str | None = None
    image: str
    """What its tasks run, or are to run once its job is done."""
    outputs: WorkerOutputs | None = None
    problem: str | None = None
    """Why the last job failed, in one sentence."""


class StackEvent(Model):
    """One of CloudFormation's own events, about one resource."""

    event_id: str
    at: str
    logical_id: str
    resource_type: str
    status: str
    """CloudFormation's word: ``CREATE_IN_PROGRESS``, ``DELETE_COMPLETE`` …"""
    reason: str | None = None


class StackFacts(Model):
    """How a stack stands."""

    stack_id: str
    status: str
    """CloudFormation's word: ``CREATE_COMPLETE``, ``UPDATE_ROLLBACK_COMPLETE`` …"""
    reason: str | None = None
    outputs: dict[str, str] = {}
    resources: int = 0
    """How many resources its template has made, or is making."""


def worker_id(zone_id: str, account_id: str, region: str) -> str:
    """The id of the one runner that a zone may deploy there."""
    return derived_id("runner", "worker", zone_id, account_id, region)


def stack_name(runner_id: str) -> str:
    """Name of the stack, of its cluster, and the beginning of every other name in it."""
    return f"alethia-{runner_id}"
