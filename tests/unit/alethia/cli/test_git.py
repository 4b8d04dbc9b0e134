"""Linking a git host from the command line: the token is hidden, piped, and never an argument."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from alethia.cli.main import cli
from alethia.client import Client

LINK = {
    "host": "github.com", "kind": "github", "account": "bot", "linked_by": "ada",
    "linked_at": "2026-03-01T12:00:00.000Z", "expires_at": None, "refreshable": False, "problem": None,
}  # fmt: skip


@pytest.fixture
def sent(signed_in: None, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the API is asked to keep."""
    forms: list[Any] = []

    def keep(_: Client, _zone: str, host: str, form: dict[str, Any]) -> dict[str, Any]:
        forms.append((host, form))
        return LINK

    monkeypatch.setattr(Client, "link_git", keep)
    return forms


def run(*command: str, stdin: str = "") -> Result:
    return CliRunner().invoke(cli, ["git", *command], input=stdin)


def test_the_token_is_asked_for_and_not_echoed(sent: list[Any]) -> None:
    answer = run("link", "github.com", stdin="canary\n")
    assert sent == [("github.com", {"kind": "github", "token": "canary"})]
    assert "canary" not in answer.output
    assert "linked as bot" in answer.output


def test_an_oauth_pair_is_asked_for(sent: list[Any]) -> None:
    run("link", "gitlab.com", "--oauth", stdin="one\ntwo\napp\n\n")
    form = {"kind": "gitlab", "token": "one", "refresh_token": "two", "client_id": "app"}
    assert sent == [("gitlab.com", form)]


@pytest.mark.parametrize("text", ["canary\n", json.dumps({"token": "canary"})])
def test_a_token_or_a_form_comes_by_a_pipe(sent: list[Any], text: str) -> None:
    run("link", "git.acme.example", "--kind", "gitlab", "--stdin", stdin=text)
    assert sent == [("git.acme.example", {"kind": "gitlab", "token": "canary"})]


@pytest.mark.parametrize("text", ["", "{canary", '{"password": "canary"}'])
def test_what_is_no_form_is_refused_without_its_values(sent: list[Any], text: str) -> None:
    answer = run("link", "github.com", "--stdin", stdin=text)
    assert (answer.exit_code, sent) == (2, [])
    assert "canary" not in answer.output


def test_a_host_of_ones_own_needs_its_kind(sent: list[Any]) -> None:
    answer = run("link", "git.acme.example", stdin="canary\n")
    assert (answer.exit_code, sent) == (2, [])
    assert "--kind github" in answer.output


def test_the_list_and_the_end(sent: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[str] = []
    monkeypatch.setattr(Client, "git_links", lambda *_: {"items": [LINK], "next_cursor": None})
    monkeypatch.setattr(Client, "git_link", lambda *_: LINK)
    monkeypatch.setattr(Client, "unlink_git", lambda *_: ended.append("github.com"))
    assert "github.com" in run("list").output
    assert "no longer linked" in run("unlink", "github.com").output
    assert ended == ["github.com"]
