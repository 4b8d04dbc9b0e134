"""Jobs about federated accounts: a real runner between a control plane and the played clouds."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.domain.identity import AccessMethod, RefusalCause
from chalicelib.domain.messages import CloudAccess, CloudToken, Outcome
from chalicelib.domain.results import ConnectionResult, ResourcesResult
from chalicelib.domain.words import CloudProvider, JobType
from chalicelib.services.oidc_issuer import OidcIssuer
from tests.contract.runner_task.support import Bench
from tests.support.builders import FakeClock
from tests.support.clouds import PlayedClouds
from tests.support.clouds_azure import AZURE, CLIENT, ENTRA, SUBSCRIPTION
from tests.support.clouds_common import IDENTITY, SUBJECT, ZONE
from tests.support.clouds_gcp import ACCOUNT, GCP, PROJECT, PROVIDER
from tests.support.fake_control_plane import FakeControlPlane

LINKED = {
    "gcp": (
        CloudAccess(
            provider=CloudProvider.GCP,
            identity_id=IDENTITY,
            method=AccessMethod.FEDERATION,
            account_id=PROJECT,
            gcp=GCP,
            region="europe-west4",
        ),
        PROVIDER,
        ACCOUNT,
    ),
    "azure": (
        CloudAccess(
            provider=CloudProvider.AZURE,
            identity_id=IDENTITY,
            method=AccessMethod.FEDERATION,
            account_id=SUBSCRIPTION,
            azure=AZURE,
            region="westeurope",
        ),
        ENTRA,
        f"application {CLIENT}",
    ),
}


@pytest.fixture
def bench(clouds: PlayedClouds, tmp_path: Path) -> Iterator[Bench]:
    with FakeControlPlane() as plane:
        yield Bench(plane, tmp_path, extra={"ALETHIA_REST_STAND_IN_URL": clouds.url})


def link(bench: Bench, issuer: OidcIssuer, cloud: str, subject: str = SUBJECT) -> str:
    """From now on, jobs are about that account. Returns who we are there."""
    access, audience, principal = LINKED[cloud]
    about = {"zone_id": ZONE, "identity_id": IDENTITY, "job_id": "job-1"}
    signed = issuer.sign(subject=subject, audience=audience, about=about)
    bench.plane.access = access
    bench.plane.cloud_token = CloudToken(token=signed.token, audience=audience, expires_at=signed.expires_at)
    return principal


@pytest.mark.parametrize("cloud", LINKED)
def test_a_connection_test_says_who_we_are(
    bench: Bench, issuer: OidcIssuer, clouds: PlayedClouds, cloud: str
) -> None:
    principal = link(bench, issuer, cloud)
    report = bench.look(JobType.CONNECTION_TEST)
    assert report.outcome is Outcome.SUCCEEDED, report.error
    assert isinstance(report.result, ConnectionResult)
    assert report.result.principal == principal
    assert report.result.missing == []


@pytest.mark.parametrize(
    ("cloud", "cause"), [("gcp", RefusalCause.NOT_TOLD), ("azure", RefusalCause.TRUST_POLICY)]
)
def test_a_refusal_is_in_the_result(
    bench: Bench, issuer: OidcIssuer, clouds: PlayedClouds, cloud: str, cause: RefusalCause
) -> None:
    link(bench, issuer, cloud, subject="zone:zone-1:identity:identity-2")
    report = bench.look(JobType.CONNECTION_TEST)
    assert report.outcome is Outcome.FAILED and report.error is not None
    assert isinstance(report.result, ConnectionResult)
    assert report.result.cause is cause
    assert "setup" in report.error.message


@pytest.mark.parametrize("cloud", LINKED)
def test_resources_are_listed_and_no_token_is_in_the_log(
    bench: Bench, issuer: OidcIssuer, clouds: PlayedClouds, clock: FakeClock, cloud: str
) -> None:
    link(bench, issuer, cloud)
    clouds.gcp.lists = {"regions": [{"items": [{"name": "europe-west4"}]}], "global/networks": [{}]}
    clouds.azure.lists = {"locations": [[{"name": "westeurope"}]]}
    report = bench.look(JobType.FETCH_RESOURCES)
    assert report.outcome is Outcome.SUCCEEDED, report.error
    assert isinstance(report.result, ResourcesResult)
    assert len(report.result.resources.regions) == 1
    assert report.result.resources.unreadable
    assert report.log is not None
    log = bench.plane.opened(report.log).decode()
    assert "could not be read" in log
    for secret in (
        bench.plane.cloud_token.token,
        "canary-gcp-access",
        "canary-azure-access",
        "canary-federated",
    ):
        assert secret not in log
        assert secret not in report.model_dump_json()
