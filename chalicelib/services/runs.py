"""Starting runs: a plan, or a destroy. One transaction makes the rows; then the workflow is told.

If telling it fails, nothing is lost: the reconciler finds a live run without an execution, and starts it.
"""

from collections.abc import Mapping

from ..domain.errors import Conflict, FieldProblem, InvalidInput, NotFound, RunInProgress
from ..domain.ids import id_for
from ..domain.lifecycle.job import JobStatus
from ..domain.lifecycle.run import RUN, RunEvent, RunStatus
from ..domain.lifecycle.spec import SPEC, SpecEvent
from ..domain.run import Run, RunKind
from ..domain.snapshot import canonical_json, sha256_hex
from ..domain.spec import Spec
from ..domain.words import JobType, Role
from .access import Access, Principal
from .doorbell import Doorbell
from .paging import Page, PageRequest
from .ports.clock import Clock, iso
from .ports.jobs import JobRecord
from .ports.ledger import ChangeSpec, CreateJob, CreateRun, Ledger, LostRace, MoveRun, Write
from .ports.runner_tasks import RunnerTasks
from .ports.runs import RunRecord, RunStore
from .ports.spec_reader import SpecReader
from .ports.workflow import Resume
from .runner_choice import RunnerChoice

TRIES = 3
"""Times that a start is decided anew when the rows move under it."""


