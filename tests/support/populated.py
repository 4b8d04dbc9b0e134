"""A zone in which everything exists once, for tests that walk every route.

``populated_zone(endpoint, issuer_folder)`` is the zone of ada (its admin), with a member of each role, a spec
whose plan awaits review, a second one whose plan a runner has in hand, and a third whose plan waits to be
claimed; a linked account; a stranger's zone beside it. What leaves the process is played in memory.

``zone.ids`` says what stands for each name in a path.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from alethia.embedded.gateway import Gateway
from alethia.embedded.issuer import Issuer
from app import app
from chalicelib import bootstrap
from chalicelib.adapters.dynamodb.tables import MemberRow, MembershipRow, zone_pk
from chalicelib.adapters.dynamodb.zones import user_pk
from chalicelib.domain.errors import Damaged, NotFound
from chalicelib.domain.runner import RunnerKind
from chalicelib.domain.store_names import digest_of
from chalicelib.domain.words import Role
from chalicelib.services.identities import IdentityForm
from chalicelib.services.ports.keys import FreshKey
from chalicelib.services.ports.store import PresignedPut
from chalicelib.services.state_admin import StateAdmin
from chalicelib.services.state_reader import StateReader

from .api import ISSUER, Api
from .builders import ACCOUNT, NOW, ROLE, FakeClock, a_form
from .dynamodb import fresh_tables
from .runs import ADA, RunsContainer, World

PLATFORM = "platform"
STRANGERS_RUNNER = "strangers-runner"


class MemoryStore:
    """An object store that keeps its promises."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def put(self, key: str, body: bytes) -> None:
        self.objects[key] = body

    def get(self, key: str, *, expected: bool = False) -> bytes:
        try:
            return self.objects[key]
        except KeyError:
            raise NotFound("There is no such object.") from None

    def size(self, key: str, *, expected: bool = False) -> int:
        return len(self.get(key))

    def presigned_put(self, key: str) -> PresignedPut:
        return PresignedPut(f"https://store.test/{key}", {"x-amz-checksum-sha256": digest_of(key)})

    def presigned_get(self, key: str) -> str:
        return f"https://store.test/{key}"


class MemoryKeys:
    """A key service that knows its own keys by their context."""

    CLEAR = b"k" * 32

    def generate(self, context: Mapping[str, str]) -> FreshKey:
        return FreshKey(clear=self.CLEAR, wrapped=repr(sorted(context.items())).encode())

    def unwrap(self, wrapped: bytes, context: Mapping[str, str]) -> bytes:
        if wrapped != repr(sorted(context.items())).encode():
            raise Damaged("The data key was not wrapped for this object.")
        return self.CLEAR


class PopulatedContainer(RunsContainer):
    """The real services; the store, the key service and the clouds are in memory."""

    @cached_property
    def object_store(self) -> MemoryStore:
        return MemoryStore()

    @cached_property
    def keys(self) -> MemoryKeys:
        return MemoryKeys()

    @cached_property
    def state_admin(self) -> StateAdmin:
        reader = StateReader(self.state_rows, self.sealed_objects)
        return StateAdmin(self.state_history, self.state_rows, reader, self.sealed_objects, self.clock)


@dataclass
class PopulatedZone:
    """The zone, and who may be met around it."""

    api: Api
    zone_id: str
    waiting: World
    """Its plan awaits review."""
    working: World
    """A runner has its plan in hand."""
    queued: World
    """Its plan waits for the platform's runner."""
    identity_id: str
    strangers_zone_id: str
    ids: dict[str, str] = field(default_factory=dict)
    """Name in a path → what is there, for people."""


@contextmanager
def populated_zone(endpoint: str, issuer_folder: Path) -> Iterator[PopulatedZone]:
    """Fresh tables with the zone in them, and the app on top."""
    clock = FakeClock()
    container = PopulatedContainer(fresh_tables(endpoint), Issuer.open(issuer_folder, ISSUER), clock)
    bootstrap.use(container)
    try:
        yield _populate(Api(Gateway(app), container), container, clock)
    finally:
        bootstrap.use(None)


def _populate(api: Api, container: PopulatedContainer, clock: FakeClock) -> PopulatedZone:
    zone = container.zones.create(ADA, "Shop", None, "zone-request")
    for role in Role:
        add_member(zone.zone_id, str(role), role)
    identity = container.identities.seed_verified(
        zone.zone_id, IdentityForm(name="Sandbox", account_id=ACCOUNT, role_reference=ROLE)
    )
    container.runner_credentials.register(PLATFORM, kind=RunnerKind.FARGATE, name="Platform")
    theirs = api.a_zone("mallory")
    container.runner_credentials.register(
        STRANGERS_RUNNER, kind=RunnerKind.SELF_HOSTED, name="Theirs", zone_id=theirs
    )

    def a_world(region: str) -> World:
        body = a_form(region=region, cloud_identity=identity.identity_id)
        spec = container.specs.create(ADA, zone.zone_id, body, None, f"spec-{region}")
        return World(container, clock, spec.spec_id, zone.zone_id)

    waiting, working, queued = map(a_world, ("eu-west-1", "eu-central-1", "eu-north-1"))
    waiting.to_review()
    working.plan()
    working.claim()
    queued.plan()
    ids = {
        "zone_id": zone.zone_id,
        "identity_id": identity.identity_id,
        "spec_id": waiting.spec_id,
        "run_id": waiting.run_id,
        "job_id": waiting.job.job_id,
        "number": "1",
        "version_id": "0000000001-aaaaaaaaaaaa",
        "provider": "aws",
    }
    return PopulatedZone(api, zone.zone_id, waiting, working, queued, identity.identity_id, theirs, ids)


def add_member(zone_id: str, user: str, role: Role) -> None:
    """Somebody with this role, without the ceremony of an invitation."""
    pk = zone_pk(zone_id)
    MemberRow(pk, f"MEMBER#{user}", user=user, role=str(role), since=NOW).save()
    MembershipRow(user_pk(user), pk, zone_id=zone_id, name="Shop", role=str(role)).save()
