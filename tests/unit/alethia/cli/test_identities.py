"""``alethia identities``: what is sent, and what people are shown."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from alethia.cli.config import Config, write_config
from alethia.cli.main import cli
from alethia.client import Client
from alethia.embedded.data_dir import DataDir
from alethia.embedded.other_clouds import Accounts, Serving
from alethia.embedded.other_clouds.common import Verifier
from alethia.embedded.other_clouds.keys import PublishedKeys

IDENTITY: dict[str, Any] = {
    "identity_id": "identity-1",
    "zone_id": "zone-1",
    "created_at": "2026-03-01T11:00:00.000Z",
    "name": "Sandbox",
    "provider": "aws",
    "account_id": "210987654321",
    "method": "role",
    "role_reference": None,
    "worker_role_reference": None,
    "external_id": "an-external-id",
    "gcp": None,
    "azure": None,
    "region": None,
    "status": "PENDING",
    "problem": "The role is not there.",
    "tested_at": "2026-03-01T12:00:00.000Z",
}
SETUP: dict[str, Any] = {
    "steps": ["Deploy the stack.", "Test it."],
    "link": None,
    "no_link": "No link here.",
    "template": "{}",
    "snippets": [{"title": "From a shell", "language": "bash", "text": "aws cloudformation deploy [x]\n"}],
}


@pytest.fixture(autouse=True)
def api(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Client, "identity", lambda *_: IDENTITY)


def run(*command: str) -> Result:
    write_config(Config(url="http://127.0.0.1:1", token="t", zone="zone-1"))
    return CliRunner().invoke(cli, ["identities", *command])


@pytest.mark.parametrize(
    ("options", "form"),
    [
        (["--account", "210987654321"], {"provider": "aws", "account_id": "210987654321"}),
        (
            ["--provider", "gcp", "--account", "shop-1", "--pool", "p", "--service-account", "s@x"],
            {
                "provider": "gcp",
                "account_id": "shop-1",
                "gcp": {"pool_id": "p", "service_account": "s@x"},
            },
        ),
        (
            ["--provider", "azure", "--tenant", "t", "--client-id", "c"],
            {"provider": "azure", "azure": {"tenant_id": "t", "client_id": "c"}},
        ),
    ],
    ids=["aws", "gcp", "azure"],
)
def test_linking_sends_each_clouds_fields(
    monkeypatch: pytest.MonkeyPatch, options: list[str], form: dict[str, Any]
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(Client, "link_account", lambda _, zone, body: sent.append((zone, body)) or IDENTITY)
    answer = run("create", "Sandbox", *options)
    assert (answer.exit_code, answer.stdout) == (0, "identity-1\n")
    assert sent == [("zone-1", {"name": "Sandbox", **form})]


def test_an_edit_keeps_what_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(Client, "edit_identity", lambda _, zone, one, body: sent.append(body) or IDENTITY)
    role = "arn:aws:iam::210987654321:role/alethia/alethia-1"
    assert run("edit", "identity-1", "--role", role).exit_code == 0
    [form] = sent
    assert form["role_reference"] == role
    assert (form["name"], form["account_id"], form["method"]) == ("Sandbox", "210987654321", "role")
    assert "external_id" not in form and "status" not in form


def test_an_identity_is_shown_with_what_its_test_said() -> None:
    shown = run("show", "identity-1").stdout
    assert "an-external-id" in shown and "The role is not there." in shown


def test_a_setup_is_shown_to_be_pasted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(Client, "identity_setup", lambda *_: SETUP)
    shown = run("setup", "identity-1").stdout
    assert "1. Deploy the stack." in shown and "aws cloudformation deploy [x]" in shown
    file = tmp_path / "link.json"
    assert run("setup", "identity-1", "--template", str(file)).exit_code == 0
    assert json.loads(file.read_text()) == {}


def test_a_runner_setup_is_shown_and_its_role_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(Client, "identity_runner_setup", lambda *_: SETUP)
    shown = run("runner-setup", "identity-1").stdout
    assert "1. Deploy the stack." in shown and "runner-setup … --template" in shown
    file = tmp_path / "runners.json"
    assert run("runner-setup", "identity-1", "--template", str(file)).exit_code == 0
    assert json.loads(file.read_text()) == {}
    sent: list[Any] = []
    monkeypatch.setattr(Client, "edit_identity", lambda _, zone, one, body: sent.append(body) or IDENTITY)
    role = "arn:aws:iam::210987654321:role/alethia/alethia-1-runners"
    assert run("edit", "identity-1", "--worker-role", role).exit_code == 0
    assert [(form["worker_role_reference"], form["role_reference"]) for form in sent] == [(role, None)]


def test_a_link_is_emulated_for_an_embedded_stack_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(Client, "identity_setup", lambda *_: SETUP)
    answer = run("emulate-link", "identity-1", "--data-dir", str(tmp_path))
    assert answer.exit_code == 1
    assert "holds no embedded stack" in answer.output


def test_a_gcp_projects_owner_is_played_as_well(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The setup's own values come back from the emulated project, and are set on the identity."""
    linked = {**IDENTITY, "provider": "gcp", "method": "federation", "account_id": "shop-prod-1234"}
    setup = {**SETUP, "template": None, "issuer": "https://api.test/api/oidc"}
    sent: list[Any] = []
    monkeypatch.setattr(Client, "identity", lambda *_: linked)
    monkeypatch.setattr(Client, "identity_setup", lambda *_: setup)
    monkeypatch.setattr(Client, "edit_identity", lambda _, zone, one, body: sent.append(body) or linked)
    accounts = Accounts(Verifier(PublishedKeys("https://api.test/api/oidc")))
    with Serving(accounts, poll_seconds=0.02) as serving:
        port = int(serving.url.rpartition(":")[2])
        DataDir.open(tmp_path).remember({"url": "http://127.0.0.1:1", "ports": {"others": port}})

        answer = run("emulate-link", "identity-1", "--data-dir", str(tmp_path))

    assert answer.exit_code == 0, answer.output
    (form,) = sent
    assert form["gcp"]["service_account"] == "alethia@shop-prod-1234.iam.gserviceaccount.com"
    project = accounts.projects["identity-1"]
    assert project.binding == project.trust.subject == "zone:zone-1:identity:identity-1"
