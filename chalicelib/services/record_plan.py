"""After a PLAN's report: nothing to do, approved by a rule beforehand, or waiting for a person."""

from enum import StrEnum

from ..domain.errors import Conflict, NotFound
from ..domain.lifecycle.job import JobStatus
from ..domain.lifecycle.run import RunEvent, RunStatus
from ..domain.lifecycle.spec import SpecStatus
from ..domain.plan import Counts, PlanResult
from ..domain.run import APPROVE, Decision
from ..domain.zone_rules import ZoneRules
from .approvals import Approvals
from .decisions import Decisions
from .doorbell import SUPERSEDED
from .ports.clock import Clock, iso, unix
from .ports.jobs import JobStore
from .ports.ledger import ChangeSpec, Ledger, MoveRun
from .ports.runs import RunRecord, RunStore
from .ports.spec_reader import SpecReader
from .ports.zones import Zones


class AutoApprove(StrEnum):
    """The deployment's rule for plans that need no person."""

    NEVER = "never"
    NO_DESTROY = "no-destroy"
    """Plans that replace and destroy nothing, in zones that need one approval."""


class RecordPlan:
    """Turns a finished PLAN into where the run goes from there."""

    def __init__(
        self,
        *,
        runs: RunStore,
        jobs: JobStore,
        ledger: Ledger,
        specs: SpecReader,
        zones: Zones,
        approvals: Approvals,
        decisions: Decisions,
        clock: Clock,
        rule: AutoApprove = AutoApprove.NEVER,
    ) -> None:
        self._runs = runs
        self._jobs = jobs
        self._ledger = ledger
        self._specs = specs
        self._zones = zones
        self._approvals = approvals
        self._decisions = decisions
        self._clock = clock
        self._rule = rule

    def record(self, run_id: str, generation: int) -> str:
        """``done`` (nothing to do), ``approved`` or ``awaiting_review``; else the run's status in lower case.

        ``planning`` means that there is no plan to record; ``superseded`` that another execution has the run.
        """
        run = self._run(run_id)
        if run.generation != generation:
            return SUPERSEDED
        if run.status is RunStatus.PLANNING:
            result = self._result(run)
            if result is None:
                return run.status.lower()
            self._commit(run, result)
            run = self._run(run_id)
        if run.status is RunStatus.AWAITING_REVIEW:
            run = self._approve_by_rule(run)
        return run.status.lower()

    def _commit(self, run: RunRecord, result: PlanResult) -> None:
        digest = result.manifest.digest
        now = self._clock.now()
        if result.has_changes:
            zone = self._zones.get(run.zone_id)
            rules = zone.rules if zone else ZoneRules()
            changes = {
                "plan_digest": digest,
                "review_expires_at": unix(now) + rules.review_seconds,
                "approvals_needed": rules.approvals_needed,
                "planner_may_approve": rules.planner_may_approve,
            }
            self._ledger.commit(MoveRun(run.run_id, RunEvent.PLAN_READY, changes))
            return
        spec = self._specs.get(run.spec_id)
        applied = (
            {"applied_config_hash": run.config_hash} if spec and spec.status is SpecStatus.ACTIVE else {}
        )
        reason = "The plan has no changes: everything is as configured."
        self._ledger.commit(
            MoveRun(
                run.run_id,
                RunEvent.NOTHING_TO_DO,
                {"plan_digest": digest, "reason": reason, "ended_at": iso(now)},
            ),
            ChangeSpec(run.spec_id, held_by=run.run_id, release=True, changes=applied),
        )

    def _approve_by_rule(self, run: RunRecord) -> RunRecord:
        """Approve what somebody, or the deployment, approved beforehand; the doubtful waits for a person."""
        result = self._result(run)
        by = self._approved_beforehand_by(run)
        if by is None or result is None or not _gentle(result.summary.counts):
            return run
        decision = Decision(
            verdict=APPROVE,
            by=by,
            at=iso(self._clock.now()),
            plan_digest=result.manifest.digest,
            comment="Approved beforehand: the plan replaces and destroys nothing.",
        )
        try:
            return self._decisions.approve_by_rule(run, decision)
        except Conflict:
            return self._run(run.run_id)

    def _approved_beforehand_by(self, run: RunRecord) -> str | None:
        """Whoever planned, if they asked for it and may still approve; else the deployment's rule."""
        approval = self._approvals.of(run)
        if approval.needed > 1:
            return None
        if run.auto_approve and approval.planner_may_approve:
            return run.created_by
        return f"rule:{self._rule}" if self._rule is AutoApprove.NO_DESTROY else None

    def _result(self, run: RunRecord) -> PlanResult | None:
        assert run.plan_job_id is not None, "only a DEPLOY run has a plan to record"
        job = self._jobs.get(run.plan_job_id)
        plan = self._jobs.plan(run.plan_job_id)
        return plan.result if plan and job and job.status is JobStatus.SUCCESS else None

    def _run(self, run_id: str) -> RunRecord:
        run = self._runs.get(run_id)
        if run is None:
            raise NotFound(f"There is no run {run_id}.")
        return run


def _gentle(counts: Counts) -> bool:
    return counts.replace == 0 and counts.destroy == 0
