"""Which runner takes a run's jobs: the one a person chose, if it serves the zone; else the platform's."""

from ..domain.errors import FieldProblem, InvalidInput
from .ports.runners import Runners


class RunnerChoice:
    """Resolves the ``runner`` of a request."""

    def __init__(self, runners: Runners, platform_runner: str) -> None:
        self._runners = runners
        self._platform_runner = platform_runner

    def of(self, zone_id: str, chosen: str | None) -> str:
        """The id of the runner (:class:`InvalidInput` when the zone has no such runner)."""
        if chosen is None or chosen == self._platform_runner:
            return self._platform_runner
        runner = self._runners.get(chosen)
        if runner is None or runner.zone_id not in (None, zone_id):
            sentence = "this zone has no such runner; choose one of its own, or leave it out"
            raise InvalidInput([FieldProblem(("runner",), sentence)])
        return chosen
