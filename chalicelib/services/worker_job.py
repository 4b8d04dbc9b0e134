"""A job about a runner's stack, as one step of its workflow has it in hand.

Whatever a step notes, says or ends is written on the condition that its attempt still has the job; a step of
an older one meets :class:`~chalicelib.services.ports.ledger.LostRace` and has changed nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..domain.ids import attempt_id
from ..domain.job import ApplyProgress, JobError
from ..domain.lifecycle.job import JOB, WITH_A_RUNNER, JobEvent
from ..domain.lifecycle.worker import WorkerEvent, WorkerStatus
from ..domain.messages import LogChunk
from ..domain.results import WorkerResult
from ..domain.stack_work import StackWork, first_failure, line_of, moved_on
from ..domain.words import Phase, Stream
from ..domain.worker import StackFacts, Worker
from ..providers.aws import runner_stack
from .audit import Audit
from .ports.clock import Clock, iso
from .ports.customer_stacks import CustomerPlace, CustomerStacks
from .ports.jobs import JobRecord, JobStore
from .ports.ledger import EndAttempt, Ledger, MoveJob, MoveWorker, StoreResult, Write, WriteAudit
from .ports.logs import LogStore
from .ports.queue import RunnerQueues
from .ports.runners import RunnerRecord, Runners

LOG_ATTEMPT = 1
"""The attempt that every log line is filed under: a job's attempts write one log, numbered in a row."""

LOOKED_AT = 300
"""Most of the runner's jobs that are looked through for one in hand."""


@dataclass(frozen=True)
class WorkerPorts:
    """What steps work with."""

    jobs: JobStore
    logs: LogStore
    ledger: Ledger
    runners: Runners
    stacks: CustomerStacks
    queues: RunnerQueues
    audit: Audit
    clock: Clock


