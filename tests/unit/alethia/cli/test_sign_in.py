"""Signing in: with a token, or as anybody on the embedded stack of this machine."""

import json
from pathlib import Path

import jwt
import pytest
from click.testing import CliRunner, Result

from alethia.cli.config import Config, read_config, write_config
from alethia.cli.main import cli
from alethia.client import Client
from alethia.embedded.data_dir import DataDir
from alethia.embedded.issuer import Issuer

URL = "http://127.0.0.1:4000"


@pytest.fixture(autouse=True)
def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Client, "me", lambda _: {"user": "anna"})
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a stack leaves in its directory for whoever signs in."""
    data = DataDir.open(tmp_path_factory.mktemp("stack"))
    data.remember({"url": URL})
    Issuer.open(data.root, f"{URL}/issuer")
    return data.root


def run(*command: str) -> Result:
    return CliRunner().invoke(cli, command)


def subject(token: str | None) -> str:
    claims = jwt.decode(token or "", options={"verify_signature": False})
    assert claims["iss"] == f"{URL}/issuer"
    return str(claims["sub"])


def test_as_somebody_on_the_stack_that_came_up_last(stack: Path) -> None:
    write_config(Config(url=URL, token="before", zone="zone-of-another", stack=str(stack)))

    assert run("login", "--as", "anna").exit_code == 0

    kept = read_config()
    assert (kept.url, kept.zone, kept.stack) == (URL, None, str(stack))
    assert subject(kept.token) == "anna"


def test_a_token_for_somebody_changes_nothing(stack: Path) -> None:
    write_config(Config(url=URL, token="before", stack=str(stack)))

    assert subject(run("token", "--as", "bob").stdout.strip()) == "bob"
    assert read_config().token == "before"


def test_as_somebody_on_a_named_stack(stack: Path) -> None:
    assert subject(run("token", "--as", "bob", "--data-dir", str(stack)).stdout.strip()) == "bob"


def test_where_no_stack_is_it_says_so_and_makes_no_key(tmp_path: Path) -> None:
    answer = run("login", "--as", "anna")

    assert answer.exit_code == 1
    assert "alethia up" in answer.output
    assert list(tmp_path.rglob("*.pem")) == []


@pytest.mark.parametrize("command", [("login",), ("login", URL, "--as", "anna")])
def test_a_login_says_what_it_wants(command: tuple[str, ...]) -> None:
    assert run(*command).exit_code == 2


def test_a_token_from_elsewhere_is_asked_for_and_kept(tmp_path: Path) -> None:
    answer = CliRunner().invoke(cli, ["login", "https://alethia.example/"], input="secret-token\n")

    assert answer.exit_code == 0
    assert "secret-token" not in answer.output
    assert json.loads((tmp_path / "config.json").read_text()) == {
        "url": "https://alethia.example",
        "token": "secret-token",
    }
