"""What the end of a job about a runner's stack does to the runner, where the job did not succeed.

A first deploy leaves it FAILED (deploy again, or destroy), an update READY as it was before, a destroy FAILED
(destroy again).
"""

from ..domain.lifecycle.worker import WORKER, WorkerEvent, WorkerStatus
from ..domain.stack_work import StackWork
from ..domain.worker import Worker
from .ports.jobs import JobRecord
from .ports.ledger import MoveWorker, Write
from .ports.runners import Runners


class WorkerEnds:
    """The writes that go with the end of such a job from outside of its steps: cancelled, or given up."""

    def __init__(self, runners: Runners) -> None:
        self._runners = runners

    def of(self, job: JobRecord, problem: str) -> list[Write]:
        """None for a job about something else, or one that has its runner no more."""
        runner = self._runners.get(job.worker_id) if job.worker_id else None
        worker = runner.worker if runner else None
        if runner is None or worker is None or worker.job_id != job.job_id:
            return []
        if not WORKER.allows(worker.status, WorkerEvent.FAIL):
            return []
        after = as_it_was(worker, job.stack_work).model_copy(update={"problem": problem})
        return [
            MoveWorker(runner.runner_id, worker.status, WorkerEvent.FAIL, after, held_by=job.job_id),
        ]


def as_it_was(worker: Worker, work: StackWork | None) -> Worker:
    """The facts of a stack whose update did not come to its end; of any other job, as they are."""
    before = work.before if work else None
    if worker.status is not WorkerStatus.UPDATING or before is None:
        return worker
    return worker.model_copy(update={"form": before.form, "image": before.image})
