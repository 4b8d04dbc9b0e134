"""A person's word about a plan: approve or reject. The row decides; the workflow is rung afterwards.

A zone may want several people's approvals. Each is recorded with the plan's digest; the one that completes
the number makes the DEPLOY job, in the transaction that records it. Two that arrive together are recorded one
after the other: who writes names how many decisions were there, and looks again if there is one more.
"""

from ..domain.audit import AuditEntry
from ..domain.errors import Conflict, FieldProblem, InvalidInput, NotFound, StalePlan
from ..domain.lifecycle.job import JobStatus
from ..domain.lifecycle.run import RUN, RunEvent, RunStatus
from ..domain.lifecycle.spec import SpecEvent
from ..domain.run import APPROVE, REJECT, Decision, Run
from ..domain.words import JobType, Role
from .access import Access, Principal
from .approvals import Approval, Approvals, require_not_the_planner
from .audit import Audit
from .doorbell import Doorbell
from .execution_input import deploy_job_id
from .origin import correlate
from .plan_guard import FreshPlan, PlanGuard
from .ports.clock import Clock, iso, unix
from .ports.jobs import JobRecord
from .ports.ledger import (
    ChangeSpec,
    CreateJob,
    ExpectRole,
    ExpectRules,
    Ledger,
    LostRace,
    MoveRun,
    RecordDecision,
    WriteAudit,
)
from .ports.runs import RunRecord, RunStore
from .run_views import RunViews
from .runner_choice import RunnerChoice

TRIES = 12
"""Times that a decision is made anew when the rows move under it: more than approvers can arrive together."""


