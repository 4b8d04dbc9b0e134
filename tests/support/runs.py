"""A zone with a spec, and everything that moves its runs: people, a played workflow, containers and runners.

::

    world.plan(); world.claim(); world.report_plan()     # → AWAITING_REVIEW
    world.approve(); world.claim(); world.start_terraform(); world.report()
    assert world.spec.status == "ACTIVE"

Rows are real (DynamoDB), the state machine is the real file, its functions are the app's; containers are
started in memory, and the terraform state is what a test says it is.
"""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib import bootstrap
from chalicelib.adapters.dynamodb.tables import SpecRow, spec_pk
from chalicelib.domain.job import JobError
from chalicelib.domain.lifecycle.run import RUN
from chalicelib.domain.lifecycle.spec import SpecStatus
from chalicelib.domain.messages import (
    Assignment,
    ClaimRequest,
    EventKind,
    Heartbeat,
    HeartbeatAnswer,
    LogChunk,
    Outcome,
    Report,
    ReportAnswer,
    ResourceEvent,
)
from chalicelib.domain.plan import (
    Action,
    CostEstimate,
    Counts,
    PlanManifest,
    PlanResult,
    PlanSummary,
    StoredObject,
)
from chalicelib.domain.run import Run
from chalicelib.domain.spec import Spec
from chalicelib.domain.state import StateVersion
from chalicelib.domain.words import Phase, Stream
from chalicelib.services.access import Principal
from chalicelib.services.ports.jobs import JobRecord
from chalicelib.services.ports.runs import RunRecord
from chalicelib.services.reconcile import UNEXPECTED

from .builders import NOW, FakeClock, a_form
from .dynamodb import Tables
from .stage import ADA, FakeStates, RunsContainer, Stage, a_zone, an_identity, on_stage


