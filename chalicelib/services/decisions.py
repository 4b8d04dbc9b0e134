"""A person's word about a plan: approve or reject. The row decides; the workflow is rung afterwards."""

from ..domain.errors import FieldProblem, InvalidInput, NotFound, StalePlan
from ..domain.ids import derived_id
from ..domain.lifecycle.job import JobStatus
from ..domain.lifecycle.run import RUN, RunEvent, RunStatus
from ..domain.lifecycle.spec import SpecEvent
from ..domain.run import Decision, Run
from ..domain.words import JobType, Role
from .access import Access, Principal
from .doorbell import Doorbell
from .plan_guard import FreshPlan, PlanGuard
from .ports.clock import Clock, iso, unix
from .ports.jobs import JobRecord
from .ports.ledger import ChangeSpec, CreateJob, Ledger, LostRace, MoveRun
from .ports.runs import RunRecord, RunStore
from .runner_choice import RunnerChoice

APPROVE, REJECT = "approve", "reject"


class Decisions:
    """Approves and rejects plans."""

    def __init__(
        self,
        *,
        runs: RunStore,
        ledger: Ledger,
        guard: PlanGuard,
        access: Access,
        doorbell: Doorbell,
        runner_choice: RunnerChoice,
        clock: Clock,
    ) -> None:
        self._runs = runs
        self._ledger = ledger
        self._guard = guard
        self._access = access
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
        """Approve the plan that has this digest: its DEPLOY job is made, and the spec is QUEUED.

        Saying the same again answers the same.

        Raises
        ------
        StalePlan
            The digest, the configuration, the artifact or the state is not what the plan was made of, or
            its time ran out. Nothing is touched.
        WrongStatus
            The run does not await review.
        """
        run = self._run(run_id)
        self._access.require(principal, run.zone_id, Role.APPROVER)
        if _said_before(run, APPROVE, principal.user, plan_digest):
            return run.public()
        decision = self._decision(APPROVE, principal.user, plan_digest, comment)
        return self.record_approval(run, decision, runner=runner).public()

    def record_approval(self, run: RunRecord, decision: Decision, *, runner: str | None = None) -> RunRecord:
        """What an approval does, whoever (or whichever rule) gave it."""
        _require_undecided(run, RunEvent.APPROVE, unix(self._clock.now()))
        if decision.plan_digest != run.plan_digest:
            raise StalePlan(
                "The plan that was reviewed is not the plan of this run. Please review it again.",
                details={"changed": ["plan"]},
            )
        assert run.plan_job_id is not None, "only a DEPLOY run awaits review"
        fresh = self._guard.require_fresh(run.plan_job_id, run.plan_digest)
        job = self._deploy_job(run, fresh, decision, runner)
        try:
            self._ledger.commit(
                MoveRun(
                    run.run_id,
                    RunEvent.APPROVE,
                    {"decisions": [*run.decisions, decision], "apply_job_id": job.job_id},
                ),
                CreateJob(job, fresh.snapshot),
                ChangeSpec(
                    run.spec_id,
                    held_by=run.run_id,
                    event=SpecEvent.QUEUE_DEPLOY,
                    config_hash=fresh.spec.config_hash,
                ),
            )
        except LostRace:
            now = self._run(run.run_id)
            if not _said_before(now, decision.verdict, decision.by, decision.plan_digest):
                # Somebody decided, or edited the spec, in this very moment: say which.
                _require_undecided(now, RunEvent.APPROVE, unix(self._clock.now()))
                self._guard.require_fresh(run.plan_job_id, run.plan_digest)
                raise
        self._doorbell.review_over(run.run_id)
        return self._run(run.run_id)

    def reject(self, principal: Principal, run_id: str, *, plan_digest: str, comment: str = "") -> Run:
        """Refuse the plan: the run is over, and the spec stays what it was."""
        run = self._run(run_id)
        self._access.require(principal, run.zone_id, Role.APPROVER)
        if _said_before(run, REJECT, principal.user, plan_digest):
            return run.public()
        _require_undecided(run, RunEvent.REJECT, unix(self._clock.now()))
        if plan_digest != run.plan_digest:
            raise InvalidInput([FieldProblem(("plan_digest",), "this is not the digest of the run's plan")])
        decision = self._decision(REJECT, principal.user, plan_digest, comment)
        try:
            self._ledger.commit(
                MoveRun(
                    run_id,
                    RunEvent.REJECT,
                    {
                        "decisions": [*run.decisions, decision],
                        "reason": f"{principal.user} rejected the plan.",
                        "ended_at": decision.at,
                    },
                ),
                ChangeSpec(run.spec_id, held_by=run_id, release=True),
            )
        except LostRace:
            now = self._run(run_id)
            if not _said_before(now, REJECT, principal.user, plan_digest):
                _require_undecided(now, RunEvent.REJECT, unix(self._clock.now()))
                raise
        self._doorbell.review_over(run_id)
        return self._run(run_id).public()

    def _run(self, run_id: str) -> RunRecord:
        run = self._runs.get(run_id)
        if run is None:
            raise NotFound("There is no such thing here, or it is not yours.")
        return run

    def _decision(self, verdict: str, user: str, digest: str, comment: str) -> Decision:
        return Decision(
            verdict=verdict, by=user, at=iso(self._clock.now()), plan_digest=digest, comment=comment
        )

    def _deploy_job(
        self, run: RunRecord, fresh: FreshPlan, decision: Decision, runner: str | None
    ) -> JobRecord:
        return JobRecord(
            job_id=derived_id("job", run.run_id, "deploy"),
            job_type=JobType.DEPLOY,
            spec_id=run.spec_id,
            zone_id=run.zone_id,
            run_id=run.run_id,
            status=JobStatus.QUEUED,
            config_hash=fresh.manifest.config_hash,
            plan_job_id=run.plan_job_id,
            runner=self._runner_choice.of(run.zone_id, runner) if runner else run.runner,
            created_at=decision.at,
            created_by=decision.by,
        )


def _said_before(run: RunRecord, verdict: str, user: str, digest: str) -> bool:
    return any((said.verdict, said.by, said.plan_digest) == (verdict, user, digest) for said in run.decisions)


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
