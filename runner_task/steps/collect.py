"""After terraform, however it ended: the state is brought home, outputs and progress are summed up."""

from chalicelib.domain.errors import AlethiaError
from chalicelib.domain.progress import progress_of
from chalicelib.domain.words import JobType

from ..context import JobContext
from ..errors import StepFailed

ERRORED_STATE = "errored.tfstate"


def collect(job: JobContext) -> None:
    """Rescue the state, give back the lock, count.

    Raises
    ------
    StepFailed
        terraform left a state that could not be committed; what it holds is lost with this runner.
    """
    problem = _bring_home_the_state(job)
    if job.assignment.job_type is not JobType.PLAN and job.link.terraform_started:
        committed = job.session.committed
        job.progress = progress_of(job.events, state_ids=committed.identities if committed else None)
        job.outputs = committed.outputs if committed else None
        for orphan in job.progress.orphans:
            job.say(f"Not in the state: {orphan.address}. To take it in: {orphan.import_command}")
    if problem is not None:
        raise StepFailed(problem, step="state")


def _bring_home_the_state(job: JobContext) -> str | None:
    """What could not be saved, as a sentence."""
    problem = None
    errored = job.running.workspace / ERRORED_STATE
    content = errored.read_bytes() if errored.is_file() else None
    if content or job.session.has_uncommitted:
        job.say("terraform could not hand over its last state; rescuing it.")
        patience = max(0.0, job.link.seconds_left) + job.settings.patience.after_lease
        try:
            if job.session.rescue(content, patience=patience):
                job.say("The state is rescued and committed.")
        except (AlethiaError, ValueError) as error:
            said = error.message if isinstance(error, AlethiaError) else "it can't be read."
            problem = f"terraform's last state could not be committed: {said}"
    try:
        job.session.release()
    except AlethiaError as error:
        job.say(f"The state's lock could not be given back: {error.message}")
    return problem
