"""A zone in which everything exists once, for tests that walk every route.

``populated_zone(endpoint, issuer_folder)`` is the zone of ada, its admin, with a member for each role who is
called like it, and a guest who may come and go. Four specs: the plan of ``waiting`` awaits review,
``working`` is being applied and has a state, ``federated`` is being planned in an account that trusts our
issuer, the plan of ``queued`` waits for its runner. A linked account, a linked git host, an open invitation,
a runner of the zone's own, and two that were deployed into the linked account (one READY, one FAILED); beside
it mallory's zone, with a runner of hers. What leaves the process is played
in memory (:mod:`.outside`).
"""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from alethia.embedded.gateway import Gateway
from chalicelib import bootstrap
from chalicelib.domain.envelope import encryption_context
from chalicelib.domain.identity import AccessMethod, FetchedResources, Identity
from chalicelib.domain.lifecycle.worker import WorkerStatus
from chalicelib.domain.messages import CommitRequest, ObjectPurpose, Outcome, Report
from chalicelib.domain.plan import ReviewPage, StoredObject
from chalicelib.domain.resources import CloudResources
from chalicelib.domain.runner import RunnerKind
from chalicelib.domain.snapshot import sha256_hex
from chalicelib.domain.state import LockInfo
from chalicelib.domain.store_names import name_of
from chalicelib.domain.words import Role
from chalicelib.services.attempts import AttemptCaller
from chalicelib.services.identities import IdentityForm
from chalicelib.services.invitations import NewInvitation
from chalicelib.services.paging import PageRequest
from chalicelib.services.ports.ledger import CreateRunner, StoreResources
from chalicelib.services.state_reader import StateReader

from .api import Api, Client, issuer_in
from .builders import ACCOUNT, NOW, ROLE, FakeClock, a_form
from .dynamodb import fresh_tables
from .outside import (
    SECRETS,
    MemoryKeys,
    MemorySigningKeys,
    MemoryStore,
    MemoryVault,
    OpenAws,
    OpenGitHosts,
)
from .people import join
from .runs import World
from .stage import ADA, FakeStates, RunsContainer
from .states import LINEAGE, a_state
from .workers import WORKER_ROLE, a_deployed_runner

OWNER, STRANGER, GUEST = "ada", "mallory", "guest"
PLATFORM, OWN_RUNNER, STRANGERS_RUNNER = "platform", "zones-runner", "strangers-runner"
DEPLOYED_IN, FAILED_IN = "eu-west-1", "eu-west-2"
"""Where the deployed runners are."""
GIT_HOST = "github.com"
REPOSITORY = "https://github.com/acme/apps"
LOCK_ID = "lock-1"


class UntouchedStates(FakeStates, StateReader):
    """Plans find the state as it was; people read what is there."""

    def __init__(self, *opens: Any) -> None:
        FakeStates.__init__(self)
        StateReader.__init__(self, *opens)


class PopulatedContainer(RunsContainer):
    """The real services; the store, the key service and the clouds are in memory."""

    @cached_property
    def object_store(self) -> MemoryStore:
        return MemoryStore()

    @cached_property
    def keys(self) -> MemoryKeys:
        return MemoryKeys()

    @cached_property
    def signing_keys(self) -> MemorySigningKeys:
        return MemorySigningKeys()

    @cached_property
    def vault(self) -> MemoryVault:
        return MemoryVault()

    @cached_property
    def git_hosts(self) -> OpenGitHosts:
        return OpenGitHosts()

    @cached_property
    def customer_aws(self) -> OpenAws:
        return OpenAws()

    @cached_property
    def state_reader(self) -> UntouchedStates:
        return UntouchedStates(self.state_rows, self.sealed_objects)


