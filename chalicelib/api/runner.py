"""What runners call: claim, worker-ended, heartbeat, report. Objects and states have modules of their own."""

from ..bootstrap import container
from ..domain.messages import (
    Assignment,
    ClaimRequest,
    Heartbeat,
    HeartbeatAnswer,
    Report,
    ReportAnswer,
    WorkerEnded,
)
from .callers import JobCaller, RunnerCaller
from .objects import attempt_of
from .routing import MIB, Routes

routes = Routes("runner")


@routes.post("/api/jobs/{job_id}/claim", errors=(409,))
def claim_job(caller: RunnerCaller, job_id: str, body: ClaimRequest) -> Assignment:
    """Take the job that this runner was started for."""
    return container().runner_protocol.claim(caller.runner_id, job_id, body)


@routes.post("/api/jobs/{job_id}/worker-ended")
def end_worker(caller: RunnerCaller, job_id: str, body: WorkerEnded) -> None:
    """Say that a self-hosted runner's process for this job has ended, whatever it did or did not report."""
    container().stopped_tasks.worker_ended(caller.runner_id, job_id, body)


@routes.post("/api/jobs/{job_id}/heartbeat", max_bytes=5 * MIB, errors=(409,))
def heartbeat_job(caller: JobCaller, job_id: str, body: Heartbeat) -> HeartbeatAnswer:
    """Say that the runner is alive, and what happened since."""
    attempt_of(caller, job_id, body.attempt)
    return container().runner_protocol.heartbeat(job_id, body)


@routes.post("/api/jobs/{job_id}/report", max_bytes=5 * MIB, errors=(409,))
def report_job(caller: JobCaller, job_id: str, body: Report) -> ReportAnswer:
    """Say how the attempt ended."""
    attempt_of(caller, job_id, body.attempt)
    return container().runner_protocol.report(job_id, body)
