"""Sessions for jobs: only the attempt that works gets one, only for what its job was made for."""

from typing import Any

import pytest

from alethia.embedded.gateway import Gateway
from chalicelib.adapters.dynamodb.tables import IdentityRow, zone_pk
from chalicelib.domain.errors import CloudRefused
from chalicelib.domain.messages import ClaimRequest, CloudCredentials
from chalicelib.domain.words import JobType
from chalicelib.services.access import Principal
from chalicelib.services.paging import PageRequest
from tests.support.api import Api, Reply
from tests.support.builders import ACCOUNT, ROLE
from tests.support.runs import World

SECRET = "wJalr-the-secret-of-a-session"


class FakeSts:
    """AWS's token service, as a test wants it."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.proved = 0
        self.refusal: CloudRefused | None = None
        self.lets_anybody_in = False

    def assume(self, role: str, **asked: Any) -> CloudCredentials:
        self.asked.append({"role": role, **asked})
        if self.refusal:
            raise self.refusal
        return CloudCredentials(
            access_key_id="ASIA",
            secret_access_key=SECRET,
            session_token="session-token",
            expires_at="2026-03-01T13:00:00Z",
            account_id=asked["account_id"],
            principal="arn:aws:sts::1:assumed-role/x/y",
        )

    def require_external_id(self, role: str, **asked: Any) -> None:
        self.proved += 1
        if self.lets_anybody_in:
            raise CloudRefused("It asks for no external id.", details={"cause": "external_id"})


@pytest.fixture
def sts(world: World) -> FakeSts:
    fake = FakeSts()
    world.container.__dict__["customer_aws"] = fake
    return fake


@pytest.fixture
def api(world: World) -> Api:
    from app import app

    return Api(Gateway(app), world.container)


def ask(api: Api, world: World, attempt: int = 1, job_id: str | None = None) -> Reply:
    job_id = job_id or world.job.job_id
    return api.as_job(job_id, attempt).post(f"/api/jobs/{job_id}/cloud-credentials", {"attempt": attempt})


def test_a_claimed_job_gets_an_hour_in_its_account(world: World, api: Api, sts: FakeSts) -> None:
    world.plan()
    world.claim()
    reply = ask(api, world)
    assert reply.status == 200
    assert reply.json["secret_access_key"] == SECRET
    assert reply.headers["Cache-Control"] == "no-store"
    [asked] = sts.asked
    assert (asked["role"], asked["account_id"], asked["region"]) == (ROLE, ACCOUNT, "eu-west-1")
    assert asked["session_name"] == f"{world.job.job_id}-1"
    assert asked["external_id"]


def test_an_attempt_that_is_over_gets_none_and_the_try_is_audited(
    world: World, api: Api, sts: FakeSts
) -> None:
    world.plan()
    world.claim()
    world.report(outcome="failed", error={"step": "plan", "message": "no"})
    reply = ask(api, world)
    assert (reply.status, sts.asked) == (403, [])
    trail = world.container.audit_store.of_zone(world.zone_id, PageRequest())
    assert any(entry.outcome == "refused" and entry.actor.startswith("job:") for entry in trail.items)


def test_another_attempt_and_another_job_get_none(world: World, api: Api, sts: FakeSts) -> None:
    world.plan()
    world.claim()
    job_id = world.job.job_id
    other = api.as_job(job_id, 2).post(f"/api/jobs/{job_id}/cloud-credentials", {"attempt": 1})
    stranger = api.as_job("job-of-mallory").post(f"/api/jobs/{job_id}/cloud-credentials", {"attempt": 1})
    person = api.as_user("ada").post(f"/api/jobs/{job_id}/cloud-credentials", {"attempt": 1})
    assert (other.status, stranger.status, person.status) == (403, 404, 403)
    assert sts.asked == []


def test_a_job_made_for_another_account_gets_none(world: World, api: Api, sts: FakeSts) -> None:
    world.plan()
    world.claim()
    identity_id = world.spec.cloud_identity
    IdentityRow(zone_pk(world.zone_id), f"IDENTITY#{identity_id}").update(
        [IdentityRow.role_reference.set(f"arn:aws:iam::{ACCOUNT}:role/another")]
    )
    reply = ask(api, world)
    assert (reply.status, sts.asked) == (403, [])
    assert "another account or role" in reply.error["message"]


def test_a_refusal_says_its_cause_and_holds_no_secret(world: World, api: Api, sts: FakeSts) -> None:
    world.plan()
    world.claim()
    sts.refusal = CloudRefused("Check in this order …", details={"cause": "not_told"})
    reply = ask(api, world)
    assert (reply.status, reply.error["code"]) == (409, "CloudRefused")
    assert reply.error["details"]["cause"] == "not_told"
    assert SECRET.encode() not in reply.body


def a_claimed_job(world: World, job_type: JobType) -> str:
    """About the identity of the world's spec; its id."""
    job = world.container.single_jobs.about_identity(
        Principal("ada"),
        job_type,
        world.zone_id,
        world.spec.cloud_identity or "",
        runner=None,
        idempotency_key=None,
    )
    claim = ClaimRequest(attempt=1, claim_id="claim-0001", runner_version="1", terraform_versions=[])
    world.container.runner_protocol.claim(job.runner, job.job_id, claim)
    return job.job_id


class TestTheExternalId:
    def test_no_job_gets_a_session_of_a_role_that_does_not_ask_for_it(
        self, world: World, api: Api, sts: FakeSts
    ) -> None:
        """Whatever the identity's status says: a zone's own runner reports what it likes of a test."""
        sts.lets_anybody_in = True
        world.plan()
        world.claim()
        fetching = a_claimed_job(world, JobType.FETCH_RESOURCES)
        for job_id in (world.job.job_id, fetching):
            reply = ask(api, world, job_id=job_id)
            assert (reply.status, reply.error["details"]["cause"]) == (409, "external_id")
            assert SECRET.encode() not in reply.body

    def test_is_proved_once_for_each_role(self, world: World, api: Api, sts: FakeSts) -> None:
        fetching = a_claimed_job(world, JobType.FETCH_RESOURCES)
        assert [ask(api, world, job_id=fetching).status for _ in range(2)] == [200, 200]
        assert sts.proved == 1
        identity = world.container.identity_store.get(world.zone_id, world.spec.cloud_identity or "")
        assert identity is not None
        assert identity.proved_role == ROLE
        body = {"name": "Sandbox", "account_id": ACCOUNT, "role_reference": f"{ROLE}-2"}
        path = f"/api/zones/{world.zone_id}/identities/{identity.identity_id}"
        assert api.as_user("ada").put(path, body).status == 200
        assert ask(api, world, job_id=fetching).status == 200
        assert sts.proved == 2

    def test_is_proved_again_by_each_connection_test(self, world: World, api: Api, sts: FakeSts) -> None:
        for proved in (1, 2):
            job_id = a_claimed_job(world, JobType.CONNECTION_TEST)
            assert ask(api, world, job_id=job_id).status == 200
            assert sts.proved == proved
