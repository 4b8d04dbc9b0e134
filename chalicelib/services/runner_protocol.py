"""What a runner may say to the control plane: claim, heartbeat, report.

Each has a module of its own (:mod:`.claims`, :mod:`.heartbeats`, :mod:`.reports`); a runner states facts, and
every status is moved here, by the lifecycle tables.
"""

from ..domain.messages import Assignment, ClaimRequest, Heartbeat, HeartbeatAnswer, Report, ReportAnswer
from .claims import Claims
from .heartbeats import Heartbeats
from .reports import Reports


class RunnerProtocol:
    """The three calls behind one name."""

    def __init__(self, claims: Claims, heartbeats: Heartbeats, reports: Reports) -> None:
        self._claims = claims
        self._heartbeats = heartbeats
        self._reports = reports

    def claim(self, runner_id: str, job_id: str, request: ClaimRequest) -> Assignment:
        """See :meth:`.claims.Claims.claim`."""
        return self._claims.claim(runner_id, job_id, request)

    def heartbeat(self, job_id: str, beat: Heartbeat) -> HeartbeatAnswer:
        """See :meth:`.heartbeats.Heartbeats.heartbeat`."""
        return self._heartbeats.heartbeat(job_id, beat)

    def report(self, job_id: str, report: Report) -> ReportAnswer:
        """See :meth:`.reports.Reports.report`."""
        return self._reports.report(job_id, report)