@dataclass
class PopulatedZone:
    """The zone, and who may be met around it."""

    api: Api
    container: PopulatedContainer
    zone_id: str
    identity_id: str
    waiting: World
    """Its plan awaits review."""
    working: World
    """A runner is applying it, and has committed a state."""
    federated: World
    """A runner has its plan in hand; its account takes tokens of our issuer."""
    queued: World
    """Its plan waits for the platform's runner."""
    strangers_zone_id: str
    credentials: dict[str, str]
    """Of the runners, by their id."""
    invitation: NewInvitation
    """Open, with its code."""
    state_version: str
    committed: CommitRequest
    """What that version was committed with."""

    def as_runner(self, runner_id: str) -> Client:
        return Client(self.api.gateway, f"Runner {self.credentials[runner_id]}")

    def as_job(self, world: World) -> Client:
        """The runner that has the world's job in hand."""
        return self.api.as_job(world.job.job_id, world.job.attempt, PLATFORM)

    def as_it_stands(self) -> list[Any]:
        """What a refusal must not change: specs, runs, jobs, states, members, and what is linked."""
        services, page = self.container, PageRequest(limit=100)
        worlds = (self.waiting, self.working, self.queued)
        return [
            *((world.spec, world.run, world.job) for world in worlds),
            *(services.state_rows.head(self.zone_id, world.spec.state_name) for world in worlds),
            services.zone_store.get(self.zone_id),
            services.member_store.of_zone(self.zone_id, page),
            services.identity_store.of_zone(self.zone_id, page),
            services.git_link_store.of_zone(self.zone_id, page),
            services.invitation_store.of_zone(self.zone_id, page),
            services.runners.of_zone(self.zone_id, page),
            {name: value for name, value in services.vault.secrets.items() if self.zone_id in name},
        ]

    @property
    def state_object(self) -> str:
        """Name of the object that holds the state."""
        return name_of(self.committed.object.key)

    @property
    def state_key(self) -> dict[str, Any]:
        """What the head of that object says of its data key."""
        context = encryption_context(self.zone_id, self.working.spec_id, self.state_object)
        wrapped = self.container.keys.generate(context).wrapped
        return {"context": context, "wrapped_key": base64.b64encode(wrapped).decode()}


@contextmanager
def populated_zone(endpoint: str, issuer_folder: Path) -> Iterator[PopulatedZone]:
    """Fresh tables with the zone in them, and the app on top."""
    from app import app

    clock = FakeClock()
    settings = fresh_tables(endpoint).model_copy(
        update={
            "oidc_signing_keys": "key-1",
            "public_api_url": "https://api.test",
            "control_plane_principal": "arn:aws:iam::000000000000:role/alethia",
            "worker_image": "registry.test/runner:1",
        }
    )
    container = PopulatedContainer(settings, issuer_in(issuer_folder), clock)
    bootstrap.use(container)
    try:
        yield _populate(Api(Gateway(app), container), container, clock)
    finally:
        bootstrap.use(None)


