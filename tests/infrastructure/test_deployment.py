"""A deployment's file: what AWS would refuse half-way is refused beforehand, by the name of the field."""

import json
from pathlib import Path
from typing import Any

import pytest

from cdk.deployment import Deployment, NotADeployment, read_deployment
from tests.infrastructure.conftest import DEPLOYMENTS

STORE = {
    "endpoint_url": "https://abc.storage.supabase.co/storage/v1/s3/",
    "region": "eu-central-1",
    "bucket": "alethia",
    "access_key_id": "public-part",
    "secret_name": "alethia/store",
}
SECRET_ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:alethia/store-AbCdEf"


@pytest.mark.parametrize(
    ("chosen", "problem"),
    [
        ({"runner": {"cpu": 1000}}, "runner: cpu must be one of 256, 512, 1024"),
        ({"runner": {"cpu": 512, "memory_mib": 512}}, "runner: with cpu 512, memory_mib must be one of 1024"),
        ({"runner": {"network": {"vpc_id": "vpc-1", "subnet_ids": ["a"]}}}, "runner.network.subnet_ids.0: "),
        ({"requests_per_second": -1}, "requests_per_second: "),
        ({"log_level": "LOUD"}, "log_level: Input should be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
        ({"oidc_keys": ["A", "A"]}, "oidc_keys: A key is named once."),
        ({"console_origin": "https://console.example.com/"}, "console_origin: "),
        ({"store": {**STORE, "secret_name": SECRET_ARN}}, "store.secret_name: "),
        ({"sign_in": {"issuer": "https://a.example", "jwks": "x"}}, "sign_in.jwks: "),
        ({"stage": "staging"}, "stage: Input should be 'dev' or 'prod'"),
        ([], "Input should be an object"),
    ],
)
def test_what_does_not_fit_is_named_and_the_file_with_it(chosen: Any, problem: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text(json.dumps(chosen))
    with pytest.raises(NotADeployment) as refused:
        read_deployment(file)
    assert f"{file}: {problem}" in str(refused.value)
    assert "pydantic" not in str(refused.value)


def test_a_file_that_is_no_json_is_named(tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text('{"stage":')
    with pytest.raises(NotADeployment, match=r"mine\.json: Invalid JSON"):
        read_deployment(file)


def test_what_is_usual_fits() -> None:
    for file in DEPLOYMENTS.glob("*.json"):
        read_deployment(file)
    closed = Deployment.model_validate({"requests_per_second": 0, "burst": 0})
    assert (closed.requests_per_second, closed.burst) == (0, 0)


def test_paths_are_added_to_an_address_with_or_without_a_slash_at_its_end() -> None:
    written = {"public_api_url": "https://api.example.com/", "console_url": "https://c.example.com/app/"}
    chosen = Deployment.model_validate({**written, "store": STORE})
    assert (chosen.public_api_url, chosen.console_url) == (
        "https://api.example.com",
        "https://c.example.com/app",
    )
    assert chosen.store is not None and chosen.store.endpoint_url.endswith("/s3")
