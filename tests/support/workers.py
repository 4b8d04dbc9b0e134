"""A zone whose linked account lets us deploy runners there: ``workers.deploy(); workers.play()``.

Rows and the state machine are real; the account's CloudFormation is :class:`MemoryStacks`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from alethia.embedded.gateway import Gateway
from chalicelib import bootstrap
from chalicelib.adapters.dynamodb import connection
from chalicelib.domain.identity import Identity
from chalicelib.domain.ids import new_id
from chalicelib.domain.lifecycle.job import JOB
from chalicelib.domain.lifecycle.worker import WorkerStatus
from chalicelib.domain.results import JobResult
from chalicelib.domain.runner import RunnerKind
from chalicelib.domain.snapshot import sha256_hex
from chalicelib.domain.worker import Worker, WorkerForm, WorkerOutputs, stack_name, worker_id
from chalicelib.providers.aws import runner_stack
from chalicelib.services.paging import PageRequest
from chalicelib.services.ports.jobs import JobRecord
from chalicelib.services.ports.ledger import CreateRunner
from chalicelib.services.ports.runners import RunnerRecord

from .api import Api, Client, Reply
from .builders import ACCOUNT, NOW, FakeClock
from .customer_stacks import MemoryStacks
from .dynamodb import Tables
from .stage import RunsContainer, Stage, a_zone, an_identity, on_stage

WORKER_ROLE = f"arn:aws:iam::{ACCOUNT}:role/alethia-workers"
IMAGE, NEWER_IMAGE = "registry.test/runner:1", "registry.test/runner:2"
REGION = "eu-west-1"


class Workers(Stage):
    """The zone, its admin, and what stands in the account."""

    def __init__(self, container: RunsContainer, clock: FakeClock, request: str = "zone-request") -> None:
        from app import app

        super().__init__(container, clock, a_zone(container, request))
        self.api = Api(Gateway(app), container)
        self.identity = self.an_identity("Sandbox", worker_role_reference=WORKER_ROLE)
        self.job_id = ""
        self.machine.on_wait = lambda seconds: clock.advance(seconds=seconds)

    def afresh(self) -> "Workers":
        """Another zone, another account's cloud; the tables are the same."""
        container = RunsContainer(self.container.settings, self.container.issuer, self.clock)
        bootstrap.use(container)
        return Workers(container, self.clock, f"zone-request-{new_id('again')}")

    def an_identity(self, name: str, **more: Any) -> Identity:
        return an_identity(self.container, self.zone_id, name, **more)

    # --- what there is --------------------------------------------------------------------------------------

    @property
    def stacks(self) -> MemoryStacks:
        return self.container.customer_stacks

    @property
    def admin(self) -> Client:
        return self.api.as_user("ada")

    @property
    def runner_id(self) -> str:
        return worker_id(self.zone_id, ACCOUNT, REGION)

    @property
    def runner(self) -> RunnerRecord | None:
        return self.container.runners.get(self.runner_id)

    @property
    def worker(self) -> Worker:
        runner = self.runner
        assert runner is not None and runner.worker is not None
        return runner.worker

    @property
    def job(self) -> JobRecord:
        """The newest."""
        return self.job_of(self.job_id)

    @property
    def result(self) -> JobResult | None:
        return self.container.job_store.result(self.job_id)

    @property
    def why(self) -> str:
        assert self.job.error is not None
        return self.job.error.message

    @property
    def log(self) -> list[str]:
        """The newest job's log, line by line, as a person reads it."""
        page = self.container.log_store.chunks(self.job_id, 500, None)
        return [chunk.text.removesuffix("\n") for chunk in page.items]

    def rows(self) -> str:
        """Whatever stands in the tables."""
        settings, client = self.container.settings, connection.connection().client
        tables = (settings.specs_table, settings.jobs_table)
        return repr([client.scan(TableName=table)["Items"] for table in tables])

    @property
    def credential(self) -> str:
        (credential,) = self.stacks.secrets.values()
        return credential

    def its_credential_counts(self) -> bool:
        """Whether what its tasks read is what the row knows."""
        runner, secret = self.runner, self.credential.partition(".")[2]
        return runner is not None and runner.credential_sha256 == sha256_hex(secret)

    def audited(self) -> set[str]:
        """Actions in the zone's trail."""
        page = self.container.audit_store.of_zone(self.zone_id, PageRequest(limit=100))
        return {entry.action for entry in page.items}

    # --- people ---------------------------------------------------------------------------------------------

    def ask(self, what: str, body: dict[str, Any] | None = None, user: str = "ada", **headers: str) -> Reply:
        """``deploy``, or ``update`` and ``destroy`` of the runner."""
        runner = "" if what == "deploy" else f"/{self.runner_id}"
        usual: dict[str, Any] = {}
        if what == "deploy":
            usual = {"identity_id": self.identity.identity_id, "region": REGION, "name": "Theirs"}
        if what == "destroy":
            usual = {"confirm_name": "Theirs"}
        path = f"/api/zones/{self.zone_id}/runners{runner}/{what}"
        return self.api.as_user(user).post(path, usual | (body or {}), **headers)

    def begin(self, what: str, **body: Any) -> str:
        """Its job's id; nothing of the machine was played yet."""
        reply = self.ask(what, body)
        assert reply.status == 202, reply.body
        self.job_id = reply.json["job_id"]
        return self.job_id

    def do(self, what: str, **body: Any) -> str:
        """From beginning to end; how the job ended."""
        self.begin(what, **body)
        self.machine.play(2000)
        return str(self.job.status)

    def seed_ready(self) -> None:
        """A runner that was deployed before; its stack stands."""
        runner = a_deployed_runner(self.identity, REGION, WorkerStatus.READY)
        self.container.ledger.commit(CreateRunner(runner))
        worker = runner.worker
        assert worker is not None
        self.stacks.seed(
            worker.stack_name,
            runner_stack.parameters(worker.form, runner.runner_id, self.zone_id, IMAGE, WORKER_ROLE),
            runner_stack.tags(runner.runner_id, self.zone_id),
        )

    def cancel(self) -> None:
        reply = self.admin.post(f"/api/jobs/{self.job_id}/cancel", {})
        assert reply.status == 200, reply.body

    # --- time -----------------------------------------------------------------------------------------------

    def play(self) -> None:
        self.machine.play(2000)

    def until(self, state: str) -> None:
        """Play until the newest execution is about to enter `state`."""
        execution = self.machine.running[-1]
        for _ in range(500):
            if execution.state == state:
                return
            self.machine.step(execution)
        raise AssertionError(f"never came to {state!r}: {execution.path[-8:]}")

    def pass_on(self) -> None:
        """Time goes by, and the reconciler looks, until the job is over."""
        for _ in range(60):
            if self.job.status in JOB.terminal:
                return
            self.clock.advance(seconds=60)
            self.reconcile()
        raise AssertionError(f"{self.job.status} for ever: {self.log[-3:]}")

    def reconcile(self) -> Any:
        done = self.container.reconcile.run()
        self.play()
        return done


