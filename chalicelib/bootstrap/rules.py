"""What a zone's rules say about runs and jobs: approvals, runners, start times."""

from functools import cached_property
from typing import TYPE_CHECKING

from .storage import Storage

if TYPE_CHECKING:
    from ..services.approvals import Approvals
    from ..services.run_views import JobWait, RunViews
    from ..services.runner_choice import RunnerChoice
    from ..services.runner_wait import RunnerWait
    from ..services.start_times import StartTimes
    from ..services.zone_rules import ZoneRulesService


class Rules(Storage):
    """What a zone's rules say about runs and jobs: approvals, runners, start times."""

    @cached_property
    def approvals(self) -> "Approvals":
        """Whose approvals count."""
        from ..services.approvals import Approvals

        return Approvals(self.zone_store)

    @cached_property
    def zone_rules(self) -> "ZoneRulesService":
        """Rules of zones, for people."""
        from ..services.zone_rules import ZoneRulesService

        return ZoneRulesService(
            zones=self.zone_store,
            ledger=self.ledger,
            access=self.access,
            audit=self.audit,
            runner_choice=self.runner_choice,
            clock=self.clock,
        )

    @cached_property
    def runner_choice(self) -> "RunnerChoice":
        """Which runner takes a job."""
        from ..services.runner_choice import RunnerChoice

        return RunnerChoice(self.runners, self.zone_store, self.settings.platform_runner)

    @cached_property
    def runner_wait(self) -> "RunnerWait":
        """Patience with runners."""
        from ..services.runner_wait import RunnerWait

        return RunnerWait(self.runners, self.zone_store, self.clock, self.settings.platform_runner)

    @cached_property
    def job_wait(self) -> "JobWait":
        """What a job waits for, in words."""
        from ..services.run_views import JobWait

        return JobWait(self.zone_store, self.job_store, self.runner_wait, self.clock)

    @cached_property
    def run_views(self) -> "RunViews":
        """Runs as people see them."""
        from ..services.run_views import RunViews

        return RunViews(self.approvals, self.job_store, self.job_wait)

    @cached_property
    def start_times(self) -> "StartTimes":
        """Change windows, for jobs."""
        from ..services.start_times import StartTimes

        return StartTimes(self.zone_store, self.job_store, self.ledger, self.clock)
