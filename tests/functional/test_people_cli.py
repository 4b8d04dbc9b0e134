"""Two people and a zone, by the commands alone: invited, joined, promoted, audited."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from alethia.cli.config import Config, write_config
from alethia.cli.main import cli
from alethia.embedded.gateway import Request
from alethia.transport import Refused, Transport
from tests.support.api import Api


@pytest.fixture
def as_user(api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Runs a command as somebody, against the API of this process."""

    def handle(sent: httpx.Request) -> httpx.Response:
        path, query = sent.url.raw_path.decode().split("?")[0], sent.url.query.decode()
        answer = api.gateway.handle(Request(sent.method, path, query, dict(sent.headers), sent.read()))
        return httpx.Response(answer.status, headers=answer.headers, content=answer.body)

    http = httpx.Client(transport=httpx.MockTransport(handle))
    monkeypatch.setattr("alethia.client.Transport", lambda url, token: Transport(url, token, client=http))
    monkeypatch.setenv("ALETHIA_CONFIG", str(tmp_path / "config.json"))
    for name in ("ALETHIA_URL", "ALETHIA_TOKEN", "ALETHIA_ZONE"):
        monkeypatch.delenv(name, raising=False)

    def run(user: str, *command: str, typed: str | None = None) -> str:
        write_config(Config(url="http://127.0.0.1:1", token=api.container.issuer.sign_in(user)))
        done = CliRunner().invoke(cli, command, input=typed)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.stdout

    return run


def test_two_people_share_a_zone(as_user: Callable[..., str], tmp_path: Path) -> None:
    as_user("ada", "zones", "create", "Shop")
    code = json.loads(as_user("ada", "--json", "invitations", "create", "--role", "viewer"))["code"]
    assert "You are viewer of Shop" in as_user("auth0|pat", "invitations", "accept", typed=code + "\n")
    as_user("ada", "members", "role", "auth0|pat", "admin")
    as_user("auth0|pat", "zones", "rename", "Store")
    as_user("ada", "members", "leave", "--yes")
    with pytest.raises(Refused, match="at least one admin"):
        as_user("auth0|pat", "members", "leave", "--yes")
    assert "auth0|pat" in as_user("auth0|pat", "members", "list")

    target = tmp_path / "audit.csv"
    as_user("auth0|pat", "audit", "export", "--format", "csv", "-o", str(target))
    with target.open(newline="") as file:
        told = [(row["actor"], row["action"]) for row in csv.DictReader(file)]
    assert told == [
        ("user:ada", "member.left"),
        ("user:auth0|pat", "zone.renamed"),
        ("user:ada", "member.changed"),
        ("user:auth0|pat", "invitation.accepted"),
        ("user:ada", "invitation.created"),
        ("user:ada", "zone.created"),
    ]
    lines = as_user("auth0|pat", "audit", "export", "--since", "2020-01-01").splitlines()
    assert [json.loads(line)["action"] for line in lines] == [action for _, action in told]
    assert code.rsplit(".", 1)[1] not in "".join(lines)