class World(Stage):
    """One spec and its run. Methods act on the newest run, and on the job that it is about."""

    def __init__(self, container: RunsContainer, clock: FakeClock, spec_id: str, zone_id: str) -> None:
        super().__init__(container, clock, zone_id)
        self.spec_id = spec_id
        self.run_id = ""
        self.serial = itertools.count(1)

    # --- what there is ------------------------------------------------------------------------------------

    @property
    def states(self) -> FakeStates:
        states: FakeStates = self.container.state_reader
        return states

    @property
    def spec(self) -> Spec:
        spec = self.container.spec_store.get(self.spec_id)
        assert spec is not None
        return spec

    @property
    def run(self) -> RunRecord:
        run = self.container.run_store.get(self.run_id)
        assert run is not None
        return run

    @property
    def job(self) -> JobRecord:
        run = self.run
        return self.job_of(run.apply_job_id or run.plan_job_id or "")

    @property
    def facts(self) -> dict[str, str]:
        """Component → status."""
        return {
            f"{fact.kind}/{fact.name}": str(fact.status)
            for fact in self.container.facts.of_spec(self.spec_id)
        }

    @property
    def is_free(self) -> bool:
        """Nobody holds the spec, and it is settled."""
        spec = self.spec
        settled = {SpecStatus.DRAFT, SpecStatus.ACTIVE, SpecStatus.FAILED, SpecStatus.DESTROYED}
        return spec.live_run is None and spec.status in settled and spec.settled_status == spec.status

    # --- people -------------------------------------------------------------------------------------------

    def plan(self, **how: Any) -> Run:
        run = self.container.runs.start_plan(ADA, self.spec_id, **how)
        self.run_id = run.run_id
        self.machine.play()
        return run

    def destroy(self, **how: Any) -> Run:
        run = self.container.runs.destroy(ADA, self.spec_id, **{"confirm_project_name": "shop", **how})
        self.run_id = run.run_id
        self.machine.play()
        return run

    def approve(self, by: Principal = ADA, **how: Any) -> Run:
        answer = self.container.decisions.approve(
            by, self.run_id, **{"plan_digest": self.run.plan_digest, **how}
        )
        self.machine.play()
        return answer

    def reject(self, **how: Any) -> Run:
        answer = self.container.decisions.reject(
            ADA, self.run_id, **{"plan_digest": self.run.plan_digest, **how}
        )
        self.machine.play()
        return answer

    def cancel(self) -> None:
        self.container.jobs.cancel(ADA, self.job.job_id)
        self.machine.play()

    def edit(self, **changes: Any) -> None:
        """Change the spec's configuration."""
        spec = self.spec
        body = a_form(**changes, cloud_identity=spec.cloud_identity)
        self.container.specs.edit(ADA, self.spec_id, spec.current_rev, body, f"edit-{spec.current_rev}")

    def set_spec(self, **values: str) -> None:
        row = SpecRow(spec_pk(self.spec_id), "SPEC")
        row.update([getattr(SpecRow, name).set(value) for name, value in values.items()])

    # --- a runner -----------------------------------------------------------------------------------------

    def claim(self, claim_id: str = "claim-0001", **how: Any) -> Assignment:
        job = self.job
        request = ClaimRequest(
            attempt=how.pop("attempt", job.attempt),
            claim_id=claim_id,
            runner_version="1",
            terraform_versions=["1.11.4"],
        )
        answer = self.container.runner_protocol.claim(how.pop("runner", job.runner), job.job_id, request)
        self.machine.play()
        return answer

    def heartbeat(self, **how: Any) -> HeartbeatAnswer:
        job = self.job
        beat = Heartbeat(**{"attempt": job.attempt, "phase": Phase.PLAN, **how})
        return self.container.runner_protocol.heartbeat(job.job_id, beat)

    def start_terraform(self) -> HeartbeatAnswer:
        return self.heartbeat(phase=Phase.APPLY, terraform_started=True)

    def report(self, outcome: Outcome = Outcome.SUCCEEDED, **how: Any) -> ReportAnswer:
        job = self.job
        report = Report(**{"attempt": job.attempt, "outcome": outcome, **how})
        answer = self.container.runner_protocol.report(job.job_id, report)
        self.machine.play()
        return answer

    def report_plan(self, **how: Any) -> ReportAnswer:
        return self.report(plan=self.a_plan(**how))

    def a_plan(
        self, *, create: int = 3, destroy: int = 0, has_changes: bool = True, **manifest: Any
    ) -> PlanResult:
        head = self.states.version
        fields: dict[str, Any] = {
            "config_hash": self.job.config_hash,
            "plan_sha256": "ab" * 32,
            "template_digest": "cd" * 32,
            "provider_lock_digest": "ef" * 32,
            "terraform_version": "1.11.4",
            "state_lineage": head.lineage if head else None,
            "state_serial": head.serial if head else 0,
            "artifact": an_object(f"plan-{next(self.serial)}"),
        }
        return PlanResult(
            manifest=PlanManifest.model_validate(fields | manifest),
            summary=PlanSummary(counts=Counts(create=create, destroy=destroy)),
            has_changes=has_changes,
            cost=CostEstimate(not_estimated="no price list"),
        )

    def task_stops(self, exit_code: int = 137, attempt: int | None = None) -> str:
        job = self.job
        outcome = self.container.stopped_tasks.stopped(
            job.job_id, attempt or job.attempt, f"Essential container in task exited (exit code {exit_code})."
        )
        self.machine.play()
        return outcome

    # --- shortcuts ----------------------------------------------------------------------------------------

    def to_review(self, **how: Any) -> None:
        self.plan()
        self.claim()
        self.report_plan(**how)

    def to_approved(self) -> None:
        self.to_review()
        self.approve()

    def to_applying(self) -> None:
        self.to_approved()
        self.claim()
        self.start_terraform()

    def to_active(self, **outputs: Any) -> None:
        self.to_applying()
        self.report(outputs=outputs)

    def to_destroying(self) -> None:
        self.to_active()
        self.destroy()
        self.claim()
        self.start_terraform()

    def reconcile(self) -> Any:
        done = self.container.reconcile.run()
        assert not [why for why in done.problems.values() if why.startswith(UNEXPECTED)], done.problems
        self.machine.play()
        return done

    def stored_head(self, serial: int = 1) -> StateVersion:
        return StateVersion(
            serial=serial, lineage="lineage-1", sha256="11" * 32, object=an_object("state"), created_at=NOW
        )


def an_object(name: str) -> StoredObject:
    return StoredObject(key=f"zone/{name}", sha256="22" * 32, size=10)


def an_event(
    seq: int, kind: EventKind, address: str, action: Action = Action.CREATE, **more: Any
) -> ResourceEvent:
    resource_type = address.split(".")[-2]
    return ResourceEvent(
        seq=seq, at=NOW, kind=kind, address=address, resource_type=resource_type, action=action, **more
    )


def a_chunk(seq: int, text: str = "…") -> LogChunk:
    return LogChunk(seq=seq, phase=Phase.PLAN, stream=Stream.STDOUT, at=NOW, text=text)


def failed(message: str = "Error: it broke") -> dict[str, Any]:
    return {"outcome": Outcome.FAILED, "error": JobError(step="apply", message=message)}


def over(world: World) -> bool:
    return world.run.status in RUN.terminal


@pytest.fixture
def world(tables: Tables, issuer_folder: Path) -> Iterator[World]:
    """A zone of ada's with one DRAFT spec that is ready to plan."""
    yield from new_world(tables, issuer_folder)


def new_world(tables: Tables, issuer_folder: Path, **form: Any) -> Iterator[World]:
    container, clock = on_stage(tables.settings, issuer_folder)
    zone_id = a_zone(container)
    identity = an_identity(container, zone_id, "Sandbox")
    body = a_form(cloud_identity=identity.identity_id, **form)
    spec = container.specs.create(ADA, zone_id, body, None, "spec-request")
    yield World(container, clock, spec.spec_id, zone_id)
    bootstrap.use(None)
