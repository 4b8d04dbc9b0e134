"""An Azure subscription, from our token to what is in it. Azure is played as its documentation records."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from chalicelib.domain.identity import AccessMethod, RefusalCause
from chalicelib.domain.messages import CloudAccess
from chalicelib.domain.words import CloudProvider
from chalicelib.providers.linking.azure import AUDIENCE, PERMISSIONS
from chalicelib.services.oidc_issuer import OidcIssuer
from runner_task.clouds import CloudContext, rest
from runner_task.clouds.azure import Azure, open_cloud
from runner_task.clouds.azure.connection import allowed
from runner_task.errors import NotLetIn, StepFailed
from tests.support.builders import FakeClock
from tests.support.clouds import MemoryKeys, PlayedClouds, SigningApi, a_job
from tests.support.clouds_azure import AZURE, CLIENT, SUBSCRIPTION, TENANT
from tests.support.oidc import PUBLIC_URL, Relying

NETWORKS = "providers/Microsoft.Network/virtualNetworks"
ZONES = "providers/Microsoft.Network/dnszones"
PRIVATE_ZONES = "providers/Microsoft.Network/privateDnsZones"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/shop"


class Job(NamedTuple):
    """A job about the subscription, and what it said."""

    cloud: Azure
    context: CloudContext
    api: SigningApi
    said: list[str]


@pytest.fixture
def job(clouds: PlayedClouds, issuer: OidcIssuer, tmp_path: Path) -> Iterator[Job]:
    access = CloudAccess(
        provider=CloudProvider.AZURE,
        identity_id="identity-1",
        method=AccessMethod.FEDERATION,
        account_id=SUBSCRIPTION,
        azure=AZURE,
        region="westeurope",
    )
    api = SigningApi(issuer, AUDIENCE)
    with a_job(clouds, access, api, tmp_path) as (context, said):
        yield Job(open_cloud(context), context, api, said)


def test_our_token_becomes_the_applications(job: Job, clouds: PlayedClouds) -> None:
    result = job.cloud.test_connection()
    assert (result.account_id, result.principal) == (SUBSCRIPTION, f"application {CLIENT}")
    assert (result.cause, result.unchecked, result.missing) == (None, None, [])
    assert result.permissions_checked == len(PERMISSIONS)
    assert clouds.requests[0][1] == f"login.microsoftonline.com/{TENANT}/oauth2/v2.0/token"
    assert job.context.masker.mask("canary-azure-access") == "***"


def test_permissions_that_the_application_may_not_list_are_not_checked(
    job: Job, clouds: PlayedClouds
) -> None:
    clouds.azure.permissions = None
    result = job.cloud.test_connection()
    assert (result.permissions_checked, result.missing) == (0, [])
    assert result.unchecked is not None and "AuthorizationFailed" in result.unchecked


DNS_ZONES = {action for action in PERMISSIONS if action.startswith("Microsoft.Network/dnszones/")}
READ_OF_NETWORK = {
    action for action in PERMISSIONS if action.startswith("Microsoft.Network/") and action.endswith("/read")
}


@pytest.mark.parametrize(
    ("entries", "missing"),
    [
        ([{"actions": ["*"], "notActions": []}], set()),
        ([{"actions": ["microsoft.network/*/READ"]}], {*PERMISSIONS} - READ_OF_NETWORK),
        ([{"actions": ["*"], "notActions": ["Microsoft.Network/dnsZones/*"]}], DNS_ZONES),
        (
            [
                {"actions": ["*"], "notActions": ["Microsoft.Network/dnsZones/*"]},
                {"actions": ["Microsoft.Network/dnszones/*"], "notActions": []},
            ],
            set(),
        ),
        ([], {*PERMISSIONS}),
    ],
)
def test_what_one_role_takes_away_another_may_give(
    job: Job, clouds: PlayedClouds, entries: list[dict[str, Any]], missing: set[str]
) -> None:
    clouds.azure.permissions = entries
    assert {item.action for item in job.cloud.test_connection().missing} == missing


def test_a_pattern_matches_the_whole_action() -> None:
    assert not allowed("Microsoft.Network/dnszones/read", [{"actions": ["Microsoft.Network/dnszones/rea"]}])
    assert not allowed("Microsoft.Network/dnszones/read", [{"actions": ["Microsoft.Networ./dnszones/read"]}])


Change = Callable[[PlayedClouds, Job, FakeClock], object]


def of_azure(**values: Any) -> Change:
    return lambda clouds, job, clock: [setattr(clouds.azure, name, value) for name, value in values.items()]


def of_trust(**values: Any) -> Change:
    return lambda clouds, job, clock: [
        setattr(clouds.azure.trust, name, value) for name, value in values.items()
    ]


def signed_elsewhere(clouds: PlayedClouds, job: Job, clock: FakeClock) -> None:
    job.api.issuer = OidcIssuer(MemoryKeys(), ["other"], PUBLIC_URL, clock)


def too_slow(clouds: PlayedClouds, job: Job, clock: FakeClock) -> None:
    late = FakeClock()
    late.advance(seconds=-601)
    job.api.issuer = OidcIssuer(job.api.issuer._keys, ["the-key"], PUBLIC_URL, late)


REFUSALS: dict[str, tuple[Change, RefusalCause, str]] = {
    "no such tenant": (of_azure(tenant="another"), RefusalCause.NO_SUCH_ROLE, "tenant_id"),
    "no such application": (of_azure(application="another"), RefusalCause.NO_SUCH_ROLE, "client_id"),
    "another issuer": (
        of_trust(issuer="https://api.test/api/oidc/"),
        RefusalCause.TRUST_POLICY,
        "AADSTS700211",
    ),
    "another audience": (of_trust(audience="api://other"), RefusalCause.TRUST_POLICY, AUDIENCE),
    "another subject": (
        of_trust(subject="zone:zone-1:identity:identity-2"),
        RefusalCause.TRUST_POLICY,
        "this identity's subject",
    ),
    "a key that we do not publish": (signed_elsewhere, RefusalCause.TRUST_POLICY, "federated credential"),
    "too late": (too_slow, RefusalCause.CLOCK, "clock"),
    "no such subscription": (
        of_azure(subscription="another"),
        RefusalCause.NOT_TOLD,
        "assign the role",
    ),
    "no answer": (
        lambda clouds, job, clock: clouds.broken.add("login.microsoftonline.com"),
        RefusalCause.UNREACHABLE,
        "login.microsoftonline.com",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_says_its_cause_and_what_to_do(
    job: Job, clouds: PlayedClouds, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(rest, "PATIENCE_SECONDS", 0.0)
    change, cause, sentence = REFUSALS[name]
    change(clouds, job, clock)
    with pytest.raises(NotLetIn) as refusal:
        job.cloud.test_connection()
    assert refusal.value.cause is cause
    assert sentence in refusal.value.message
    assert not any(token in refusal.value.message for token in job.api.issued)


def test_an_identity_that_is_not_set_up_is_told_apart(job: Job) -> None:
    bare = job.context.access.model_copy(update={"azure": None})
    with pytest.raises(StepFailed, match="follow its setup"):
        open_cloud(replace(job.context, access=bare)).environment()


class TestTerraform:
    def test_gets_no_secret_but_the_loopbacks(self, job: Job) -> None:
        environment = job.cloud.environment()
        assert environment.pop("ARM_OIDC_REQUEST_TOKEN") == job.context.loopback.credentials_token
        assert environment.pop("ARM_OIDC_REQUEST_URL").startswith("http://127.0.0.1:")
        assert environment == {
            "ARM_USE_OIDC": "true",
            "ARM_USE_CLI": "false",
            "ARM_CLIENT_ID": CLIENT,
            "ARM_TENANT_ID": TENANT,
            "ARM_SUBSCRIPTION_ID": SUBSCRIPTION,
        }

    def test_asks_for_a_fresh_token_each_time(self, job: Job, clouds: PlayedClouds, clock: FakeClock) -> None:
        """As the azurerm provider does (``GitHubOIDCAuthorizer``), also when the first token is long over."""
        environment = job.cloud.environment()
        relying = Relying(clouds.relying.client)
        seen = set()
        for _ in range(3):
            clock.advance(minutes=40)
            answer = httpx.get(
                environment["ARM_OIDC_REQUEST_URL"],
                params={"audience": AUDIENCE},
                headers={"Authorization": f"Bearer {environment['ARM_OIDC_REQUEST_TOKEN']}"},
            )
            claims = relying.claims(answer.json()["value"])
            assert claims["exp"] - clock.now().timestamp() == 600
            seen.add(claims["jti"])
        assert len(seen) == 3


class TestResources:
    def listing(self, clouds: PlayedClouds) -> None:
        def network(name: str, *subnets: dict[str, Any]) -> dict[str, Any]:
            return {
                "id": f"{GROUP}/{NETWORKS}/{name}",
                "name": name,
                "location": "westeurope",
                "properties": {
                    "addressSpace": {"addressPrefixes": ["10.0.0.0/16", "10.9.0.0/16"]},
                    "subnets": [
                        {"id": f"{GROUP}/{NETWORKS}/{name}/subnets/{subnet['name']}", **subnet}
                        for subnet in subnets
                    ],
                },
            }

        def region(name: str, kind: str) -> dict[str, Any]:
            return {"name": name, "displayName": name.title(), "metadata": {"regionType": kind}}

        clouds.azure.lists = {
            "locations": [[region("westeurope", "Physical"), region("europe", "Logical")]],
            NETWORKS: [
                [network("main", {"name": "apps", "properties": {"addressPrefix": "10.0.1.0/24"}})],
                [network("other", {"name": "data", "properties": {"addressPrefixes": ["10.0.2.0/24"]}})],
            ],
            ZONES: [[{"id": f"{GROUP}/{ZONES}/shop.example.com", "name": "shop.example.com"}]],
            PRIVATE_ZONES: [[{"id": f"{GROUP}/{PRIVATE_ZONES}/inner", "name": "inner"}]],
        }

    def test_every_page_of_every_list(self, job: Job, clouds: PlayedClouds) -> None:
        self.listing(clouds)
        found = job.cloud.fetch_resources()
        assert found.unreadable == []
        assert [(region.name, region.label) for region in found.regions] == [("westeurope", "Westeurope")]
        assert [(network.name, network.region, network.cidr_block) for network in found.networks] == [
            ("main", "westeurope", "10.0.0.0/16"),
            ("other", "westeurope", "10.0.0.0/16"),
        ]
        assert [(subnet.name, subnet.cidr_block, subnet.public) for subnet in found.subnets] == [
            ("apps", "10.0.1.0/24", False),
            ("data", "10.0.2.0/24", False),
        ]
        assert {subnet.network_id for subnet in found.subnets} == {item.network_id for item in found.networks}
        assert [(zone.domain_name, zone.private) for zone in found.hosted_zones] == [
            ("shop.example.com", False),
            ("inner", True),
        ]

    def test_what_can_not_be_read_is_said_and_the_rest_stands(self, job: Job, clouds: PlayedClouds) -> None:
        self.listing(clouds)
        del clouds.azure.lists[PRIVATE_ZONES]
        found = job.cloud.fetch_resources()
        assert len(found.unreadable) == 1
        assert found.unreadable[0].startswith("Private DNS zones could not be read")
        assert len(found.hosted_zones) == 1

    def test_a_next_page_elsewhere_gets_no_token_of_ours(
        self, job: Job, clouds: PlayedClouds, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.listing(clouds)
        arm = clouds.azure.arm

        def elsewhere(path: str, query: dict[str, str]) -> Any:
            answer = arm(path, query)
            return answer | {"nextLink": "https://evil.example.com/x"} if "nextLink" in answer else answer

        monkeypatch.setattr(clouds.azure, "arm", elsewhere)
        found = job.cloud.fetch_resources()
        assert "another host" in found.unreadable[0]
        assert not any("evil" in address for _, address, _ in clouds.requests)
