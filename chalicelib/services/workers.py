"""A zone's runners in its customers' own AWS accounts: deploy, update, destroy.

Each request makes a job and moves the runner in one transaction, with its audit entry; the job's steps
(:mod:`.worker_steps`) do the rest. A zone has one such runner for an account and region.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

from ..domain.errors import Conflict, FieldProblem, InvalidInput, NotFound, Unavailable
from ..domain.identity import Identity
from ..domain.ids import id_for
from ..domain.job import CONTROL_PLANE, RULES, Job
from ..domain.lifecycle.job import JobStatus
from ..domain.lifecycle.worker import WORKER, WorkerEvent, WorkerStatus
from ..domain.model import Model
from ..domain.runner import RunnerKind
from ..domain.stack_work import Before, StackWork
from ..domain.words import JobType
from ..domain.worker import Worker, WorkerForm, stack_name, worker_id
from ..providers.aws.worker_form import problems_of
from .access import Access, Principal
from .audit import Audit
from .origin import new_correlation_id
from .ports.clock import Clock, iso
from .ports.jobs import JobRecord, JobStore
from .ports.ledger import CreateJob, CreateRunner, Ledger, LostRace, MoveWorker, Write, WriteAudit
from .ports.runners import RunnerRecord, Runners
from .worker_accounts import WorkerAccounts
from .worker_attempts import WorkerAttempts

NO_SUCH = "There is no such runner, or it is not yours."
NO_CREDENTIAL = "none yet"
"""In place of a sha256: no credential has it."""
NO_IMAGE = (
    "This Alethia deploys no runners yet: whoever operates it sets the image that they run "
    "(the setting worker_image, ALETHIA_WORKER_IMAGE)."
)
USED_KEY = "This idempotency key was used for a different request."
TRIES = 3


class WorkerChanges(Model):
    """What an update changes beside the image; what is left out stays."""

    cpu: int | None = None
    memory_mib: int | None = None
    log_days: int | None = None
    new_credential: bool = False
    """The runner's credential is replaced; a task that starts in that moment may fail to claim its job."""


