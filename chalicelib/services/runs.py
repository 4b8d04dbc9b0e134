"""Starting runs: a plan, or a destroy. One transaction makes the rows; then the workflow is told.

If telling it fails, nothing is lost: the reconciler finds a live run without an execution, and starts it.
"""

from ..domain.errors import Conflict, FieldProblem, Forbidden, InvalidInput, NotFound, RunInProgress
from ..domain.lifecycle.run import RUN, RunEvent, RunStatus
from ..domain.lifecycle.spec import SPEC, SpecEvent
from ..domain.run import Run, RunKind
from ..domain.spec import Spec
from ..domain.words import JobType, Role
from ..domain.zone import Zone
from .access import Access, Principal
from .approvals import require_may_approve_beforehand
from .audit import Audit
from .doorbell import Doorbell
from .origin import correlate, new_correlation_id
from .paging import Page, PageRequest
from .ports.clock import Clock, iso
from .ports.ledger import (
    ChangeSpec,
    CreateJob,
    CreateRun,
    ExpectRole,
    ExpectRules,
    Ledger,
    LostRace,
    MoveRun,
    Write,
)
from .ports.runner_tasks import RunnerTasks
from .ports.runs import RunRecord, RunStore
from .ports.spec_reader import SpecReader
from .ports.workflow import Resume
from .ports.zones import Zones
from .run_requests import RunRequest, first_job, started_entries
from .run_views import RunViews
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
        zones: Zones,
        access: Access,
        audit: Audit,
        views: RunViews,
        doorbell: Doorbell,
        tasks: RunnerTasks,
        clock: Clock,
        runner_choice: RunnerChoice,
    ) -> None:
        self._runs = runs
        self._ledger = ledger
        self._specs = specs
        self._zones = zones
        self._access = access
        self._audit = audit
        self._views = views
        self._doorbell = doorbell
        self._tasks = tasks
        self._clock = clock
        self._runner_choice = runner_choice

    def get(self, principal: Principal, run_id: str) -> Run:
        """One run of a zone that the caller may see, with what it waits for."""
        run = self._runs.get(run_id)
        if run is None:
            raise NotFound("There is no such thing here, or it is not yours.")
        self._access.require(principal, run.zone_id, Role.VIEWER)
        return self._views.of(run, principal.user)

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
        background: bool = False,
        rerun_of: str | None = None,
    ) -> Run:
        """Plan the spec as it is now; a plan that only waits for review makes room.

        Parameters
        ----------
        auto_approve : bool
            The caller approves beforehand a plan that replaces and destroys nothing. It takes the approver's
            role, and a zone whose rules want no more than that.
        background : bool
            Nobody waits for it (a check for drift): runners take it after everything else.
        rerun_of : str or None
            The job whose work this does anew.

        Raises
        ------
        Forbidden
            The zone's rules leave no room for an approval beforehand.
        InvalidInput
            The spec is not ready to plan.
        RunInProgress
            terraform works on the spec; ``details['run_id']`` names the run.
        """
        zone_id = self._spec(spec_id).zone_id
        self._access.require(principal, zone_id, Role.APPROVER if auto_approve else Role.PLANNER)
        if auto_approve:
            require_may_approve_beforehand(self._zone(zone_id).rules)
        return self._start(
            RunRequest(
                principal,
                spec_id,
                JobType.PLAN,
                key=idempotency_key,
                runner=runner,
                auto_approve=auto_approve,
                background=background,
                rerun_of=rerun_of,
            )
        )

    def destroy(
        self,
        principal: Principal,
        spec_id: str,
        *,
        confirm_project_name: str,
        runner: str | None = None,
        idempotency_key: str | None = None,
        rerun_of: str | None = None,
    ) -> Run:
        """Destroy everything of the spec. The caller typed the project's name, so that no slip does it.

        Raises
        ------
        Forbidden
            The zone needs several approvals for an apply; a destroy, which has no plan, then takes an admin.
        """
        spec = self._spec(spec_id)
        self._require_may_destroy(principal, spec.zone_id)
        if confirm_project_name != spec.project_name:
            raise InvalidInput(
                [
                    FieldProblem(
                        ("confirm_project_name",),
                        "this is not the project's name; type it exactly to destroy everything in it",
                    )
                ]
            )
        return self._start(
            RunRequest(
                principal,
                spec_id,
                JobType.DESTROY,
                key=idempotency_key,
                runner=runner,
                rerun_of=rerun_of,
            )
        )

    def _zone(self, zone_id: str) -> Zone:
        zone = self._zones.get(zone_id)
        if zone is None:
            raise NotFound("There is no such thing here, or it is not yours.")
        return zone

    def _require_may_destroy(self, principal: Principal, zone_id: str) -> list[Write]:
        """The conditions under which this person may; :class:`Forbidden` if they may not."""
        held = self._access.require(principal, zone_id, Role.APPROVER)
        zone = self._zone(zone_id)
        needed = zone.rules.approvals_needed
        if needed > 1 and not held.includes(Role.ADMIN):
            raise Forbidden(
                f"This zone needs {needed} approvals for an apply. A destroy has no plan that could be "
                f"approved, so it takes the role {Role.ADMIN}; yours is {held}. Ask a zone admin.",
                details={"rule": "approvals_needed", "needed": str(Role.ADMIN), "held": str(held)},
            )
        role = Role.ADMIN if needed > 1 else Role.APPROVER
        return [ExpectRules(zone_id, zone.rules_version), ExpectRole(zone_id, principal.user, role)]

    def _spec(self, spec_id: str) -> Spec:
        spec = self._specs.get(spec_id)
        if spec is None:
            raise NotFound("There is no such thing here, or it is not yours.")
        return spec

    def _start(self, request: RunRequest) -> Run:
        for _ in range(TRIES):
            before = self._runs.get(request.run_id)
            if before is not None:
                return self._views.of(request.answer_again(before), request.principal.user)
            self._specs.require_ready_to_plan(request.spec_id)
            spec, text, config_hash = self._specs.snapshot(request.spec_id)
            run = self._new_run(request, spec, config_hash)
            correlate(run.correlation_id)
            guards: list[Write] = []
            if run.kind is RunKind.DESTROY:
                guards = self._require_may_destroy(request.principal, spec.zone_id)
            try:
                replaced = self._commit_start(spec, run, request, text, guards)
            except LostRace:
                continue
            if replaced is not None:
                self._doorbell.review_over(replaced.run_id)
            self._doorbell.begin(run, Resume.APPLY if run.kind is RunKind.DESTROY else Resume.PLAN)
            return self._views.of(run, request.principal.user)
        raise Conflict("The spec changes too fast to start a run of it. Repeat the request.")

    def _commit_start(
        self, spec: Spec, run: RunRecord, request: RunRequest, text: str, guards: list[Write]
    ) -> RunRecord | None:
        """Make the rows; the answer is the run that made room."""
        holder = self._runs.get(spec.live_run) if spec.live_run else None
        job = first_job(run, request)
        writes: list[Write] = [CreateJob(job, text), CreateRun(run), *guards]
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
        else:
            holder = None
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
        writes += started_entries(self._audit, run, request, holder)
        self._ledger.commit(*writes)
        return holder

    def _new_run(self, request: RunRequest, spec: Spec, config_hash: str) -> RunRecord:
        destroy = request.job_type is JobType.DESTROY
        rules = self._zone(spec.zone_id).rules
        runner = self._runner_choice.of(spec.zone_id, request.runner)
        return RunRecord(
            run_id=request.run_id,
            kind=RunKind.DESTROY if destroy else RunKind.DEPLOY,
            spec_id=spec.spec_id,
            zone_id=spec.zone_id,
            status=RunStatus.APPROVED if destroy else RunStatus.PLANNING,
            correlation_id=new_correlation_id(),
            config_hash=config_hash,
            plan_job_id=None if destroy else request.run_id,
            apply_job_id=request.run_id if destroy else None,
            auto_approve=request.auto_approve,
            approvals_needed=rules.approvals_needed,
            planner_may_approve=rules.planner_may_approve,
            runner=runner,
            task_definition=self._tasks.current_definition(runner),
            request_hash=request.hash,
            created_at=iso(self._clock.now()),
            created_by=request.principal.user,
        )


def _public(page: Page[RunRecord]) -> Page[Run]:
    return Page(items=[run.public() for run in page.items], next_cursor=page.next_cursor)