def _populate(api: Api, container: PopulatedContainer, clock: FakeClock) -> PopulatedZone:
    zone_id = container.zones.create(ADA, "Shop", None, "zone-request").zone_id
    for role in Role:
        join(zone_id, str(role), role)
    join(zone_id, GUEST, Role.VIEWER)
    theirs = api.a_zone(STRANGER)
    register = container.runner_credentials.register
    hosted = RunnerKind.SELF_HOSTED
    credentials = {
        PLATFORM: register(PLATFORM, kind=RunnerKind.FARGATE, name="Platform"),
        OWN_RUNNER: register(OWN_RUNNER, kind=hosted, name="Ours", zone_id=zone_id),
        STRANGERS_RUNNER: register(STRANGERS_RUNNER, kind=hosted, name="Theirs", zone_id=theirs),
    }
    identity = container.identities.seed_verified(
        zone_id,
        IdentityForm(
            name="Sandbox", account_id=ACCOUNT, role_reference=ROLE, worker_role_reference=WORKER_ROLE
        ),
    )
    for region, status in ((DEPLOYED_IN, WorkerStatus.READY), (FAILED_IN, WorkerStatus.FAILED)):
        container.ledger.commit(CreateRunner(a_deployed_runner(identity, region, status)))
    invitation = container.invitations.create(
        ADA, zone_id, Role.VIEWER, None, timedelta(days=1), None, "invitation-request"
    )
    _link_git(api, zone_id)
    container.ledger.commit(
        StoreResources(
            zone_id,
            FetchedResources(
                identity_id=identity.identity_id, job_id="job-1", fetched_at=NOW, resources=CloudResources()
            ),
        )
    )

    trusting = container.identities.seed_verified(
        zone_id,
        IdentityForm(
            name="Federated", account_id=ACCOUNT, role_reference=ROLE, method=AccessMethod.WEB_IDENTITY
        ),
    )

    def a_world(region: str, account: Identity = identity) -> World:
        body = a_form(
            region=region,
            cloud_identity=account.identity_id,
            repositories={"apps_destination_repo": REPOSITORY},
        )
        spec = container.specs.create(ADA, zone_id, body, None, f"spec-{region}")
        return World(container, clock, spec.spec_id, zone_id)

    waiting, working, queued = map(a_world, ("eu-west-1", "eu-central-1", "eu-north-1"))
    _to_review(waiting, container)
    working.to_applying()
    version, committed = _commit_a_state(working, container)
    queued.plan()
    federated = a_world("eu-south-1", trusting)
    federated.plan()
    federated.claim()
    return PopulatedZone(
        api=api,
        container=container,
        zone_id=zone_id,
        identity_id=identity.identity_id,
        waiting=waiting,
        working=working,
        federated=federated,
        queued=queued,
        strangers_zone_id=theirs,
        credentials=credentials,
        invitation=invitation,
        state_version=version,
        committed=committed,
    )


def _link_git(api: Api, zone_id: str) -> None:
    body = {
        "kind": "github",
        "token": SECRETS["git token"],
        "refresh_token": SECRETS["git refresh token"],
        "client_id": "client-1",
        "client_secret": SECRETS["git client secret"],
    }
    linked = api.as_user(OWNER).put(f"/api/zones/{zone_id}/git-links/{GIT_HOST}", body)
    assert linked.status == 200, linked.body


def _to_review(world: World, container: PopulatedContainer) -> None:
    """With one page of review and the whole log archived."""
    world.plan()
    world.claim()
    page = ReviewPage(number=1, pages=1, resources=[])
    review = _sealed(world, container, ObjectPurpose.REVIEW, page.model_dump_json().encode())
    log = _sealed(world, container, ObjectPurpose.LOG, b"terraform plan\n")
    plan = world.a_plan().model_copy(update={"review": [review]})
    job = world.job
    report = Report(attempt=job.attempt, outcome=Outcome.SUCCEEDED, plan=plan, log=log)
    container.runner_protocol.report(job.job_id, report)
    world.machine.play()


def _commit_a_state(world: World, container: PopulatedContainer) -> tuple[str, CommitRequest]:
    """The lock stays held."""
    caller = AttemptCaller(world.job.job_id, world.job.attempt)
    epoch = container.states.lock(caller, LockInfo(id=LOCK_ID, operation="OperationTypeApply", who="r")).epoch
    clear = a_state(1)
    commit = CommitRequest(
        attempt=caller.attempt,
        lock_id=LOCK_ID,
        epoch=epoch,
        serial=1,
        lineage=LINEAGE,
        sha256=sha256_hex(clear),
        resources=0,
        object=_sealed(world, container, ObjectPurpose.STATE, clear),
    )
    container.states.commit(caller, commit)
    page = container.state_history.versions(ADA, world.spec_id, PageRequest())
    return page.items[0].version_id, commit


def _sealed(
    world: World, container: PopulatedContainer, purpose: ObjectPurpose, clear: bytes
) -> StoredObject:
    job = world.job
    name = container.objects.data_key(AttemptCaller(job.job_id, job.attempt), purpose, 1).name
    return container.sealed_objects.write(name, clear, zone_id=job.zone_id, spec_id=job.of_spec)
