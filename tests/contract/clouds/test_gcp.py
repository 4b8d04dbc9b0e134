"""A GCP project, from our token to what is in it. GCP is played by what its public documentation records."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from math import ceil
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from chalicelib.domain.identity import AccessMethod, RefusalCause
from chalicelib.domain.messages import CloudAccess
from chalicelib.domain.words import CloudProvider
from chalicelib.providers.linking.gcp import PERMISSIONS, provider_name
from chalicelib.services.oidc_issuer import OidcIssuer
from runner_task.clouds import CloudContext, rest
from runner_task.clouds.gcp import Gcp, open_cloud
from runner_task.clouds.gcp.connection import MOST_AT_ONCE
from runner_task.errors import NotLetIn, StepFailed
from tests.support.builders import FakeClock
from tests.support.clouds import MemoryKeys, PlayedClouds, SigningApi, a_job
from tests.support.clouds_common import SUBJECT
from tests.support.clouds_gcp import ACCOUNT, GCP, PROJECT, PROVIDER
from tests.support.oidc import PUBLIC_URL, Relying

LINK = f"https://www.googleapis.com/compute/v1/projects/{PROJECT}"
INTERNET = f"{LINK}/global/gateways/default-internet-gateway"


class Job(NamedTuple):
    """A job about the project, and what it said."""

    cloud: Gcp
    context: CloudContext
    api: SigningApi
    said: list[str]


@pytest.fixture
def access() -> CloudAccess:
    return CloudAccess(
        provider=CloudProvider.GCP,
        identity_id="identity-1",
        method=AccessMethod.FEDERATION,
        account_id=PROJECT,
        gcp=GCP,
        region="europe-west4",
    )


@pytest.fixture
def job(clouds: PlayedClouds, issuer: OidcIssuer, access: CloudAccess, tmp_path: Path) -> Iterator[Job]:
    api = SigningApi(issuer, provider_name(GCP))
    with a_job(clouds, access, api, tmp_path) as (context, said):
        yield Job(open_cloud(context), context, api, said)


def test_our_token_becomes_the_service_accounts(job: Job, clouds: PlayedClouds) -> None:
    result = job.cloud.test_connection()
    assert (result.account_id, result.principal) == (PROJECT, ACCOUNT)
    assert (result.cause, result.unchecked, result.missing) == (None, None, [])
    assert result.permissions_checked == len(PERMISSIONS)
    assert [request[1].split("/")[0] for request in clouds.requests] == [
        "sts.googleapis.com",
        "iamcredentials.googleapis.com",
        *["cloudresourcemanager.googleapis.com"] * ceil(len(PERMISSIONS) / MOST_AT_ONCE),
    ]


def test_every_token_is_masked_from_then_on(job: Job) -> None:
    job.cloud.test_connection()
    secrets = [f"canary-federated:{SUBJECT}", "canary-gcp-access"]
    assert job.context.masker.mask(" ".join(secrets)) == "*** ***"


def test_missing_permissions_are_listed(job: Job, clouds: PlayedClouds) -> None:
    clouds.gcp.granted = set(PERMISSIONS) - {"compute.routes.list", "dns.managedZones.list"}
    result = job.cloud.test_connection()
    assert {item.action for item in result.missing} == {"compute.routes.list", "dns.managedZones.list"}
    assert {item.resource for item in result.missing} == {f"projects/{PROJECT}"}


def test_no_permission_at_all_is_still_a_way_in(job: Job, clouds: PlayedClouds) -> None:
    clouds.gcp.granted = set()
    assert len(job.cloud.test_connection().missing) == len(PERMISSIONS)


Change = Callable[[PlayedClouds, Job, FakeClock], object]


def broken(host: str) -> Change:
    return lambda clouds, job, clock: clouds.broken.add(host)


def of_gcp(**values: Any) -> Change:
    def change(clouds: PlayedClouds, job: Job, clock: FakeClock) -> None:
        for name, value in values.items():
            setattr(clouds.gcp, name, value)

    return change


def of_trust(**values: Any) -> Change:
    def change(clouds: PlayedClouds, job: Job, clock: FakeClock) -> None:
        for name, value in values.items():
            setattr(clouds.gcp.trust, name, value)

    return change


def of_token(**values: Any) -> Change:
    def change(clouds: PlayedClouds, job: Job, clock: FakeClock) -> None:
        for name, value in values.items():
            setattr(job.api, name, value)

    return change


def signed_elsewhere(clouds: PlayedClouds, job: Job, clock: FakeClock) -> None:
    job.api.issuer = OidcIssuer(MemoryKeys(), ["other"], PUBLIC_URL, clock)


def a_clock_that_is_off(clouds: PlayedClouds, job: Job, clock: FakeClock) -> None:
    late = FakeClock()
    late.advance(seconds=-700)
    job.api.issuer = OidcIssuer(job.api.issuer._keys, ["the-key"], PUBLIC_URL, late)


REFUSALS: dict[str, tuple[Change, RefusalCause, str]] = {
    "no such pool or provider": (
        of_gcp(provider=PROVIDER.replace("/main", "/other")),
        RefusalCause.NO_SUCH_ROLE,
        "provider_id",
    ),
    "another audience": (
        of_trust(audience="https://other.example.com"),
        RefusalCause.TRUST_POLICY,
        "allowed audiences",
    ),
    "another issuer": (
        of_trust(issuer="https://api.test/api/oidc/"),
        RefusalCause.TRUST_POLICY,
        "another issuer",
    ),
    "another tenant's zone": (
        of_token(zone_id="zone-2"),
        RefusalCause.TRUST_POLICY,
        "attribute condition",
    ),
    "another identity's subject": (
        of_token(subject="zone:zone-1:identity:identity-2"),
        RefusalCause.NOT_TOLD,
        "roles/iam.workloadIdentityUser",
    ),
    "no binding on the service account": (of_gcp(binding="nobody"), RefusalCause.NOT_TOLD, ACCOUNT),
    "a key that we do not publish": (signed_elsewhere, RefusalCause.TRUST_POLICY, "signature"),
    "a clock that is off": (a_clock_that_is_off, RefusalCause.CLOCK, "clock"),
    "credentials API disabled": (
        of_gcp(disabled_service="iamcredentials.googleapis.com"),
        RefusalCause.SERVICE_DISABLED,
        "gcloud services enable iamcredentials.googleapis.com",
    ),
    "resource manager API disabled": (
        of_gcp(disabled_service="cloudresourcemanager.googleapis.com"),
        RefusalCause.SERVICE_DISABLED,
        "gcloud services enable cloudresourcemanager.googleapis.com",
    ),
    "no such project": (of_gcp(project="another-project"), RefusalCause.NOT_TOLD, "project id"),
    "no answer": (broken("sts.googleapis.com"), RefusalCause.UNREACHABLE, "sts.googleapis.com"),
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
    bare = job.context.access.model_copy(update={"gcp": None})
    with pytest.raises(StepFailed, match="follow its setup"):
        open_cloud(replace(job.context, access=bare)).environment()


def test_a_refusal_comes_before_terraform(job: Job, clouds: PlayedClouds) -> None:
    clouds.gcp.binding = "nobody"
    with pytest.raises(NotLetIn):
        job.cloud.environment()


class TestTerraform:
    def test_gets_a_file_without_a_key(self, job: Job) -> None:
        environment = job.cloud.environment()
        path = Path(environment.pop("GOOGLE_APPLICATION_CREDENTIALS"))
        assert environment == {"GOOGLE_PROJECT": PROJECT, "GOOGLE_REGION": "europe-west4"}
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent == job.context.folder
        text = path.read_text()
        assert not any(canary in text for canary in [*job.api.issued, "canary", "private_key"])
        configuration = json.loads(text)
        assert configuration["type"] == "external_account"
        assert configuration["audience"] == PROVIDER
        assert configuration["token_url"] == "https://sts.googleapis.com/v1/token"
        assert configuration["service_account_impersonation_url"] == (
            f"https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{ACCOUNT}:generateAccessToken"
        )

    def test_asks_for_a_fresh_token_each_time(self, job: Job, clouds: PlayedClouds, clock: FakeClock) -> None:
        """As google's libraries do by AIP-4117, also after the first token is long over."""
        path = Path(job.cloud.environment()["GOOGLE_APPLICATION_CREDENTIALS"])
        source = json.loads(path.read_text())["credential_source"]
        field = source["format"]["subject_token_field_name"]
        relying = Relying(clouds.relying.client)
        seen = []
        for _ in range(3):
            clock.advance(minutes=40)
            answer = httpx.get(source["url"], headers=source["headers"])
            claims = relying.claims(answer.json()[field])
            seen.append((claims["jti"], claims["exp"] - clock.now().timestamp()))
        assert len({jti for jti, _ in seen}) == 3
        assert {left for _, left in seen} == {600.0}

    def test_nobody_else_on_the_machine_gets_one(self, job: Job) -> None:
        path = Path(job.cloud.environment()["GOOGLE_APPLICATION_CREDENTIALS"])
        url = json.loads(path.read_text())["credential_source"]["url"]
        for headers in ({}, {"Authorization": "guess"}, {"Authorization": "Bearer guess"}):
            assert httpx.get(url, headers=headers).status_code == 401


