"""Members, invitations and the audit trail, as commands."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from alethia.cli.audit import write_csv, write_jsonl
from alethia.cli.config import Config, write_config
from alethia.cli.main import cli

PAT = {"member_id": "member-1", "user": "auth0|pat", "role": "viewer", "since": "2026-03-01T12:00:00.000Z"}
ENTRY: dict[str, Any] = {
    "entry_id": "audit-1",
    "zone_id": "zone-1",
    "at": "2026-03-01T12:00:00.000Z",
    "actor": "user:ada",
    "action": "member.changed",
    "subject": "member-1",
    "outcome": "done",
    "reason": "=cmd()",
    "before": {"role": "viewer"},
    "after": {"role": "planner"},
    "origin": {"source_ip": "192.0.2.7", "user_agent": "curl", "request_id": "r-1", "route": "PUT /x"},
}


class Transport:
    """An API that answers from a script and remembers what was asked."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.asked: list[tuple[str, str, Any]] = []

    def _do(self, verb: str, path: str, said: Any = None) -> Any:
        self.asked.append((verb, path, said))
        return self.answers.get(verb)

    def get(self, path: str, **query: Any) -> Any:
        if path.endswith("/members"):
            return {"items": [PAT], "next_cursor": None}
        return self._do("get", path, query)

    def post(self, path: str, body: Any) -> Any:
        return self._do("post", path, body)

    def put(self, path: str, body: Any) -> Any:
        return self._do("put", path, body)

    def delete(self, path: str, **_: Any) -> Any:
        return self._do("delete", path)


@pytest.fixture
def transport(monkeypatch: pytest.MonkeyPatch) -> Iterator[Transport]:
    answers = Transport(post={"user": "x", "role": "viewer"}, put=PAT)
    monkeypatch.setattr("alethia.client.Transport", lambda *_: answers)
    yield answers


def run(*command: str, typed: str | None = None) -> Result:
    write_config(Config(url="http://127.0.0.1:1", token="t", zone="zone-1"))
    return CliRunner().invoke(cli, command, input=typed)


def test_a_member_is_named_by_user_or_by_id(transport: Transport) -> None:
    for name in ("auth0|pat", "member-1"):
        assert run("members", "role", name, "planner").exit_code == 0
        assert run("members", "remove", name).exit_code == 0
    path = "/api/zones/zone-1/members/member-1"
    assert transport.asked == [("put", path, {"role": "planner"}), ("delete", path, None)] * 2


def test_who_is_no_member_is_said_before_anything_is_sent(transport: Transport) -> None:
    answer = run("members", "remove", "eve")
    assert (answer.exit_code, transport.asked) == (2, [])
    assert "alethia members list" in answer.output


def test_adding_and_renaming(transport: Transport) -> None:
    assert run("members", "add", "eve", "--role", "viewer").exit_code == 0
    transport.answers["put"] = {"zone_id": "zone-1", "name": "Store"}
    assert "Store" in run("zones", "rename", "Store").output
    assert transport.asked == [
        ("post", "/api/zones/zone-1/members", {"user": "eve", "role": "viewer"}),
        ("put", "/api/zones/zone-1", {"name": "Store"}),
    ]


def test_leaving_asks_first(transport: Transport) -> None:
    assert run("members", "leave", typed="n\n").exit_code == 1
    assert transport.asked == []
    assert run("members", "leave", "--yes").exit_code == 0
    assert transport.asked == [("delete", "/api/zones/zone-1/members/me", None)]


def test_an_invitation_shows_its_code_once(transport: Transport) -> None:
    transport.answers["post"] = {"invitation": {"invitation_id": "invitation-1"}, "code": "zone-1.i.s3cret"}
    answer = run("invitations", "create", "--role", "planner", "--email", "pat@example.com", "--days", "2")
    assert "zone-1.i.s3cret" in answer.stdout
    form = {"role": "planner", "email": "pat@example.com", "expires_in_seconds": 2 * 24 * 3600}
    assert transport.asked == [("post", "/api/zones/zone-1/invitations", form)]
    assert run("invitations", "revoke", "invitation-1").exit_code == 0


def test_the_code_is_asked_for_and_not_echoed(transport: Transport) -> None:
    transport.answers["post"] = {"zone_id": "zone-1", "name": "Shop", "role": "planner"}
    answer = run("invitations", "accept", typed="zone-1.i.s3cret\n")
    assert "You are planner of Shop" in answer.output
    assert "s3cret" not in answer.output
    assert transport.asked == [("post", "/api/invitations/accept", {"code": "zone-1.i.s3cret"})]


def test_an_export_pages_through_everything(transport: Transport, tmp_path: Path) -> None:
    pages = [{"items": [ENTRY], "next_cursor": "c"}, {"items": [ENTRY], "next_cursor": None}]
    transport.get = lambda path, **query: transport.asked.append(("get", path, query)) or pages.pop(0)  # type: ignore
    target = tmp_path / "audit.jsonl"
    answer = run("audit", "export", "--since", "2026-03-01", "-o", str(target))
    assert answer.exit_code == 0, answer.output
    assert [json.loads(line) for line in target.read_text().splitlines()] == [ENTRY, ENTRY]
    assert [query["cursor"] for _, _, query in transport.asked] == [None, "c"]
    assert {query["since"] for _, _, query in transport.asked} == {"2026-03-01"}


def test_a_list_fetches_no_more_pages_than_it_shows(transport: Transport) -> None:
    transport.answers["get"] = {"items": [ENTRY] * 100, "next_cursor": "more"}
    answer = run("--json", "audit", "list", "--limit", "3")
    assert len(json.loads(answer.stdout)["items"]) == 3
    assert len(transport.asked) == 1


def test_csv_is_a_table_without_formulas() -> None:
    text = io.StringIO()
    assert write_csv(text, [ENTRY]) == 1
    (row,) = csv.DictReader(io.StringIO(text.getvalue()))
    assert (row["actor"], row["source_ip"], row["reason"]) == ("user:ada", "192.0.2.7", "'=cmd()")
    assert json.loads(row["after"]) == {"role": "planner"}


def test_nothing_to_export_is_an_empty_file() -> None:
    text = io.StringIO()
    assert write_jsonl(text, []) == 0
    assert text.getvalue() == ""