W = TypeVar("W", bound=Workers)


def a_deployed_runner(identity: Identity, region: str, status: WorkerStatus) -> RunnerRecord:
    """The registration of a runner that was deployed into `identity`'s account."""
    runner_id = worker_id(identity.zone_id, ACCOUNT, region)
    name = stack_name(runner_id)
    outputs = WorkerOutputs(
        cluster=name,
        task_definition=f"{name}:1",
        subnets=["subnet-1"],
        security_groups=["sg-1"],
        credential_secret=f"arn:secret:{name}",
    )
    worker = Worker(
        status=status,
        job_id="job-before",
        form=WorkerForm(identity_id=identity.identity_id, region=region, name="Theirs"),
        account_id=ACCOUNT,
        role=WORKER_ROLE,
        external_id=str(identity.external_id),
        stack_name=name,
        image=IMAGE,
        outputs=outputs,
    )
    return RunnerRecord(
        runner_id=runner_id,
        kind=RunnerKind.FARGATE,
        name="Theirs",
        zone_id=identity.zone_id,
        credential_sha256="11" * 32,
        worker=worker,
        created_at=NOW,
        created_by="ada",
    )


def new_workers(tables: Tables, issuer_folder: Path, kind: type[W]) -> Iterator[W]:
    settings = tables.settings.model_copy(update={"worker_image": IMAGE})
    container, clock = on_stage(settings, issuer_folder)
    yield kind(container, clock)
    bootstrap.use(None)


@pytest.fixture
def workers(tables: Tables, issuer_folder: Path) -> Iterator[Workers]:
    """A zone of ada's whose one linked account lets us deploy runners."""
    yield from new_workers(tables, issuer_folder, Workers)