class TestResources:
    def listing(self, clouds: PlayedClouds) -> None:
        main, shared = f"{LINK}/global/networks/main", f"{LINK}/global/networks/default"

        def subnet(name: str, region: str, network: str, cidr: str) -> dict[str, str]:
            return {
                "name": name,
                "network": network,
                "region": f"{LINK}/regions/{region}",
                "selfLink": f"{LINK}/regions/{region}/subnetworks/{name}",
                "ipCidrRange": cidr,
            }

        def route(name: str, network: str, **more: Any) -> dict[str, Any]:
            return {"name": name, "network": network, "destRange": "0.0.0.0/0", **more}

        clouds.gcp.lists = {
            "regions": [
                {"items": [{"name": "europe-west4", "status": "UP", "description": "europe-west4"}]},
                {"items": [{"name": "us-old1", "status": "DOWN"}, {"name": "us-east1", "status": "UP"}]},
            ],
            "global/networks": [
                {"items": [{"name": "default", "selfLink": shared, "autoCreateSubnetworks": True}]},
                {"items": [{"name": "main", "selfLink": main}]},
            ],
            "aggregated/subnetworks": [
                {
                    "items": {
                        "regions/europe-west4": {
                            "subnetworks": [subnet("apps", "europe-west4", main, "10.0.0.0/20")]
                        },
                        "regions/us-east1": {"warning": {"code": "NO_RESULTS_ON_PAGE"}},
                    }
                },
                {
                    "items": {
                        "regions/us-east1": {
                            "subnetworks": [subnet("default", "us-east1", shared, "10.142.0.0/20")]
                        }
                    }
                },
            ],
            "global/routes": [
                {
                    "items": [
                        route("out", shared, nextHopGateway=INTERNET),
                        route("tagged", main, nextHopGateway=INTERNET, tags=["web"]),
                        route("vpn", main, nextHopVpnTunnel=f"{LINK}/regions/r/vpnTunnels/t"),
                    ]
                }
            ],
            "managedZones": [
                {"managedZones": [{"name": "shop", "dnsName": "shop.example.com.", "visibility": "public"}]},
                {"managedZones": [{"name": "inner", "dnsName": "inner.", "visibility": "private"}]},
            ],
        }

    def test_every_page_of_every_list(self, job: Job, clouds: PlayedClouds) -> None:
        self.listing(clouds)
        found = job.cloud.fetch_resources()
        assert found.unreadable == []
        assert [region.name for region in found.regions] == ["europe-west4", "us-east1"]
        assert {network.network_id: network.is_default for network in found.networks} == {
            f"projects/{PROJECT}/global/networks/default": True,
            f"projects/{PROJECT}/global/networks/main": False,
        }
        assert {(subnet.name, subnet.region, subnet.cidr_block) for subnet in found.subnets} == {
            ("apps", "europe-west4", "10.0.0.0/20"),
            ("default", "us-east1", "10.142.0.0/20"),
        }
        assert found.subnets[0].subnet_id == f"projects/{PROJECT}/regions/europe-west4/subnetworks/apps"
        assert {(zone.hosted_zone_id, zone.domain_name, zone.private) for zone in found.hosted_zones} == {
            ("shop", "shop.example.com", False),
            ("inner", "inner", True),
        }

    def test_public_is_a_subnet_whose_network_leads_everybody_out(
        self, job: Job, clouds: PlayedClouds
    ) -> None:
        self.listing(clouds)
        assert {subnet.name: subnet.public for subnet in job.cloud.fetch_resources().subnets} == {
            "apps": False,
            "default": True,
        }

    @pytest.mark.parametrize(
        ("gone", "sentence"),
        [
            ("managedZones", "Managed zones could not be read"),
            ("global/routes", "no subnet counts as public"),
        ],
    )
    def test_what_can_not_be_read_is_said_and_the_rest_stands(
        self, job: Job, clouds: PlayedClouds, gone: str, sentence: str
    ) -> None:
        self.listing(clouds)
        del clouds.gcp.lists[gone]
        found = job.cloud.fetch_resources()
        assert len(found.unreadable) == 1
        assert sentence in found.unreadable[0]
        assert len(found.subnets) == 2
        assert len(found.hosted_zones) == (0 if gone == "managedZones" else 2)
