"""Where a run stands, read from its rows alone: the step at which any execution may take it up."""

from ..domain.lifecycle.job import JOB, JobStatus
from ..domain.lifecycle.run import RUN, RunStatus
from .ports.jobs import JobRecord
from .ports.runs import RunRecord
from .ports.workflow import Resume


def job_in_hand(run: RunRecord) -> str:
    """The job that the run is about now: its apply once there is one, else its plan."""
    job_id = run.apply_job_id or run.plan_job_id
    assert job_id is not None, "a run is named after its first job"
    return job_id


def where_it_stands(run: RunRecord, job: JobRecord) -> Resume | None:
    """The step that `run` waits for, given the job in hand; ``None`` when the run is over.

    ======================  =======================  =================
    run                     job in hand              takes up at
    ======================  =======================  =================
    PLANNING                PLAN not ended           plan
    PLANNING                PLAN succeeded           record_plan
    AWAITING_REVIEW         PLAN succeeded           review
    APPROVED, to deploy     DEPLOY never dispatched  check_digests
    APPROVED, APPLYING      not ended                apply
    APPROVED, APPLYING      succeeded                finalize
    any of these            failed or cancelled      mark
    ======================  =======================  =================
    """
    if run.status in RUN.terminal:
        return None
    if run.status is RunStatus.AWAITING_REVIEW:
        return Resume.REVIEW
    if job.status in (JobStatus.FAILED, JobStatus.CANCELLED):
        return Resume.MARK
    planning = run.status is RunStatus.PLANNING
    if job.status in JOB.terminal:
        return Resume.RECORD_PLAN if planning else Resume.FINALIZE
    if planning:
        return Resume.PLAN
    return Resume.CHECK_DIGESTS if job.attempt == 0 and run.plan_job_id else Resume.APPLY
