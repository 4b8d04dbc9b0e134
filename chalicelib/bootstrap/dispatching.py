"""Attempts of jobs: how they begin, on whatever does them, and how they end from outside."""

from functools import cached_property
from typing import TYPE_CHECKING

from .rules import Rules

if TYPE_CHECKING:
    from ..services.attempt_start import AttemptStart
    from ..services.doorbell import Doorbell
    from ..services.lost_attempts import LostAttempts
    from ..services.stopped_tasks import StoppedTasks
    from ..services.worker_attempts import WorkerAttempts
    from ..services.worker_ends import WorkerEnds
    from ..services.worker_steps import WorkerSteps
    from ..services.workers import Workers


class Dispatching(Rules):
    """How attempts of jobs begin and end; and the jobs that the control plane does itself."""

    @cached_property
    def doorbell(self) -> "Doorbell":
        """Wakes the workflow."""
        from ..services.doorbell import Doorbell

        return Doorbell(self.workflow, self.job_store, self.run_store)

    @cached_property
    def lost_attempts(self) -> "LostAttempts":
        """Ends attempts that will not report."""
        from ..services.lost_attempts import LostAttempts

        return LostAttempts(
            jobs=self.job_store,
            logs=self.log_store,
            ledger=self.ledger,
            specs=self.spec_reader,
            states=self.state_reader,
            doorbell=self.doorbell,
            runner_wait=self.runner_wait,
            worker_ends=self.worker_ends,
            clock=self.clock,
        )

    @cached_property
    def stopped_tasks(self) -> "StoppedTasks":
        """Takes in the ends of containers."""
        from ..services.stopped_tasks import StoppedTasks

        return StoppedTasks(jobs=self.job_store, lost=self.lost_attempts, clock=self.clock)

    @cached_property
    def attempt_start(self) -> "AttemptStart":
        """Begins attempts."""
        from ..services.attempt_start import AttemptStart

        return AttemptStart(
            jobs=self.job_store,
            ledger=self.ledger,
            tasks=self.runner_tasks,
            doorbell=self.doorbell,
            start_times=self.start_times,
            runner_wait=self.runner_wait,
            clock=self.clock,
        )

    @cached_property
    def worker_ends(self) -> "WorkerEnds":
        """What a job about a deployed runner does to it when it does not succeed."""
        from ..services.worker_ends import WorkerEnds

        return WorkerEnds(self.runners)

    @cached_property
    def worker_attempts(self) -> "WorkerAttempts":
        """Executions of jobs that the control plane does itself."""
        from ..services.worker_attempts import WorkerAttempts

        return WorkerAttempts(
            jobs=self.job_store,
            ledger=self.ledger,
            workflow=self.workflow,
            lost=self.lost_attempts,
            clock=self.clock,
        )

    @cached_property
    def workers(self) -> "Workers":
        """Runners in customers' accounts, for people."""
        from ..services.worker_accounts import WorkerAccounts
        from ..services.workers import Workers

        return Workers(
            jobs=self.job_store,
            runners=self.runners,
            accounts=WorkerAccounts(self.identity_store),
            ledger=self.ledger,
            attempts=self.worker_attempts,
            access=self.access,
            audit=self.audit,
            clock=self.clock,
            image=self.settings.worker_image,
        )

    @cached_property
    def worker_steps(self) -> "WorkerSteps":
        """Steps: deploy and destroy runners in customers' accounts."""
        from ..services.worker_job import WorkerPorts
        from ..services.worker_steps import WorkerSteps

        ports = WorkerPorts(
            jobs=self.job_store,
            logs=self.log_store,
            ledger=self.ledger,
            runners=self.runners,
            stacks=self.customer_stacks,
            queues=self.runner_queues,
            audit=self.audit,
            clock=self.clock,
        )
        return WorkerSteps(ports)
