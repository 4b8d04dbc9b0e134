"""Secrets by name on Secrets Manager: put, replaced, dropped for good, each safe to repeat."""

import boto3
import pytest
from botocore.config import Config

from chalicelib.adapters.secrets import SecretsVault, reader_of_before, secret_reader
from chalicelib.domain.errors import Unavailable
from chalicelib.settings import Settings
from tests.support.git_hosts import TestVault


def test_what_is_put_is_got_and_put_again(vault: TestVault) -> None:
    for value in ("one", "two"):
        vault.vault.put("vault/a", value)
        assert vault.vault.get("vault/a") == value


def test_what_is_deleted_is_gone_for_good_however_often(vault: TestVault) -> None:
    vault.vault.put("vault/b", "one")
    for _ in range(2):
        vault.vault.delete("vault/b")
        assert vault.vault.get("vault/b") is None
    with pytest.raises(vault.client.exceptions.ResourceNotFoundException):
        vault.client.restore_secret(SecretId="vault/b")


def test_a_secret_that_is_about_to_be_deleted_is_none_and_can_be_put_again(vault: TestVault) -> None:
    vault.vault.put("vault/c", "one")
    vault.client.delete_secret(SecretId="vault/c", RecoveryWindowInDays=7)
    assert vault.vault.get("vault/c") is None
    vault.vault.put("vault/c", "two")
    assert vault.vault.get("vault/c") == "two"


def test_a_service_that_does_not_answer_is_unavailable_and_quotes_nothing() -> None:
    client = boto3.client(
        "secretsmanager", endpoint_url="http://127.0.0.1:9", region_name="eu-west-1",
        aws_access_key_id="k", aws_secret_access_key="s",
        config=Config(retries={"total_max_attempts": 1}),
    )  # fmt: skip
    vault = SecretsVault(client)
    for call in (lambda: vault.get("a"), lambda: vault.put("a", "canary"), lambda: vault.delete("a")):
        with pytest.raises(Unavailable) as refused:
            call()
        assert "canary" not in str(refused.value)


def test_a_changed_secret_is_read_as_it_is_and_as_it_was_before(vault: TestVault) -> None:
    settings = Settings(aws_endpoint_url=vault.client.meta.endpoint_url, region=vault.client.meta.region_name)
    present, before = (read(settings, "vault/d") for read in (secret_reader, reader_of_before))
    vault.client.create_secret(Name="vault/d", SecretString="one")
    assert (present(), before()) == ("one", None)
    for value in ("two", "three"):
        vault.client.put_secret_value(SecretId="vault/d", SecretString=value)
    assert (present(), before()) == ("three", "two")
    with pytest.raises(Unavailable):
        reader_of_before(Settings(aws_endpoint_url="http://127.0.0.1:9"), "vault/d")()
