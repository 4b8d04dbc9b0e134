"""A zone's runners in its customers' own AWS accounts: deploy, update, destroy."""

from typing import Annotated

from pydantic import Field, StringConstraints

from ..bootstrap import container
from ..domain.job import Job
from ..domain.model import Model
from ..domain.worker import ExistingNetwork, WorkerForm
from ..services.workers import WorkerChanges
from .callers import UserCaller
from .routing import IdempotencyKey, Routes
from .runners import RunnerName

routes = Routes("deployed runners")

Region = Annotated[str, StringConstraints(min_length=1, max_length=32)]
SubnetId = Annotated[str, StringConstraints(pattern=r"^subnet-[0-9a-f]{8,40}$")]


class Network(Model):
    """Subnets of the customer's own, with a way out to the internet."""

    vpc_id: str = Field(pattern=r"^vpc-[0-9a-f]{8,40}$")
    subnet_ids: list[SubnetId] = Field(min_length=1, max_length=16)
    assign_public_ip: bool = Field(
        False, description="For public subnets; private ones reach out through a NAT gateway."
    )


class DeployRunner(Model):
    """What a person says about a runner that is to be deployed."""

    identity_id: str = Field(
        min_length=1, max_length=128, description="The linked AWS account; it needs a worker_role_reference."
    )
    region: Region
    name: RunnerName
    network: Network | None = Field(
        None, description="Left out: a network of its own with two public subnets that nobody can reach."
    )
    cpu: int = Field(1024, ge=1, le=65536, description="Fargate's CPU units of a task: 1024 are one vCPU.")
    memory_mib: int = Field(2048, ge=1, le=1048576, description="Of a task; Fargate ties it to the CPU.")
    log_days: int = Field(90, ge=1, le=3653, description="How long the account keeps the tasks' logs.")

    def form(self) -> WorkerForm:
        """As services take it."""
        network = ExistingNetwork.model_validate(self.network.model_dump()) if self.network else None
        said = self.model_dump(exclude={"network"})
        return WorkerForm.model_validate(said | {"network": network})


class UpdateRunner(Model):
    """What an update changes beside the image; what is left out stays."""

    cpu: int | None = Field(None, ge=1, le=65536)
    memory_mib: int | None = Field(None, ge=1, le=1048576)
    log_days: int | None = Field(None, ge=1, le=3653)
    new_credential: bool = Field(False, description="Replace the runner's credential in the account.")


class DestroyRunner(Model):
    """The runner's name again, as it can't be undone."""

    confirm_name: str = Field(max_length=64)


@routes.post("/api/zones/{zone_id}/runners/deploy", status=202, errors=(409,))
def deploy_runner(
    caller: UserCaller,
    zone_id: str,
    body: DeployRunner,
    idempotency_key: IdempotencyKey,
    request_hash: str,
) -> Job:
    """Deploy a runner into a linked AWS account: a CloudFormation stack there, by one job."""
    return container().workers.deploy(
        caller.principal, zone_id, body.form(), key=idempotency_key, request_hash=request_hash
    )


@routes.post("/api/zones/{zone_id}/runners/{runner_id}/update", status=202, errors=(409,))
def update_runner(
    caller: UserCaller,
    zone_id: str,
    runner_id: str,
    body: UpdateRunner,
    idempotency_key: IdempotencyKey,
    request_hash: str,
) -> Job:
    """Roll a deployed runner to this deployment's image; running tasks go on as they began."""
    changes = WorkerChanges.model_validate(body.model_dump())
    return container().workers.update(
        caller.principal, zone_id, runner_id, changes, key=idempotency_key, request_hash=request_hash
    )


@routes.post("/api/zones/{zone_id}/runners/{runner_id}/destroy", status=202, errors=(409,))
def destroy_runner(
    caller: UserCaller,
    zone_id: str,
    runner_id: str,
    body: DestroyRunner,
    idempotency_key: IdempotencyKey,
    request_hash: str,
) -> Job:
    """Drain a deployed runner, delete its stack, and see that nothing is left in the account."""
    return container().workers.destroy(
        caller.principal,
        zone_id,
        runner_id,
        confirm_name=body.confirm_name,
        key=idempotency_key,
        request_hash=request_hash,
    )
