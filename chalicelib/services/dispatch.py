"""Getting a runner for a job of a run: the one small step of the state machine, for every kind of runner.

The workflow waits on a task token. The token is kept on the attempt's row first, then a container is asked
for; whatever ends the attempt rings that token. Dispatching again is harmless: an attempt that is under way
only gets the new token, and a job that is over answers at once.
"""

from enum import StrEnum

from ..domain.errors import NotFound
from ..domain.lifecycle.job import JOB
from ..domain.lifecycle.run import RUN
from .attempt_start import AttemptStart
from .doorbell import SUPERSEDED, Doorbell
from .ports.jobs import JobStore
from .ports.runs import RunStore


class Stage(StrEnum):
    """Which of a run's jobs to dispatch."""

    PLAN = "plan"
    APPLY = "apply"


class Dispatch:
    """Starts attempts."""

    def __init__(
        self,
        *,
        jobs: JobStore,
        runs: RunStore,
        start: AttemptStart,
        doorbell: Doorbell,
    ) -> None:
        self._jobs = jobs
        self._runs = runs
        self._start = start
        self._doorbell = doorbell

    def dispatch(self, run_id: str, generation: int, stage: Stage, task_token: str) -> None:
        """See that a runner has (or gets) the run's job, and that its end rings `task_token`.

        Raises
        ------
        Unavailable
            No container could be started; dispatching again tries again.
        """
        run = self._runs.get(run_id)
        job_id = run and (run.plan_job_id if stage is Stage.PLAN else run.apply_job_id)
        job = self._jobs.get(job_id) if job_id else None
        if run is None or job is None:
            raise NotFound(f"Run {run_id} has no {stage} job.")
        if run.generation != generation or run.status in RUN.terminal:
            self._doorbell.answer(task_token, SUPERSEDED)
        elif job.status in JOB.terminal:
            self._doorbell.answer(task_token, job.status.lower())
        else:
            self._start.begin(
                job, task_token=task_token, generation=generation, task_definition=run.task_definition
            )
