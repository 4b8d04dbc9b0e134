"""Runs, jobs, runners and the workflow's steps."""

from functools import cached_property
from typing import TYPE_CHECKING

from .dispatching import Dispatching

if TYPE_CHECKING:
    from ..services.check_digests import CheckDigests
    from ..services.component_progress import ComponentProgress
    from ..services.decisions import Decisions
    from ..services.dispatch import Dispatch
    from ..services.finalize import Finalize
    from ..services.jobs import Jobs
    from ..services.logs import Logs
    from ..services.mark_run import MarkRun
    from ..services.plan_guard import PlanGuard
    from ..services.queue import Polls
    from ..services.reconcile import Reconcile
    from ..services.record_plan import RecordPlan
    from ..services.review import Review
    from ..services.runner_protocol import RunnerProtocol
    from ..services.runner_registry import RunnerRegistry
    from ..services.runs import Runs
    from ..services.single_jobs import SingleJobs


class Work(Dispatching):
    """Runs, jobs, runners and the workflow's steps."""

    @cached_property
    def plan_guard(self) -> "PlanGuard":
        """Whether a plan still fits the world."""
        from ..services.plan_guard import PlanGuard

        return PlanGuard(self.job_store, self.spec_reader, self.state_rows, self.metrics)

    @cached_property
    def component_progress(self) -> "ComponentProgress":
        """Components, moved by terraform's events."""
        from ..providers import provider_of
        from ..services.component_progress import ComponentProgress

        return ComponentProgress(self.facts, provider_of, self.clock)

    @cached_property
    def runs(self) -> "Runs":
        """Plans and destroys."""
        from ..services.runs import Runs

        return Runs(
            runs=self.run_store,
            ledger=self.ledger,
            specs=self.spec_reader,
            zones=self.zone_store,
            access=self.access,
            audit=self.audit,
            views=self.run_views,
            doorbell=self.doorbell,
            tasks=self.runner_tasks,
            clock=self.clock,
            runner_choice=self.runner_choice,
        )

    @cached_property
    def decisions(self) -> "Decisions":
        """Approve and reject."""
        from ..services.decisions import Decisions

        return Decisions(
            runs=self.run_store,
            ledger=self.ledger,
            guard=self.plan_guard,
            access=self.access,
            approvals=self.approvals,
            audit=self.audit,
            views=self.run_views,
            doorbell=self.doorbell,
            runner_choice=self.runner_choice,
            clock=self.clock,
        )

    @cached_property
    def jobs(self) -> "Jobs":
        """Jobs, for people."""
        from ..services.jobs import Jobs

        return Jobs(
            jobs=self.job_store,
            runs=self.runs,
            ledger=self.ledger,
            specs=self.spec_reader,
            access=self.access,
            audit=self.audit,
            job_wait=self.job_wait,
            doorbell=self.doorbell,
            tasks=self.runner_tasks,
            worker_ends=self.worker_ends,
            clock=self.clock,
        )

    @cached_property
    def logs(self) -> "Logs":
        """Logs and events, for people."""
        from ..services.logs import Logs

        return Logs(jobs=self.jobs, job_store=self.job_store, logs=self.log_store, clock=self.clock)

    @cached_property
    def runner_protocol(self) -> "RunnerProtocol":
        """Claim, heartbeat and report, for runners."""
        from ..services.claims import Claims
        from ..services.heartbeats import Heartbeats
        from ..services.job_effects import JobEffects
        from ..services.reports import Reports
        from ..services.runner_protocol import RunnerProtocol

        return RunnerProtocol(
            Claims(
                jobs=self.job_store,
                runs=self.run_store,
                ledger=self.ledger,
                runners=self.runners,
                specs=self.spec_reader,
                cloud_access=self.cloud_access,
                guard=self.plan_guard,
                tokens=self.job_tokens,
                doorbell=self.doorbell,
                start_times=self.start_times,
                audit=self.audit,
                clock=self.clock,
            ),
            Heartbeats(
                jobs=self.job_store,
                attempts=self.attempts,
                logs=self.log_store,
                ledger=self.ledger,
                progress=self.component_progress,
                tokens=self.job_tokens,
                clock=self.clock,
            ),
            Reports(
                jobs=self.job_store,
                ledger=self.ledger,
                effects=JobEffects(self.identity_store, self.audit),
                doorbell=self.doorbell,
                clock=self.clock,
            ),
        )

    @cached_property
    def dispatch(self) -> "Dispatch":
        """Step: get a runner."""
        from ..services.dispatch import Dispatch

        return Dispatch(
            jobs=self.job_store,
            runs=self.run_store,
            start=self.attempt_start,
            doorbell=self.doorbell,
        )

    @cached_property
    def runner_registry(self) -> "RunnerRegistry":
        """Runners of zones, for people."""
        from ..services.runner_registry import RunnerRegistry

        return RunnerRegistry(
            runners=self.runners,
            queues=self.runner_queues,
            access=self.access,
            audit=self.audit,
            clock=self.clock,
            platform_runner=self.settings.platform_runner,
        )

    @cached_property
    def polls(self) -> "Polls":
        """Work for self-hosted runners."""
        from ..services.queue import Polls

        return Polls(
            runners=self.runners,
            queues=self.runner_queues,
            audit=self.audit,
            clock=self.clock,
            poll_seconds=self.settings.runner_poll_seconds,
        )

    @cached_property
    def single_jobs(self) -> "SingleJobs":
        """Jobs that are part of no run."""
        from ..services.single_jobs import SingleJobs

        return SingleJobs(
            jobs=self.job_store,
            ledger=self.ledger,
            identities=self.identity_store,
            specs=self.spec_reader,
            access=self.access,
            audit=self.audit,
            start=self.attempt_start,
            runner_choice=self.runner_choice,
            clock=self.clock,
        )

    @cached_property
    def record_plan(self) -> "RecordPlan":
        """Step: what the plan said."""
        from ..services.record_plan import AutoApprove, RecordPlan

        return RecordPlan(
            runs=self.run_store,
            jobs=self.job_store,
            ledger=self.ledger,
            specs=self.spec_reader,
            zones=self.zone_store,
            approvals=self.approvals,
            decisions=self.decisions,
            clock=self.clock,
            rule=AutoApprove(self.settings.auto_approve),
        )

    @cached_property
    def review(self) -> "Review":
        """Step: wait for a person."""
        from ..services.review import Review

        return Review(runs=self.run_store, ledger=self.ledger, doorbell=self.doorbell, clock=self.clock)

    @cached_property
    def check_digests(self) -> "CheckDigests":
        """Step: refuse what went stale."""
        from ..services.check_digests import CheckDigests

        return CheckDigests(
            runs=self.run_store,
            jobs=self.job_store,
            ledger=self.ledger,
            guard=self.plan_guard,
            clock=self.clock,
        )

    @cached_property
    def finalize(self) -> "Finalize":
        """Step: write down what stands."""
        from ..providers import provider_of
        from ..services.finalize import Finalize

        return Finalize(
            runs=self.run_store,
            jobs=self.job_store,
            facts=self.facts,
            ledger=self.ledger,
            provider_of=provider_of,
            clock=self.clock,
        )

    @cached_property
    def mark_run(self) -> "MarkRun":
        """Step: end what did not reach its end."""
        from ..services.mark_run import MarkRun

        return MarkRun(
            runs=self.run_store,
            jobs=self.job_store,
            ledger=self.ledger,
            progress=self.component_progress,
            clock=self.clock,
        )

    @cached_property
    def reconcile(self) -> "Reconcile":
        """Looks after everything that is live."""
        from ..services.reconcile import Reconcile

        return Reconcile(
            jobs=self.job_store,
            runs=self.run_store,
            workflow=self.workflow,
            single_jobs=self.single_jobs,
            attempt_start=self.attempt_start,
            worker_attempts=self.worker_attempts,
            tasks=self.runner_tasks,
            stopped_tasks=self.stopped_tasks,
            lost=self.lost_attempts,
            review=self.review,
            mark_run=self.mark_run,
            doorbell=self.doorbell,
            metrics=self.metrics,
            clock=self.clock,
        )
