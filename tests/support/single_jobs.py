"""Jobs by themselves in a :class:`~tests.support.runs.World`: a person starts them, a runner does them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from alethia.embedded.gateway import Gateway
from chalicelib.adapters.dynamodb.connection import get_or_none
from chalicelib.adapters.dynamodb.identities import resources_key
from chalicelib.adapters.dynamodb.tables import ResourcesRow
from chalicelib.domain.identity import FetchedResources, Identity
from chalicelib.domain.job import JobError
from chalicelib.domain.messages import Assignment, ClaimRequest, Outcome, Report, ReportAnswer
from chalicelib.domain.resources import CloudResources, Region
from chalicelib.domain.results import (
    BootstrapResult,
    ConnectionResult,
    MissingPermission,
    RepositoryAccess,
    ResourcesResult,
)
from chalicelib.domain.words import CloudProvider, JobType, Role
from chalicelib.services.access import Principal
from chalicelib.services.identities import IdentityForm
from chalicelib.services.paging import PageRequest
from chalicelib.services.ports.jobs import JobRecord

from .api import Api, Reply
from .builders import ACCOUNT, ROLE
from .people import join
from .runs import World

CONNECTED = ConnectionResult(
    provider=CloudProvider.AWS, account_id=ACCOUNT, principal="somebody", permissions_checked=9
)
REFUSED = ConnectionResult(provider=CloudProvider.AWS, cause="not_told")
INCOMPLETE = CONNECTED.model_copy(update={"missing": [MissingPermission(action="ec2:CreateVpc")]})
FOUND = ResourcesResult(
    provider=CloudProvider.AWS,
    account_id=ACCOUNT,
    resources=CloudResources(regions=[Region(name="eu-west-1", label="Ireland")]),
)
READY = BootstrapResult(
    state_name="shop-development-eu-west-1",
    store_verified=True,
    lock_verified=True,
    template_digest="ab" * 32,
    template_valid=True,
    terraform_version="1.11.4",
    provider_cache_warm=True,
    repositories=[RepositoryAccess(repository="https://git.example.com/shop/apps", access="public")],
)
RESULTS: dict[JobType, Any] = {
    JobType.CONNECTION_TEST: CONNECTED,
    JobType.FETCH_RESOURCES: FOUND,
    JobType.BOOTSTRAP: READY,
}


@dataclass
class Singles:
    """The jobs of a fresh, PENDING identity of the world's zone, and of the world's spec."""

    world: World
    api: Api
    identity_id: str = field(init=False)

    def __post_init__(self) -> None:
        form = IdentityForm(name="New", account_id=ACCOUNT, role_reference=ROLE)
        made = self.world.container.identities.create(
            Principal("ada"), self.world.zone_id, form, "link", "link-request"
        )
        self.identity_id = made.identity_id

    def path(self, job_type: JobType) -> str:
        if job_type is JobType.BOOTSTRAP:
            return f"/api/specs/{self.world.spec_id}/bootstrap"
        word = "test" if job_type is JobType.CONNECTION_TEST else "fetch-resources"
        return f"/api/zones/{self.world.zone_id}/identities/{self.identity_id}/{word}"

    def ask(self, job_type: JobType, user: str = "ada", body: Any = None, **headers: str) -> Reply:
        return self.api.as_user(user).post(self.path(job_type), body or {}, **headers)

    def start(self, job_type: JobType = JobType.CONNECTION_TEST, **headers: str) -> str:
        """Its id."""
        reply = self.ask(job_type, **headers)
        assert reply.status == 202, reply.body
        job_id: str = reply.json["job_id"]
        return job_id

    def a_member(self, role: Role) -> str:
        return join(self.world.zone_id, f"the-{role}", role).user

    def job(self, job_id: str) -> JobRecord:
        job = self.world.container.job_store.get(job_id)
        assert job is not None
        return job

    @property
    def identity(self) -> Identity:
        found = self.world.container.identity_store.get(self.world.zone_id, self.identity_id)
        assert found is not None
        return found

    @property
    def status(self) -> str:
        return str(self.identity.status)

    def claim(self, job_id: str, claim_id: str = "claim-0001") -> Assignment:
        job = self.job(job_id)
        request = ClaimRequest(
            attempt=job.attempt, claim_id=claim_id, runner_version="1", terraform_versions=[]
        )
        return self.world.container.runner_protocol.claim(job.runner, job_id, request)

    def report(
        self, job_id: str, result: Any = None, outcome: Outcome = Outcome.SUCCEEDED, **more: Any
    ) -> ReportAnswer:
        error = None if outcome is Outcome.SUCCEEDED else JobError(step="connect", message="It failed.")
        fields = {"attempt": self.job(job_id).attempt, "outcome": outcome, "result": result, "error": error}
        return self.world.container.runner_protocol.report(job_id, Report(**(fields | more)))

    def tested(self, result: Any = CONNECTED, outcome: Outcome = Outcome.SUCCEEDED) -> str:
        """A connection test from beginning to end; the identity's status afterwards."""
        job_id = self.start()
        self.claim(job_id)
        self.report(job_id, result, outcome)
        self.world.clock.advance(seconds=1)
        return self.status

    def audited(self, action: str) -> list[Any]:
        """Entries of the zone's trail, newest first."""
        page = self.world.container.audit_store.of_zone(self.world.zone_id, PageRequest(limit=100))
        return [entry for entry in page.items if entry.action == action]

    def fetched(self) -> FetchedResources | None:
        row = get_or_none(ResourcesRow, *resources_key(self.world.zone_id, self.identity_id))
        return None if row is None else FetchedResources.model_validate(row.fetched)


@pytest.fixture
def singles(world: World) -> Iterator[Singles]:
    from app import app

    yield Singles(world, Api(Gateway(app), world.container))
