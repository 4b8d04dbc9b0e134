"""Starting a job by itself from the command line, and what its result looks like."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from alethia.cli.main import cli
from alethia.client import Client

MISSING = {"action": "ec2:CreateVpc", "resource": "*"}
CONNECTION = {
    "kind": "connection",
    "account_id": "123456789012",
    "principal": "arn:aws:sts::123456789012:assumed-role/alethia/job-1-1",
    "cause": None,
    "permissions_checked": 9,
    "unchecked": None,
    "missing": [],
}
RESOURCES = {
    "kind": "resources",
    "resources": {
        "regions": [{"name": "eu-west-1", "label": "Ireland"}],
        "networks": [
            {"network_id": "vpc-1", "name": "main", "region": "eu-west-1", "cidr_block": "10.0.0.0/16"}
            | {"is_default": True}
        ],
        "subnets": [
            {"subnet_id": f"subnet-{number}", "network_id": "vpc-1", "public": number == 1}
            for number in range(3)
        ],
        "hosted_zones": [{"hosted_zone_id": "Z1", "domain_name": "example.com", "private": False}],
        "truncated": ["hosted_zones"],
        "unreadable": ["Networks of us-west-2 did not come in time."],
    },
}
BOOTSTRAP = {
    "kind": "bootstrap",
    "state_name": "shop-development-eu-west-1",
    "state_serial": None,
    "terraform_version": "1.11.4",
    "provider_cache_warm": True,
    "repositories": [{"repository": "https://git.example.com/apps", "access": "token"}],
}


@pytest.fixture
def ended(signed_in: None, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The job that the server knows; change it."""
    job: dict[str, Any] = {"job_id": "job-1", "job_type": "CONNECTION_TEST", "status": "SUCCESS"}
    asked: list[Any] = []
    for name in ("test_identity", "fetch_resources", "bootstrap"):
        monkeypatch.setattr(Client, name, lambda _, *ids, runner=None: asked.append((ids, runner)) or job)
    monkeypatch.setattr(Client, "job", lambda _, job_id: job)
    monkeypatch.setattr(Client, "logs", lambda *_, **__: {"items": [], "next_cursor": None})
    job["asked"] = asked
    return job


def run(*command: str) -> Result:
    return CliRunner().invoke(cli, command, standalone_mode=False)


@pytest.mark.parametrize(
    ("command", "ids"),
    [
        (["identities", "test", "identity-1"], ("zone-1", "identity-1")),
        (["identities", "fetch", "identity-1"], ("zone-1", "identity-1")),
        (["bootstrap", "spec-1"], ("spec-1",)),
    ],
)
def test_a_job_is_started_on_the_runner_that_was_named(
    ended: dict[str, Any], command: list[str], ids: tuple[str, ...]
) -> None:
    answer = run(*command, "--runner", "mine")
    assert answer.return_value == 0 and "alethia logs -f job-1" in answer.output
    assert ended["asked"] == [(ids, "mine")]


@pytest.mark.parametrize(
    ("result", "shown"),
    [
        (CONNECTION, ["Account 123456789012", "All 9 permissions are there"]),
        (CONNECTION | {"missing": [MISSING]}, ["Missing", "ec2:CreateVpc"]),
        (CONNECTION | {"unchecked": "It may not ask."}, ["It may not ask."]),
        (CONNECTION | {"principal": None, "cause": "not_told"}, ["Cause: not told"]),
        (RESOURCES, ["vpc-1 (default)", "example.com", "more hosted zones than", "did not come in time"]),
        (BOOTSTRAP, ["nothing was ever applied", "git.example.com/apps: with a token"]),
        (None, ["SUCCESS"]),
    ],
)
def test_a_result_is_shown_to_be_read(ended: dict[str, Any], result: Any, shown: list[str]) -> None:
    ended["result"] = result
    output = run("identities", "test", "identity-1", "--watch").output
    for text in shown:
        assert text in output


def test_networks_are_shown_with_their_public_and_private_subnets(ended: dict[str, Any]) -> None:
    ended["result"] = RESOURCES
    output = run("identities", "fetch", "identity-1", "--watch").output
    (line,) = [line for line in output.splitlines() if line.startswith("vpc-1")]
    assert line.split()[-2:] == ["1", "2"]


def test_a_failed_job_ends_with_its_code_and_as_json_in_one_document(ended: dict[str, Any]) -> None:
    ended |= {"status": "FAILED", "result": CONNECTION, "asked": []}
    answer = run("--json", "identities", "test", "identity-1", "--watch")
    assert answer.return_value == 1
    assert json.loads(answer.output)["result"] == CONNECTION