class Decisions:
    """Approves and rejects plans."""

    def __init__(
        self,
        *,
        runs: RunStore,
        ledger: Ledger,
        guard: PlanGuard,
        access: Access,
        approvals: Approvals,
        audit: Audit,
        views: RunViews,
        doorbell: Doorbell,
        runner_choice: RunnerChoice,
        clock: Clock,
    ) -> None:
        self._runs = runs
        self._ledger = ledger
        self._guard = guard
        self._access = access
        self._approvals = approvals
        self._audit = audit
        self._views = views
        self._doorbell = doorbell
        self._runner_choice = runner_choice
        self._clock = clock

    def approve(
        self,
        principal: Principal,
        run_id: str,
        *,
        plan_digest: str,
        runner: str | None = None,
        comment: str = "",
    ) -> Run:
        """Approve the plan that has this digest. The last approval that the zone needs makes the DEPLOY job.

        Saying the same again answers the same, and counts once.

        Parameters
        ----------
        runner : str or None
            Takes the DEPLOY; of the approval that completes the number.

        Raises
        ------
        Forbidden
            The zone's rules keep this person from approving this plan.
        StalePlan
            The digest, the configuration, the artifact or the state is not what the plan was made of, or
            its time ran out. Nothing is touched.
        WrongStatus
            The run does not await review.
        """
        for _ in range(TRIES):
            run = self._run(run_id)
            self._access.require(principal, run.zone_id, Role.APPROVER)
            decision = self._decision(APPROVE, principal.user, plan_digest, comment)
            said = _said_before(run, decision)
            decisions = run.decisions if said else [*run.decisions, decision]
            if said and (run.status is not RunStatus.AWAITING_REVIEW or self._approvals.of(run).missing):
                return self._views.of(run, principal.user)
            _require_undecided(run, RunEvent.APPROVE, unix(self._clock.now()))
            fresh = self._fresh(run, plan_digest)
            approval = self._approvals.of(run, decisions)
            require_not_the_planner(run, principal.user, approval)
            try:
                self._record(run, decision, decisions, approval, fresh, runner)
            except LostRace:
                continue
            return self._views.of(self._run(run_id), principal.user)
        raise Conflict("The run changes too fast to decide about it. Repeat the request.")

    def approve_by_rule(self, run: RunRecord, decision: Decision) -> RunRecord:
        """What was approved beforehand, by a person or by the deployment's rule: a zone's only approval.

        Raises
        ------
        Conflict
            It isn't enough, or something changed: the plan waits for people.
        """
        _require_undecided(run, RunEvent.APPROVE, unix(self._clock.now()))
        fresh = self._fresh(run, decision.plan_digest)
        decisions = [*run.decisions, decision]
        approval = self._approvals.of(run, decisions)
        by_a_person = decision.by == run.created_by
        if approval.needed > 1 or (by_a_person and approval.missing):
            raise Conflict("The zone's rules want more than what was approved beforehand.")
        try:
            self._apply(run, decision, decisions, approval, fresh, None, by_a_person=by_a_person)
        except LostRace as error:
            raise Conflict("Something changed meanwhile.") from error
        return self._run(run.run_id)

    def reject(self, principal: Principal, run_id: str, *, plan_digest: str, comment: str = "") -> Run:
        """Refuse the plan: the run is over, whoever approved it, and the spec stays what it was."""
        for _ in range(TRIES):
            run = self._run(run_id)
            self._access.require(principal, run.zone_id, Role.APPROVER)
            decision = self._decision(REJECT, principal.user, plan_digest, comment)
            if _said_before(run, decision):
                return self._views.of(run, principal.user)
            _require_undecided(run, RunEvent.REJECT, unix(self._clock.now()))
            if plan_digest != run.plan_digest:
                problem = FieldProblem(("plan_digest",), "this is not the digest of the run's plan")
                raise InvalidInput([problem])
            changes = {
                "decisions": [*run.decisions, decision],
                "reason": f"{principal.user} rejected the plan.",
                "ended_at": decision.at,
            }
            entry = self._entry(run, decision, RunStatus.REJECTED, {})
            try:
                self._ledger.commit(
                    MoveRun(run_id, RunEvent.REJECT, changes, decisions_seen=len(run.decisions)),
                    ChangeSpec(run.spec_id, held_by=run_id, release=True),
                    WriteAudit(entry),
                )
            except LostRace:
                continue
            self._doorbell.review_over(run_id)
            return self._views.of(self._run(run_id), principal.user)
        raise Conflict("The run changes too fast to decide about it. Repeat the request.")

    def _record(
        self,
        run: RunRecord,
        decision: Decision,
        decisions: list[Decision],
        approval: Approval,
        fresh: FreshPlan,
        runner: str | None,
    ) -> None:
        if approval.missing == 0:
            self._apply(run, decision, decisions, approval, fresh, runner)
            return
        counts = {"approvals": f"{len(approval.given_by)} of {approval.needed}"}
        self._ledger.commit(
            RecordDecision(run.run_id, decisions, seen=len(run.decisions)),
            WriteAudit(self._entry(run, decision, run.status, counts)),
        )

    def _apply(
        self,
        run: RunRecord,
        decision: Decision,
        decisions: list[Decision],
        approval: Approval,
        fresh: FreshPlan,
        runner: str | None,
        *,
        by_a_person: bool = True,
    ) -> None:
        """Make the DEPLOY job; all that it was judged by still holds in the transaction."""
        job = self._deploy_job(run, fresh, decision, runner)
        more = {"approvals": f"{approval.needed} of {approval.needed}", "apply_job_id": job.job_id}
        changes = {
            "decisions": decisions,
            "apply_job_id": job.job_id,
            "approvals_needed": approval.needed,
            "planner_may_approve": approval.planner_may_approve,
        }
        entry = self._entry(run, decision, RunStatus.APPROVED, more, by_a_person=by_a_person)
        self._ledger.commit(
            MoveRun(run.run_id, RunEvent.APPROVE, changes, decisions_seen=len(run.decisions)),
            CreateJob(job, fresh.snapshot),
            ChangeSpec(
                run.spec_id,
                held_by=run.run_id,
                event=SpecEvent.QUEUE_DEPLOY,
                config_hash=fresh.spec.config_hash,
            ),
            ExpectRules(run.zone_id, approval.rules_version),
            *(ExpectRole(run.zone_id, user, Role.APPROVER) for user in approval.given_by),
            WriteAudit(entry),
        )
        self._doorbell.review_over(run.run_id)

    def _fresh(self, run: RunRecord, plan_digest: str) -> FreshPlan:
        if plan_digest != run.plan_digest:
            raise StalePlan(
                "The plan that was reviewed is not the plan of this run. Please review it again.",
                details={"changed": ["plan"]},
            )
        assert run.plan_job_id is not None, "only a DEPLOY run awaits review"
        return self._guard.require_fresh(run.plan_job_id, run.plan_digest)

    def _run(self, run_id: str) -> RunRecord:
        run = self._runs.get(run_id)
        if run is None:
            raise NotFound("There is no such thing here, or it is not yours.")
        correlate(run.correlation_id)
        return run

    def _decision(self, verdict: str, user: str, digest: str, comment: str) -> Decision:
        return Decision(
            verdict=verdict, by=user, at=iso(self._clock.now()), plan_digest=digest, comment=comment
        )

    def _entry(
        self,
        run: RunRecord,
        decision: Decision,
        status: RunStatus,
        more: dict[str, str],
        *,
        by_a_person: bool = True,
    ) -> AuditEntry:
        return self._audit.entry(
            run.zone_id,
            actor=f"user:{decision.by}" if by_a_person else decision.by,
            action="run.approved" if decision.verdict == APPROVE else "run.rejected",
            subject=run.run_id,
            before={"status": str(run.status)},
            after={"status": str(status), "plan_digest": decision.plan_digest, **more},
        )

    def _deploy_job(
        self, run: RunRecord, fresh: FreshPlan, decision: Decision, runner: str | None
    ) -> JobRecord:
        return JobRecord(
            job_id=deploy_job_id(run.run_id),
            job_type=JobType.DEPLOY,
            spec_id=run.spec_id,
            zone_id=run.zone_id,
            run_id=run.run_id,
            correlation_id=run.correlation_id,
            status=JobStatus.QUEUED,
            config_hash=fresh.manifest.config_hash,
            plan_job_id=run.plan_job_id,
            runner=self._runner_choice.of(run.zone_id, runner) if runner else run.runner,
            created_at=decision.at,
            created_by=decision.by,
        )


def _said_before(run: RunRecord, decision: Decision) -> bool:
    same = (decision.verdict, decision.by, decision.plan_digest)
    return any((said.verdict, said.by, said.plan_digest) == same for said in run.decisions)


def _require_undecided(run: RunRecord, event: RunEvent, now: int) -> None:
    """The run awaits review, and still has time."""
    expired = run.review_expires_at is not None and run.review_expires_at <= now
    if run.status is RunStatus.EXPIRED or (run.status is RunStatus.AWAITING_REVIEW and expired):
        raise StalePlan(
            "The plan was not decided in time and has expired. Please re-plan.", details={"changed": ["time"]}
        )
    if run.status is RunStatus.REJECTED and event is RunEvent.APPROVE:
        raise StalePlan("The plan was rejected. Please re-plan.", details={"changed": ["decision"]})
    RUN.next(run.status, event)
