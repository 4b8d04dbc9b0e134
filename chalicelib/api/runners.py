"""A zone's runners, for its people; and the poll of the self-hosted ones."""

from typing import Annotated

from pydantic import Field, StringConstraints

from ..bootstrap import container
from ..domain.messages import PollAnswer, PollRequest
from ..domain.model import Model
from ..domain.runner import RegisteredRunner, Runner, RunnerKind
from ..services.paging import Page, PageRequest
from .callers import RunnerCaller, UserCaller
from .routing import IdempotencyKey, Routes

routes = Routes("runners")


RunnerName = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][\w. -]*$")]


class RunnerForm(Model):
    """What a person says about a new runner."""

    name: RunnerName = Field(description="As people call it: the machine's name, say.")
    kind: RunnerKind = Field(
        RunnerKind.SELF_HOSTED, description="Containers (`fargate`) come with the platform."
    )


@routes.post("/api/zones/{zone_id}/runners", status=201)
def register_runner(
    caller: UserCaller, zone_id: str, body: RunnerForm, idempotency_key: IdempotencyKey, request_hash: str
) -> RegisteredRunner:
    """Register a self-hosted runner; its credential is shown in this answer only."""
    return container().runner_registry.register(
        caller.principal, zone_id, body.name, body.kind, key=idempotency_key, request_hash=request_hash
    )


@routes.get("/api/zones/{zone_id}/runners")
def list_runners(caller: UserCaller, zone_id: str, query: PageRequest) -> Page[Runner]:
    """List the runners that serve a zone, with what each has in hand for it."""
    return container().runner_registry.list(caller.principal, zone_id, query)


@routes.get("/api/zones/{zone_id}/runners/{runner_id}")
def read_runner(caller: UserCaller, zone_id: str, runner_id: str) -> Runner:
    """Read a runner."""
    return container().runner_registry.read(caller.principal, zone_id, runner_id)


@routes.post("/api/zones/{zone_id}/runners/{runner_id}/rotate", errors=(409,))
def rotate_runner(caller: UserCaller, zone_id: str, runner_id: str) -> RegisteredRunner:
    """Give a runner a new credential; the one before ends."""
    return container().runner_registry.rotate(caller.principal, zone_id, runner_id)


@routes.post("/api/zones/{zone_id}/runners/{runner_id}/drain")
def drain_runner(caller: UserCaller, zone_id: str, runner_id: str) -> Runner:
    """Let a runner finish what it has and take nothing more."""
    return container().runner_registry.drain(caller.principal, zone_id, runner_id, draining=True)


@routes.post("/api/zones/{zone_id}/runners/{runner_id}/undrain", errors=(409,))
def undrain_runner(caller: UserCaller, zone_id: str, runner_id: str) -> Runner:
    """Let a runner take jobs again."""
    return container().runner_registry.drain(caller.principal, zone_id, runner_id, draining=False)


@routes.delete("/api/zones/{zone_id}/runners/{runner_id}", errors=(409,))
def delete_runner(caller: UserCaller, zone_id: str, runner_id: str) -> None:
    """End a runner's registration; one that has jobs must be draining."""
    container().runner_registry.delete(caller.principal, zone_id, runner_id)


@routes.post("/api/runners/poll")
def poll_jobs(caller: RunnerCaller, body: PollRequest) -> PollAnswer:
    """Ask which jobs a self-hosted runner may claim."""
    return container().polls.poll(caller.runner_id, body)
