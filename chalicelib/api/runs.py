"""Runs: plan, review, apply, destroy."""

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from ..bootstrap import container
from ..domain.errors import FieldProblem, InvalidInput
from ..domain.ids import ID_PATTERN
from ..domain.model import Model
from ..domain.run import Run
from ..services.paging import Page, PageRequest
from .callers import UserCaller
from .routing import IdempotencyKey, Routes

routes = Routes("runs")

RunnerId = Annotated[str, StringConstraints(max_length=128)]
RUNNER = Field(None, description="Id of the runner that takes the jobs; the platform's without it.")
COMMENT = Field("", max_length=2000)
DIGEST = Field(pattern=r"^[0-9a-f]{64}$", description="plan_digest of the run: the plan that you looked at.")


class PlanRequest(Model):
    """How to plan."""

    runner: RunnerId | None = RUNNER
    auto_approve: bool = Field(
        False,
        description="Approve beforehand a plan that replaces and destroys nothing (approvers only, in zones "
        "that need one approval and let who planned give it).",
    )
    background: bool = Field(
        False, description="Nobody waits for it, as for a check for drift: runners take it last."
    )


class Approval(Model):
    """Apply exactly this plan."""

    plan_digest: str = DIGEST
    runner: RunnerId | None = RUNNER
    comment: str = COMMENT


class Rejection(Model):
    """Don't apply this plan."""

    plan_digest: str = DIGEST
    comment: str = COMMENT


class DestroyRequest(Model):
    """Destroy everything of a spec."""

    confirm_project_name: str = Field(max_length=64, description="The project's name, typed once more.")
    runner: RunnerId | None = RUNNER


class ListOf(PageRequest):
    """Whose: of a zone, or of a spec."""

    zone_id: str | None = Field(None, pattern=ID_PATTERN)
    spec_id: str | None = Field(None, pattern=ID_PATTERN)

    @model_validator(mode="after")
    def _one_of_two(self) -> "ListOf":
        if (self.zone_id is None) == (self.spec_id is None):
            raise ValueError("give zone_id or spec_id, one of the two")
        return self


@routes.post("/api/specs/{spec_id}/plan", status=202, errors=(409,))
def plan_spec(caller: UserCaller, spec_id: str, body: PlanRequest, idempotency_key: IdempotencyKey) -> Run:
    """Plan a spec; a plan of it that only waits for review makes room."""
    return container().runs.start_plan(
        caller.principal,
        spec_id,
        runner=body.runner,
        auto_approve=body.auto_approve,
        background=body.background,
        idempotency_key=idempotency_key,
    )


@routes.post("/api/specs/{spec_id}/destroy", status=202, errors=(409,))
def destroy_spec(
    caller: UserCaller, spec_id: str, body: DestroyRequest, idempotency_key: IdempotencyKey
) -> Run:
    """Destroy everything of a spec."""
    return container().runs.destroy(
        caller.principal,
        spec_id,
        confirm_project_name=body.confirm_project_name,
        runner=body.runner,
        idempotency_key=idempotency_key,
    )


@routes.get("/api/runs")
def list_runs(caller: UserCaller, query: ListOf) -> Page[Run]:
    """List the runs of a zone or of a spec, newest first."""
    page = PageRequest(limit=query.limit, cursor=query.cursor)
    if query.spec_id is not None:
        return container().runs.of_spec(caller.principal, query.spec_id, page)
    return container().runs.of_zone(caller.principal, whose_zone(query), page)


@routes.get("/api/runs/{run_id}")
def read_run(caller: UserCaller, run_id: str) -> Run:
    """Read a run, with the approvals that are missing and what it waits for."""
    return container().runs.get(caller.principal, run_id)


@routes.post("/api/runs/{run_id}/approve", errors=(409,))
def approve_run(caller: UserCaller, run_id: str, body: Approval) -> Run:
    """Approve a run's plan. Once the zone's number of people did, it is applied, exactly as reviewed."""
    return container().decisions.approve(
        caller.principal, run_id, plan_digest=body.plan_digest, runner=body.runner, comment=body.comment
    )


@routes.post("/api/runs/{run_id}/reject", errors=(409,))
def reject_run(caller: UserCaller, run_id: str, body: Rejection) -> Run:
    """Reject a run's plan: nothing is touched."""
    return container().decisions.reject(
        caller.principal, run_id, plan_digest=body.plan_digest, comment=body.comment
    )


def whose_zone(query: ListOf) -> str:
    """The zone of a list that is not a spec's."""
    if query.zone_id is None:
        raise InvalidInput([FieldProblem(("zone_id",), "give zone_id or spec_id, one of the two")])
    return query.zone_id