class WorkerJob:
    """The job, its runner, and what was done for it so far."""

    def __init__(self, ports: WorkerPorts, job: JobRecord, runner: RunnerRecord) -> None:
        assert runner.worker is not None, "the job is about a deployed runner"
        self._ports = ports
        self.job = job
        self.runner = runner
        self.worker: Worker = runner.worker

    @property
    def work(self) -> StackWork:
        """How far it has come."""
        return self.job.stack_work or StackWork()

    @property
    def stacks(self) -> CustomerStacks:
        """CloudFormation and its neighbours, in customers' accounts."""
        return self._ports.stacks

    @property
    def place(self) -> CustomerPlace:
        """Where, and as whom."""
        return CustomerPlace(
            account_id=self.worker.account_id,
            region=self.worker.form.region,
            role=self.worker.role,
            external_id=self.worker.external_id,
            session=self.job.job_id,
        )

    @property
    def tags(self) -> dict[str, str]:
        """What everything in the stack carries."""
        return runner_stack.tags(self.runner.runner_id, self.job.zone_id)

    @property
    def now(self) -> str:
        """The present moment, as rows carry it."""
        return iso(self._ports.clock.now())

    def facts(self) -> StackFacts | None:
        """How the stack stands: this very one once its id is known, else whichever has its name."""
        return self.stacks.facts(self.place, self.work.stack_id or self.worker.stack_name)

    def note(self, progress: ApplyProgress | None = None, **changes: Any) -> None:
        """Write down how far the job has come (:class:`LostRace` when another attempt has it)."""
        work = self.work.model_copy(update=changes)
        written: dict[str, Any] = {"stack_work": work}
        if progress is not None:
            written["progress"] = progress
        self._ports.ledger.commit(
            MoveJob(
                self.job.job_id,
                JobEvent.START,
                written,
                attempt=self.job.attempt,
                only_from=WITH_A_RUNNER,
            )
        )
        self.job = self.job.model_copy(update=written)

    def say(self, sentence: str, progress: ApplyProgress | None = None, **noted: Any) -> None:
        """A line of our own in the log, unless it was the last one; `noted` is written down with it."""
        if sentence != self.work.said:
            self._append([(self.now, sentence)])
            self.note(progress, lines=self.work.lines + 1, said=sentence, **noted)
        elif noted or progress:
            self.note(progress, **noted)

    def tell(self, stack_id: str) -> None:
        """What CloudFormation did since it was last told of, as log lines and progress."""
        events = self.stacks.events(self.place, stack_id, after=self.work.after)
        if not events:
            return
        self._append([(event.at, line_of(event)) for event in events])
        progress = self.job.progress or ApplyProgress()
        if not (self.work.deleting and self.is_first):
            progress = moved_on(progress, events, deleting=self.work.deleting)
        self.note(
            progress=progress,
            lines=self.work.lines + len(events),
            after=events[-1].event_id,
            failure=self.work.failure or first_failure(events),
        )

    @property
    def is_first(self) -> bool:
        """Whether there is nothing to go back to: a first deploy."""
        return self.worker.status is WorkerStatus.DEPLOYING

    def end(
        self,
        event: JobEvent,
        move: WorkerEvent,
        *,
        worker: Worker | None = None,
        problem: str | None = None,
        action: str,
        stack_status: str | None = None,
        credential_sha256: str | None = None,
    ) -> str:
        """End the job and move its runner, with the entry that tells of it; the outcome's word.

        Parameters
        ----------
        worker : Worker or None
            Its stack's facts from now on, where they changed.
        problem : str or None
            Why it did not succeed.
        action : str
            For the audit trail.
        """
        job, now = self.job, self.now
        after = (worker or self.worker).model_copy(update={"problem": problem})
        # What was done to clean up after a failure is not where it failed.
        step = str(Phase.STACK) if problem == self.work.failure else job.phase or "start"
        error = JobError(step=step, message=problem) if problem else None
        entry = self._ports.audit.entry(
            job.zone_id,
            actor=f"job:{attempt_id(job.job_id, job.attempt)}",
            action=action,
            subject=self.runner.runner_id,
            after={"account_id": after.account_id, "region": after.form.region, "image": after.image},
            reason=problem,
        )
        writes: list[Write] = [
            MoveJob(
                job.job_id,
                event,
                {"ended_at": now, "error": error},
                attempt=job.attempt,
                only_from=WITH_A_RUNNER,
            ),
            EndAttempt(job.job_id, job.attempt, now),
            MoveWorker(
                self.runner.runner_id,
                self.worker.status,
                move,
                after,
                held_by=job.job_id,
                credential_sha256=credential_sha256,
            ),
            WriteAudit(entry),
        ]
        if event is JobEvent.SUCCEED:
            result = self._result(after, stack_status, gone=move is WorkerEvent.GONE)
            writes.append(StoreResult(job.job_id, result))
        self._ports.ledger.commit(*writes)
        return JOB.target(event).lower()

    def newest_event(self, stack_id: str) -> str | None:
        """The last event of a stack that was there before this job: what is told of begins after it."""
        events = self.stacks.events(self.place, stack_id, after=None)
        return events[-1].event_id if events else None

    @property
    def undone(self) -> ApplyProgress:
        """The progress of a first deploy that is taken away again: nothing is done, whatever was."""
        return (self.job.progress or ApplyProgress()).model_copy(update={"done": 0, "in_flight": []})

    def in_hand(self) -> list[str]:
        """Ids of the jobs that the runner has in hand."""
        queue = self._ports.queues.of_runner(self.job.zone_id, self.runner.runner_id, most=LOOKED_AT)
        return [job.job_id for job in queue if job.in_hand]

    def _result(self, worker: Worker, stack_status: str | None, *, gone: bool) -> WorkerResult:
        outputs = worker.outputs
        return WorkerResult(
            worker_id=self.runner.runner_id,
            account_id=worker.account_id,
            region=worker.form.region,
            stack_name=worker.stack_name,
            stack_status=stack_status,
            image=None if gone else worker.image,
            cluster=None if gone or outputs is None else outputs.cluster,
        )

    def _append(self, lines: Sequence[tuple[str, str]]) -> None:
        chunks = [
            LogChunk(seq=seq, phase=Phase.STACK, stream=Stream.CONTROL_PLANE, at=at, text=f"{text}\n")
            for seq, (at, text) in enumerate(lines, start=self.work.lines + 1)
        ]
        # No archive follows, as a runner's would: these rows are the log, for as long as there is the job.
        self._ports.logs.append(self.job.job_id, LOG_ATTEMPT, chunks, [], expires_at=None)
