"""Which runner takes a job: the one a person chose, if it serves the zone; else the zone's default.

``any`` means whichever self-hosted runner of the zone asks first.
"""

from typing import NoReturn

from ..domain.errors import FieldProblem, InvalidInput
from ..domain.job import ANY_RUNNER
from ..domain.lifecycle.worker import TAKES_JOBS
from ..domain.runner import RunnerKind
from .paging import MAX_PAGE, PageRequest
from .ports.runners import Runners
from .ports.zones import Zones

NONE_TO_TAKE_IT = (
    "this zone has no self-hosted runner that takes jobs; register one with `alethia runner register` "
    "(or undrain one), name another runner, or leave it out"
)


class RunnerChoice:
    """Resolves the ``runner`` of a request."""

    def __init__(self, runners: Runners, zones: Zones, platform_runner: str) -> None:
        self._runners = runners
        self._zones = zones
        self._platform_runner = platform_runner

    def of(self, zone_id: str, chosen: str | None) -> str:
        """The id of the runner that is to take the job, or :data:`ANY_RUNNER`.

        Raises
        ------
        InvalidInput
            The zone has no such runner, or it takes no jobs now; the message says the way out.
        """
        zone = self._zones.get(zone_id) if chosen is None else None
        default = zone.rules.default_runner if zone else None
        runner_id = chosen or default or self._platform_runner
        if runner_id == ANY_RUNNER:
            if not self._any_takes_jobs(zone_id):
                _refuse(NONE_TO_TAKE_IT, of_default=chosen is None)
        elif runner_id != self._platform_runner:
            self._require_taking(zone_id, runner_id, of_default=chosen is None)
        return runner_id

    def _any_takes_jobs(self, zone_id: str) -> bool:
        cursor = None
        while True:
            page = self._runners.of_zone(zone_id, PageRequest(limit=MAX_PAGE, cursor=cursor))
            if any(one.kind is RunnerKind.SELF_HOSTED and not one.draining for one in page.items):
                return True
            cursor = page.next_cursor
            if cursor is None:
                return False

    def _require_taking(self, zone_id: str, runner_id: str, *, of_default: bool) -> None:
        runner = self._runners.get(runner_id)
        if runner is None or runner.zone_id not in (None, zone_id):
            sentence = "this zone has no such runner; choose one of its own, or leave it out"
            _refuse(sentence, of_default=of_default)
        if runner.worker is not None and runner.worker.status not in TAKES_JOBS:
            sentence = (
                f"runner '{runner.name}' is {runner.worker.status} and takes no jobs now; "
                "name another one, or leave it out"
            )
            _refuse(sentence, of_default=of_default)
        if runner.draining:
            sentence = (
                f"runner '{runner.name}' is draining and takes no new jobs; "
                "undrain it, name another one, or `any`"
            )
            _refuse(sentence, of_default=of_default)


def _refuse(sentence: str, *, of_default: bool) -> NoReturn:
    """Of a default, the way out is also the rule that names it."""
    if of_default:
        sentence = f"the zone's rules name a default runner: {sentence}, or change the zone's rules"
    raise InvalidInput([FieldProblem(("runner",), sentence)])