class Workers:
    """Takes requests about deployed runners."""

    def __init__(
        self,
        *,
        jobs: JobStore,
        runners: Runners,
        accounts: WorkerAccounts,
        ledger: Ledger,
        attempts: WorkerAttempts,
        access: Access,
        audit: Audit,
        clock: Clock,
        image: str,
    ) -> None:
        self._jobs = jobs
        self._runners = runners
        self._accounts = accounts
        self._ledger = ledger
        self._attempts = attempts
        self._access = access
        self._audit = audit
        self._clock = clock
        self._image = image

    def deploy(
        self, principal: Principal, zone_id: str, form: WorkerForm, *, key: str | None, request_hash: str
    ) -> Job:
        """Deploy a runner into a linked account; also another try of one whose deployment failed.

        Raises
        ------
        InvalidInput
            AWS would refuse something of the form.
        Conflict
            The zone has a runner there; the account has no role for it; the operator has set no image.
        """
        self._access.require(principal, zone_id, RULES[JobType.DEPLOY_WORKER].role)
        if problems := list(problems_of(form)):
            raise InvalidInput(problems)
        job = self._new(principal, JobType.DEPLOY_WORKER, zone_id, "", key, request_hash)

        def write() -> tuple[JobRecord, Write]:
            self._require_image()
            identity = self._accounts.of(zone_id, form.identity_id)
            runner_id = worker_id(zone_id, str(identity.account_id), form.region)
            about = job.model_copy(update={"worker_id": runner_id})
            first = self._runners.get(runner_id)
            worker = self._worker(job.job_id, form, identity, runner_id)
            if first is None or first.worker is None:
                return about, CreateRunner(self._record(principal, zone_id, runner_id, worker))
            if first.worker.status is not WorkerStatus.FAILED:
                _refuse_second(first, first.worker)
            # A retry keeps the runner's name: jobs and rules may know it by that.
            renamed = worker.form.model_copy(update={"name": first.name})
            again = worker.model_copy(update={"form": renamed})
            return about, MoveWorker(
                runner_id, first.worker.status, WorkerEvent.DEPLOY, again, held_by=None, draining=False
            )

        return self._made(job, write)

    def update(
        self,
        principal: Principal,
        zone_id: str,
        runner_id: str,
        changes: WorkerChanges,
        *,
        key: str | None,
        request_hash: str,
    ) -> Job:
        """Roll a runner to this deployment's image, and to another size where `changes` says so.

        What runs goes on as it began; tasks that start afterwards are new.

        Raises
        ------
        Conflict
            The runner is not READY.
        """
        self._access.require(principal, zone_id, RULES[JobType.DEPLOY_WORKER].role)
        job = self._new(principal, JobType.DEPLOY_WORKER, zone_id, runner_id, key, request_hash)

        def write() -> tuple[JobRecord, Write]:
            self._require_image()
            runner, worker = self._deployed(zone_id, runner_id)
            if worker.status is WorkerStatus.FAILED:
                raise Conflict(
                    f"Runner '{runner.name}' is FAILED, so there is nothing to update: deploy it again, "
                    "or destroy it."
                )
            _require(runner, worker, WorkerEvent.UPDATE)
            said = changes.model_dump(exclude_none=True, exclude={"new_credential"})
            form = worker.form.model_copy(update=said)
            if problems := list(problems_of(form)):
                raise InvalidInput(problems)
            after = self._accounts.as_linked_now(zone_id, worker).model_copy(
                update={"form": form, "image": self._image, "job_id": job.job_id, "problem": None}
            )
            work = StackWork(
                before=Before(form=worker.form, image=worker.image), new_credential=changes.new_credential
            )
            about = job.model_copy(update={"stack_work": work})
            return about, MoveWorker(runner_id, worker.status, WorkerEvent.UPDATE, after, held_by=None)

        return self._made(job, write)

    def destroy(
        self,
        principal: Principal,
        zone_id: str,
        runner_id: str,
        *,
        confirm_name: str,
        key: str | None,
        request_hash: str,
    ) -> Job:
        """Drain a runner, delete its stack, and see that nothing is left.

        Raises
        ------
        InvalidInput
            `confirm_name` is not the runner's name.
        Conflict
            A job has the runner in hand.
        """
        self._access.require(principal, zone_id, RULES[JobType.DESTROY_WORKER].role)
        job = self._new(principal, JobType.DESTROY_WORKER, zone_id, runner_id, key, request_hash)

        def write() -> tuple[JobRecord, Write]:
            runner, worker = self._deployed(zone_id, runner_id)
            if confirm_name != runner.name:
                sentence = f"must be the runner's name, '{runner.name}': destroying it can't be undone"
                raise InvalidInput([FieldProblem(("confirm_name",), sentence)])
            _require(runner, worker, WorkerEvent.DESTROY)
            after = self._accounts.as_linked_now(zone_id, worker).model_copy(
                update={"job_id": job.job_id, "problem": None}
            )
            return job, MoveWorker(
                runner_id, worker.status, WorkerEvent.DESTROY, after, held_by=None, draining=True
            )

        return self._made(job, write)

    def _made(self, job: JobRecord, write: Callable[[], tuple[JobRecord, Write]]) -> Job:
        """Make the job with what it does to its runner; a repeat of the request finds the job it made."""
        for tries_left in reversed(range(TRIES)):
            first = self._jobs.get(job.job_id)
            if first is not None:
                if first.request_hash != job.request_hash:
                    raise Conflict(USED_KEY)
                return first.public()
            about, moved = write()
            try:
                self._ledger.commit(CreateJob(about), moved, self._entry(about))
                break
            except LostRace:
                if not tries_left:
                    raise Conflict("The runner changes too fast. Look again, then repeat.") from None
        with suppress(Unavailable, LostRace):  # the reconciler begins it
            self._attempts.begin(about)
        found = self._jobs.get(job.job_id)
        return (found or about).public()

    def _entry(self, job: JobRecord) -> WriteAudit:
        return WriteAudit(
            self._audit.entry(
                job.zone_id,
                actor=f"user:{job.created_by}",
                action="job.started",
                subject=job.job_id,
                after={"job_type": str(job.job_type), "runner": job.worker_id},
            )
        )

    def _new(
        self,
        principal: Principal,
        job_type: JobType,
        zone_id: str,
        runner_id: str,
        key: str | None,
        request_hash: str,
    ) -> JobRecord:
        return JobRecord(
            job_id=id_for("job", f"{principal.user} {job_type} {zone_id} {runner_id}", key),
            job_type=job_type,
            zone_id=zone_id,
            worker_id=runner_id or None,
            correlation_id=new_correlation_id(),
            status=JobStatus.QUEUED,
            runner=CONTROL_PLANE,
            request_hash=request_hash,
            created_at=iso(self._clock.now()),
            created_by=principal.user,
        )

    def _worker(self, job_id: str, form: WorkerForm, identity: Identity, runner_id: str) -> Worker:
        return Worker(
            status=WorkerStatus.DEPLOYING,
            job_id=job_id,
            form=form,
            account_id=str(identity.account_id),
            role=str(identity.worker_role_reference),
            external_id=str(identity.external_id),
            stack_name=stack_name(runner_id),
            image=self._image,
        )

    def _record(self, principal: Principal, zone_id: str, runner_id: str, worker: Worker) -> RunnerRecord:
        return RunnerRecord(
            runner_id=runner_id,
            kind=RunnerKind.FARGATE,
            name=worker.form.name,
            zone_id=zone_id,
            credential_sha256=NO_CREDENTIAL,
            worker=worker,
            created_at=iso(self._clock.now()),
            created_by=principal.user,
        )

    def _require_image(self) -> None:
        if not self._image:
            raise Conflict(NO_IMAGE)

    def _deployed(self, zone_id: str, runner_id: str) -> tuple[RunnerRecord, Worker]:
        runner = self._runners.get(runner_id)
        if runner is None or runner.zone_id not in (None, zone_id):
            raise NotFound(NO_SUCH)
        if runner.worker is None:
            raise Conflict(
                f"Runner '{runner.name}' was not deployed by Alethia, so there is no stack of it to change."
            )
        return runner, runner.worker


def _require(runner: RunnerRecord, worker: Worker, event: WorkerEvent) -> None:
    """Refuse what the runner's status does not allow, with the job that has it in hand."""
    if not WORKER.allows(worker.status, event):
        raise Conflict(
            f"Runner '{runner.name}' is {worker.status}: job {worker.job_id} has it in hand. "
            "Wait for its end, or cancel it.",
            details={"status": str(worker.status), "job_id": worker.job_id},
        )


def _refuse_second(first: RunnerRecord, worker: Worker) -> NoReturn:
    raise Conflict(
        f"This zone has a runner in account {worker.account_id}, {worker.form.region}: '{first.name}' "
        f"({first.runner_id}), which is {worker.status}. Use it, update it, or destroy it first.",
        details={"runner_id": first.runner_id, "name": first.name, "status": str(worker.status)},
    )
