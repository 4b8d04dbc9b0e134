"""A GCP project and an Azure subscription, linked over the routes: setup, token, connection test."""

from typing import Any

import pytest

from alethia.embedded.gateway import Gateway
from chalicelib.domain.identity import RefusalCause
from chalicelib.domain.messages import ClaimRequest, Outcome, Report
from chalicelib.domain.results import ConnectionResult
from tests.support.api import Api
from tests.support.clouds_azure import AZURE, SUBSCRIPTION
from tests.support.clouds_gcp import GCP, PROJECT
from tests.support.oidc import ISSUER_URL, Relying, TestIssuer
from tests.support.runs import World

LINKED: dict[str, dict[str, Any]] = {
    "gcp": {"account_id": PROJECT, "gcp": GCP.model_dump()},
    "azure": {"account_id": SUBSCRIPTION, "azure": AZURE.model_dump()},
}


@pytest.fixture
def api(world: World, oidc: TestIssuer) -> Api:
    """The routes of a deployment that signs tokens."""
    from app import app

    oidc.sign_with(world.container, oidc.key())
    return Api(Gateway(app), world.container)


class Linked:
    """One linked account, and its jobs."""

    def __init__(self, world: World, api: Api, provider: str, **form: Any) -> None:
        self.world, self.api, self.provider = world, api, provider
        self.ada = api.as_user("ada")
        self.path = f"/api/zones/{world.zone_id}/identities"
        self.form = {"provider": provider, "name": "Shop", "method": "federation", **form}
        made = self.ada.post(self.path, self.form)
        assert made.status == 201, made.body
        self.identity_id = made.json["identity_id"]
        self.path += f"/{self.identity_id}"

    @property
    def identity(self) -> dict[str, Any]:
        found: dict[str, Any] = self.ada.get(self.path).json
        return found

    def test(self) -> str:
        """A claimed connection test; its job id."""
        self.world.clock.advance(seconds=5)
        started = self.ada.post(self.path + "/test", {})
        assert started.status == 202, started.body
        job_id: str = started.json["job_id"]
        request = ClaimRequest(
            attempt=1, claim_id="claim-0001", runner_version="1", terraform_versions=["1.11.4"]
        )
        assignment = self.world.container.runner_protocol.claim(started.json["runner"], job_id, request)
        assert assignment.access.provider == self.provider
        return job_id

    def token(self, job_id: str) -> Any:
        return self.api.as_job(job_id).post(f"/api/jobs/{job_id}/cloud-token", {"attempt": 1})

    def report(self, job_id: str, **how: Any) -> None:
        result = ConnectionResult(provider=self.identity["provider"], **how)
        report = Report(
            attempt=1,
            outcome=Outcome.FAILED if result.cause or result.missing else Outcome.SUCCEEDED,
            result=result,
        )
        self.world.container.runner_protocol.report(job_id, report)


@pytest.mark.parametrize("provider", LINKED)
def test_from_a_form_to_a_verified_identity(world: World, api: Api, provider: str) -> None:
    linked = Linked(world, api, provider, **LINKED[provider])
    setup = linked.ada.get(linked.path + "/setup").json
    assert linked.identity["status"] == "PENDING"

    job_id = linked.test()
    token = linked.token(job_id)
    assert token.status == 200, token.body
    claims = Relying(api.nobody).claims(token.json["token"])
    # What the customer was told to trust is what comes.
    assert (claims["iss"], claims["sub"], claims["aud"]) == (
        setup["issuer"],
        setup["subject"],
        setup["audience"],
    )
    assert claims["iss"] == ISSUER_URL

    linked.report(job_id, account_id=linked.identity["account_id"], permissions_checked=3)
    assert linked.identity["status"] == "VERIFIED"
    assert linked.token(job_id).status == 403


@pytest.mark.parametrize("provider", LINKED)
def test_a_refusal_leaves_it_unverified_and_a_later_one_disconnects_it(
    world: World, api: Api, provider: str
) -> None:
    linked = Linked(world, api, provider, **LINKED[provider])
    linked.report(linked.test(), cause=RefusalCause.TRUST_POLICY)
    assert linked.identity["status"] == "PENDING"
    linked.report(linked.test(), account_id=linked.identity["account_id"])
    linked.report(linked.test(), cause=RefusalCause.NOT_TOLD)
    assert linked.identity["status"] == "DISCONNECTED"


@pytest.mark.parametrize("provider", LINKED)
def test_the_setup_comes_before_the_federation_and_no_token_does(
    world: World, api: Api, provider: str
) -> None:
    linked = Linked(world, api, provider, account_id=LINKED[provider]["account_id"])
    assert linked.ada.get(linked.path + "/setup").json["snippets"]
    reply = linked.token(linked.test())
    assert reply.status == 409
    assert "setup" in reply.error["message"]
    form = {name: value for name, value in linked.form.items() if name != "provider"}
    assert linked.ada.put(linked.path, {**form, **LINKED[provider]}).status == 200
    assert linked.token(linked.test()).status == 200


def test_a_form_that_can_not_be_right_names_its_fields(world: World, api: Api) -> None:
    form = {"provider": "gcp", "name": "Shop", "method": "role", "account_id": "12", "gcp": GCP.model_dump()}
    reply = api.as_user("ada").post(f"/api/zones/{world.zone_id}/identities", form)
    assert reply.status == 422
    assert set(reply.problems) == {"method", "account_id"}
