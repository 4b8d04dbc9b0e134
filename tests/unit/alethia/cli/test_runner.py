"""``alethia runner``: a credential that is shown once and kept where only its owner reads it."""

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from alethia.cli.config import Config, write_config
from alethia.cli.main import cli
from alethia.cli.runner import CREDENTIAL, _credential
from alethia.client import Client

RUNNER = {"runner_id": "runner-1", "name": "build-7", "status": "OFFLINE", "kind": "self-hosted"}
ANSWER = {"runner": RUNNER, "credential": "runner-1.canary", "note": "Keep the credential now."}


@pytest.fixture(autouse=True)
def api(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(CREDENTIAL, raising=False)
    monkeypatch.setattr(Client, "register_runner", lambda _, zone, name: ANSWER)
    monkeypatch.setattr(Client, "rotate_runner", lambda _, zone, runner_id: ANSWER)


def run(*command: str) -> Result:
    write_config(Config(url="http://127.0.0.1:1", token="t", zone="zone-1"))
    return CliRunner().invoke(cli, command)


def test_the_credential_is_printed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = run("runner", "register", "build-7")
    assert shown.exit_code == 0
    assert "runner-1.canary" in shown.stdout
    repeat: dict[str, Any] = {**ANSWER, "credential": None, "note": "It was shown then; rotate it."}
    monkeypatch.setattr(Client, "register_runner", lambda *_: repeat)
    assert "rotate it" in run("runner", "register", "build-7").stdout


@pytest.mark.parametrize("command", [("register", "build-7"), ("rotate", "runner-1")])
def test_or_goes_to_a_file_that_its_owner_alone_reads(tmp_path: Path, command: tuple[str, str]) -> None:
    file = tmp_path / "credential"
    shown = run("runner", *command, "--credential-file", str(file))
    assert shown.exit_code == 0
    assert "canary" not in shown.stdout
    assert file.read_text().strip() == "runner-1.canary"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    as_json = json.loads(run("--json", "runner", "rotate", "runner-1", "--credential-file", str(file)).stdout)
    assert (as_json["credential"], as_json["credential_file"]) == (None, str(file))


def test_a_file_that_is_there_is_not_overwritten_by_a_registration(tmp_path: Path) -> None:
    file = tmp_path / "credential"
    file.write_text("another runner's")
    assert run("runner", "register", "build-7", "--credential-file", str(file)).exit_code == 2
    assert file.read_text() == "another runner's"


def test_the_list_shows_what_each_has_in_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    job = {"job_id": "job-1", "job_type": "PLAN", "status": "CLAIMED"}
    one = {**RUNNER, "version": "1", "slots": 2, "last_seen_at": None, "jobs": [job]}
    monkeypatch.setattr(Client, "runners", lambda *_: {"items": [one]})
    assert "PLAN job-1 CLAIMED" in run("runner", "list").stdout


def test_starting_needs_a_credential_and_none_comes_by_argument() -> None:
    refused = run("runner", "start")
    assert refused.exit_code == 2
    assert CREDENTIAL in refused.output
    assert run("runner", "start", "--credential", "runner-1.canary").exit_code == 2


def test_a_rotated_credential_is_read_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "credential"
    file.write_text("one\n")
    read = _credential(file)
    assert read() == "one"
    file.write_text("two\n")
    assert read() == "two"
    file.unlink()
    assert read() == "two"


def test_the_credential_leaves_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CREDENTIAL, "runner-1.canary")
    assert _credential(None)() == "runner-1.canary"
    assert CREDENTIAL not in os.environ
