"""Versions of a secret under rotation, in Secrets Manager's stages."""

import uuid

import pytest

from chalicelib.adapters.secret_versions import SecretsManagerVersions
from chalicelib.domain.errors import Unavailable
from chalicelib.services.ports.secret_versions import VersionState
from tests.support.git_hosts import TestVault

PENDING, CURRENT, OTHER = VersionState.PENDING, VersionState.CURRENT, VersionState.OTHER


@pytest.fixture
def secret(vault: TestVault) -> str:
    name = f"rotated/{uuid.uuid4()}"
    vault.client.create_secret(Name=name, SecretString="generated")
    return name


def test_a_version_is_pending_once_it_has_a_value_and_current_once_it_is_promoted(
    vault: TestVault, secret: str
) -> None:
    versions, new = SecretsManagerVersions(vault.client), str(uuid.uuid4())
    assert versions.state(secret, new) is OTHER

    versions.put_pending(secret, new, "platform.new")
    assert versions.state(secret, new) is PENDING
    assert versions.pending(secret, new) == "platform.new"
    assert vault.client.get_secret_value(SecretId=secret)["SecretString"] == "generated"

    for _ in range(2):
        versions.promote(secret, new)
    assert versions.state(secret, new) is CURRENT
    in_use = vault.client.get_secret_value(SecretId=secret, VersionStage="AWSCURRENT")
    assert in_use["SecretString"] == "platform.new"


def test_a_version_without_a_value_has_none(vault: TestVault, secret: str) -> None:
    assert SecretsManagerVersions(vault.client).pending(secret, str(uuid.uuid4())) is None


def test_a_secret_that_is_not_there_is_unavailable_and_quotes_nothing(vault: TestVault) -> None:
    versions = SecretsManagerVersions(vault.client)
    for call in (
        lambda: versions.state("rotated/none", "v"),
        lambda: versions.promote("rotated/none", "v"),
        lambda: versions.put_pending("rotated/none", str(uuid.uuid4()), "canary"),
    ):
        with pytest.raises(Unavailable) as refused:
            call()
        assert "canary" not in str(refused.value)