class Runs:
    """Starts and reads runs."""

    def __init__(
        self,
        *,
        runs: RunStore,
        ledger: Ledger,
        specs: SpecReader,
        access: Access,
        doorbell: Doorbell,
        tasks: RunnerTasks,
        clock: Clock,
        runner_choice: RunnerChoice,
    ) -> None:
        self._runs = runs
        self._ledger = ledger
        self._specs = specs
        self._access = access
        self._doorbell = doorbell
        self._tasks = tasks
        self._clock = clock
        self._runner_choice = runner_choice

    def get(self, principal: Principal, run_id: str) -> Run:
        """One run of a zone that the caller may see."""
        run = self._runs.get(run_id)
        if run is None:
            raise NotFound("There is no such thing here, or it is not yours.")
        self._access.require(principal, run.zone_id, Role.VIEWER)
        return run.public()

    def of_zone(self, principal: Principal, zone_id: str, page: PageRequest) -> Page[Run]:
        """The zone's runs, newest first."""
        self._access.require(principal, zone_id, Role.VIEWER)
        return _public(self._runs.of_zone(zone_id, page.limit, page.cursor))

    def of_spec(self, principal: Principal, spec_id: str, page: PageRequest) -> Page[Run]:
        """The spec's runs, newest first."""
        self._access.require(principal, self._spec(spec_id).zone_id, Role.VIEWER)
        return _public(self._runs.of_spec(spec_id, page.limit, page.cursor))

    def start_plan(
        self,
        principal: Principal,
        spec_id: str,
        *,
        runner: str | None = None,
        idempotency_key: str | None = None,
        auto_approve: bool = False,
    ) -> Run:
        """Plan the spec as it is now; a plan that only waits for review makes room.

        With `auto_approve`, the caller approves beforehand a plan that replaces and destroys nothing, which
        takes the approver's role.

        Raises
        ------
        InvalidInput
            The spec is not ready to plan.
        RunInProgress
            terraform works on the spec; ``details['run_id']`` names the run.
        """
        zone_id = self._spec(spec_id).zone_id
        self._access.require(principal, zone_id, Role.APPROVER if auto_approve else Role.PLANNER)
        asked = {"spec_id": spec_id, "runner": runner, "auto_approve": auto_approve}
        request = _Request(principal, f"POST /api/specs/{spec_id}/plan", idempotency_key, asked)
        return self._start(request, spec_id, JobType.PLAN, runner, auto_approve)

    def destroy(
        self,
        principal: Principal,
        spec_id: str,
        *,
        confirm_project_name: str,
        runner: str | None = None,
        idempotency_key: str | None = None,
    ) -> Run:
        """Destroy everything of the spec. The caller typed the project's name, so that no slip does it."""
        spec = self._spec(spec_id)
        self._access.require(principal, spec.zone_id, Role.APPROVER)
        if confirm_project_name != spec.project_name:
            raise InvalidInput(
                [
                    FieldProblem(
                        ("confirm_project_name",),
                        "this is not the project's name; type it exactly to destroy everything in it",
                    )
                ]
            )
        request = _Request(
            principal,
            f"POST /api/specs/{spec_id}/destroy",
            idempotency_key,
            {"spec_id": spec_id, "runner": runner},
        )
        return self._start(request, spec_id, JobType.DESTROY, runner, auto_approve=False)

    def _spec(self, spec_id: str) -> Spec:
        spec = self._specs.get(spec_id)
        if spec is None:
            raise NotFound("There is no such thing here, or it is not yours.")
        return spec

    def _start(
        self, request: "_Request", spec_id: str, job_type: JobType, runner: str | None, auto_approve: bool
    ) -> Run:
        for _ in range(TRIES):
            before = self._runs.get(request.run_id)
            if before is not None:
                return request.answer_again(before)
            self._specs.require_ready_to_plan(spec_id)
            spec, text, config_hash = self._specs.snapshot(spec_id)
            taken_by = self._runner_choice.of(spec.zone_id, runner)
            run = self._new_run(request, spec, job_type, config_hash, taken_by, auto_approve)
            try:
                replaced = self._commit_start(spec, run, self._new_job(run, job_type, request.hash), text)
            except LostRace:
                continue
            if replaced is not None:
                self._doorbell.review_over(replaced.run_id)
            self._doorbell.begin(run, Resume.APPLY if run.kind is RunKind.DESTROY else Resume.PLAN)
            return run.public()
        raise Conflict("The spec changes too fast to start a run of it. Repeat the request.")

    def _commit_start(self, spec: Spec, run: RunRecord, job: JobRecord, text: str) -> RunRecord | None:
        """Make the rows; the answer is the run that made room."""
        holder = self._runs.get(spec.live_run) if spec.live_run else None
        writes: list[Write] = [CreateJob(job, text), CreateRun(run)]
        if holder is not None and holder.status not in RUN.terminal:
            if holder.status is not RunStatus.AWAITING_REVIEW:
                raise RunInProgress(
                    f"Run {holder.run_id} is at work on this spec ({holder.status}): wait for it, or cancel.",
                    details={"run_id": holder.run_id, "status": str(holder.status)},
                )
            reason = f"A newer run ({run.run_id}) took its place."
            writes.append(
                MoveRun(holder.run_id, RunEvent.SUPERSEDE, {"reason": reason, "ended_at": run.created_at})
            )
        event = SpecEvent.QUEUE_DESTROY if run.kind is RunKind.DESTROY else None
        if event is not None:
            SPEC.next(spec.status, event)
        writes.append(
            ChangeSpec(
                spec.spec_id,
                held_by=spec.live_run,
                hold=run.run_id,
                event=event,
                config_hash=spec.config_hash,
            )
        )
        self._ledger.commit(*writes)
        return holder

    def _new_run(
        self,
        request: "_Request",
        spec: Spec,
        job_type: JobType,
        config_hash: str,
        runner: str,
        auto_approve: bool,
    ) -> RunRecord:
        destroy = job_type is JobType.DESTROY
        return RunRecord(
            run_id=request.run_id,
            kind=RunKind.DESTROY if destroy else RunKind.DEPLOY,
            spec_id=spec.spec_id,
            zone_id=spec.zone_id,
            status=RunStatus.APPROVED if destroy else RunStatus.PLANNING,
            config_hash=config_hash,
            plan_job_id=None if destroy else request.run_id,
            apply_job_id=request.run_id if destroy else None,
            auto_approve=auto_approve,
            runner=runner,
            task_definition=self._tasks.current_definition(runner),
            request_hash=request.hash,
            created_at=iso(self._clock.now()),
            created_by=request.principal.user,
        )

    def _new_job(self, run: RunRecord, job_type: JobType, request_hash: str) -> JobRecord:
        return JobRecord(
            job_id=run.run_id,
            job_type=job_type,
            spec_id=run.spec_id,
            zone_id=run.zone_id,
            run_id=run.run_id,
            status=JobStatus.QUEUED,
            config_hash=run.config_hash,
            runner=run.runner,
            request_hash=request_hash,
            created_at=run.created_at,
            created_by=run.created_by,
        )


class _Request:
    """One person's request, and the run that belongs to it: a repeat with the same key names the same run."""

    def __init__(
        self, principal: Principal, route: str, key: str | None, asked: Mapping[str, object]
    ) -> None:
        self.principal = principal
        self.run_id = id_for("job", f"{principal.user} {route}", key)
        self.hash = sha256_hex(canonical_json(asked))

    def answer_again(self, run: RunRecord) -> Run:
        if run.request_hash != self.hash:
            raise Conflict("This idempotency key was used for a different request.")
        return run.public()


def _public(page: Page[RunRecord]) -> Page[Run]:
    return Page(items=[run.public() for run in page.items], next_cursor=page.next_cursor)
