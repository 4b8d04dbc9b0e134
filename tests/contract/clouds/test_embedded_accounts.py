"""The embedded stack's own GCP and Azure accounts: linked by identity, and closed to every other token."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from alethia.embedded.other_clouds import Accounts, Link, Serving
from alethia.embedded.other_clouds.common import Refused, Verifier
from alethia.embedded.other_clouds.links import federation_of
from chalicelib.domain.identity import AccessMethod, Identity, subject_of
from chalicelib.domain.messages import CloudAccess
from chalicelib.domain.words import CloudProvider
from chalicelib.providers import provider_of
from chalicelib.providers.linking import linking_of
from chalicelib.services.oidc_issuer import OidcIssuer
from runner_task.clouds.azure import open_cloud as open_azure
from runner_task.clouds.gcp import open_cloud as open_gcp
from runner_task.errors import NotLetIn
from tests.support.clouds import PlayedClouds, RelyingKeys, SigningApi, a_job
from tests.support.clouds_common import IDENTITY, ZONE
from tests.support.oidc import ISSUER_URL

OPEN: dict[CloudProvider, Any] = {CloudProvider.GCP: open_gcp, CloudProvider.AZURE: open_azure}
ACCOUNTS = {
    CloudProvider.GCP: "shop-test-1234",
    CloudProvider.AZURE: "3f1d9a52-0000-4000-8000-000000000001",
}
each = pytest.mark.parametrize("provider", list(OPEN))


def an_identity(provider: CloudProvider, identity_id: str = IDENTITY) -> Identity:
    account_id = ACCOUNTS[provider]
    return Identity(
        identity_id=identity_id,
        zone_id=ZONE,
        provider=provider,
        name="Shop",
        account_id=account_id,
        method=AccessMethod.FEDERATION,
        created_at="2026-03-01T12:00:00.000Z",
        **{provider.value: federation_of(provider, account_id)},
    )


@contextmanager
def a_cloud(serving: Serving, issuer: OidcIssuer, identity: Identity, folder: Path) -> Iterator[Any]:
    """The runner's side of a job about `identity`, with tokens that name it."""
    linking = linking_of(identity.provider)
    audience = linking.audience(identity) if linking else None
    assert audience is not None
    subject = subject_of(identity.zone_id, identity.identity_id)
    access = CloudAccess(
        provider=identity.provider,
        identity_id=identity.identity_id,
        method=identity.method,
        account_id=identity.account_id,
        gcp=identity.gcp,
        azure=identity.azure,
        region="anywhere",
    )
    with a_job(serving, access, SigningApi(issuer, audience, subject), folder) as (context, _said):
        yield OPEN[identity.provider](context)


@pytest.fixture
def accounts(clouds: PlayedClouds) -> Accounts:
    """Empty ones, which trust the deployment's issuer."""
    return Accounts(Verifier(RelyingKeys(clouds.relying), clouds.verifier.now))


@each
def test_a_linked_account_lets_its_identity_in_and_has_something_to_offer(
    accounts: Accounts, issuer: OidcIssuer, tmp_path: Path, provider: CloudProvider
) -> None:
    identity = an_identity(provider)
    accounts.link(Link(identity=identity, issuer=ISSUER_URL))

    with (
        Serving(accounts, poll_seconds=0.02) as serving,
        a_cloud(serving, issuer, identity, tmp_path) as cloud,
    ):
        tested, found = cloud.test_connection(), cloud.fetch_resources()

    assert (tested.account_id, tested.missing) == (identity.account_id, [])
    offered = {choice.value for choice in provider_of(provider).catalogue.regions}
    assert {region.name for region in found.regions} == offered
    assert found.networks and found.subnets and found.hosted_zones
    assert found.unreadable == []


@each
def test_identities_of_one_account_are_each_let_in(
    accounts: Accounts, issuer: OidcIssuer, tmp_path: Path, provider: CloudProvider
) -> None:
    identities = [an_identity(provider, f"identity-{number}") for number in (1, 2)]
    for identity in identities:
        accounts.link(Link(identity=identity, issuer=ISSUER_URL))

    with Serving(accounts, poll_seconds=0.02) as serving:
        for identity in identities:
            with a_cloud(serving, issuer, identity, tmp_path / identity.identity_id) as cloud:
                assert cloud.test_connection().missing == []


@each
def test_another_identitys_token_opens_nothing(
    accounts: Accounts, issuer: OidcIssuer, tmp_path: Path, provider: CloudProvider
) -> None:
    accounts.link(Link(identity=an_identity(provider, "another"), issuer=ISSUER_URL))

    with (
        Serving(accounts, poll_seconds=0.02) as serving,
        a_cloud(serving, issuer, an_identity(provider), tmp_path) as cloud,
        pytest.raises(NotLetIn),
    ):
        cloud.test_connection()


@each
def test_what_was_never_issued_is_no_token(accounts: Accounts, provider: CloudProvider) -> None:
    accounts.link(Link(identity=an_identity(provider), issuer=ISSUER_URL))
    targets = {
        CloudProvider.GCP: f"/compute.googleapis.com/compute/v1/projects/{ACCOUNTS[provider]}/regions",
        CloudProvider.AZURE: f"/management.azure.com/subscriptions/{ACCOUNTS[provider]}?api-version=1",
    }
    with pytest.raises(Refused) as refusal:
        accounts.answer("GET", targets[provider], "Bearer canary-gcp-access", b"")
    assert refusal.value.status == 401


def test_aws_accounts_are_none_of_its_business(accounts: Accounts) -> None:
    aws = an_identity(CloudProvider.GCP).model_copy(update={"provider": CloudProvider.AWS})
    with pytest.raises(Refused):
        accounts.link(Link(identity=aws, issuer=ISSUER_URL))
