"""Linking git hosts: a token is tried, kept in Secrets Manager alone, replaced and forgotten."""

import json
from typing import Any

import pytest

from chalicelib.domain.errors import Unavailable
from chalicelib.services.git_secrets import LOCK_SECONDS
from tests.support.git_world import SELF_MANAGED, GitWorld


def test_a_token_that_works_is_kept_and_never_shown(git: GitWorld) -> None:
    token = git.github.token_of("acme-bot")
    made = git.link(token=token)
    assert made.status == 200, made.body
    assert made.json["account"] == "acme-bot"
    assert made.json["linked_by"] == "ada"
    for reply in (made, git.ada.get(git.path()), git.ada.get(f"/api/zones/{git.world.zone_id}/git-links")):
        assert token not in reply.body.decode()
    assert git.secrets() == {"github.com"}
    assert git.actions() == ["git_link.created"]
    assert token not in json.dumps(git.audit())


def test_a_list_has_every_link(git: GitWorld) -> None:
    git.link(token=git.github.token_of("bot"))
    git.link(SELF_MANAGED, "gitlab", token=git.gitlab.token_of("bot"))
    page = git.ada.get(f"/api/zones/{git.world.zone_id}/git-links").json
    assert [link["host"] for link in page["items"]] == [SELF_MANAGED, "github.com"]


def test_linking_again_replaces_the_token(git: GitWorld) -> None:
    old, new = git.github.token_of("bot"), git.github.token_of("other-bot")
    git.link(token=old)
    assert git.link(token=new).json["account"] == "other-bot"
    value = git.vault.vault.get(f"{git.prefix}/{git.world.zone_id}/github.com")
    assert value is not None
    assert new in value
    assert old not in value
    assert git.actions() == ["git_link.created", "git_link.replaced"]


def test_unlinking_forgets_the_token_and_can_be_repeated(git: GitWorld) -> None:
    git.link(token=git.github.token_of("bot"))
    assert git.ada.delete(git.path()).status == 204
    assert git.secrets() == set()
    assert git.ada.get(git.path()).status == 404
    assert git.ada.delete(git.path()).status == 204
    assert git.actions() == ["git_link.created", "git_link.deleted"]


def test_a_host_can_be_linked_again_while_its_secret_is_about_to_be_deleted(git: GitWorld) -> None:
    git.link(token=git.github.token_of("bot"))
    name = f"{git.prefix}/{git.world.zone_id}/github.com"
    git.vault.client.delete_secret(SecretId=name, RecoveryWindowInDays=7)
    assert git.vault.vault.get(name) is None
    assert git.link(token=git.github.token_of("bot")).status == 200
    assert git.vault.vault.get(name) is not None


class TestHalfWay:
    """Somebody died between the secret and the row; the one who repeats it makes it whole."""

    def test_a_link(self, git: GitWorld, monkeypatch: pytest.MonkeyPatch) -> None:
        form = {"token": git.github.token_of("bot")}
        with monkeypatch.context() as dying:
            dying.setattr(git.world.container.git_link_store, "put", unavailable)
            assert git.link(**form).status == 503
        assert git.ada.get(git.path()).status == 404
        assert git.link(**form).status == 200
        assert git.actions() == ["git_link.created"]

    def test_an_unlink(self, git: GitWorld, monkeypatch: pytest.MonkeyPatch) -> None:
        git.link(token=git.github.token_of("bot"))
        with monkeypatch.context() as dying:
            dying.setattr(git.vault.vault, "delete", unavailable)
            assert git.ada.delete(git.path()).status == 503
        assert git.ada.get(git.path()).status == 404
        assert git.secrets() == {"github.com"}
        assert git.ada.delete(git.path()).status == 204
        assert git.secrets() == set()

    def test_a_lock_of_somebody_who_died_is_taken_after_a_minute(
        self, git: GitWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        token = git.github.token_of("bot")
        monkeypatch.setattr("chalicelib.services.git_secrets.PAUSE_SECONDS", 0)
        with monkeypatch.context() as dying:
            dying.setattr(git.world.container.git_link_store, "unlock", lambda *_: None)
            git.link(token=token)
        assert git.link(token=token).status == 503
        git.world.clock.advance(seconds=LOCK_SECONDS)
        assert git.link(token=token).status == 200


def unavailable(*_: object) -> None:
    raise Unavailable("Died here.")


class TestRefusals:
    def test_a_token_that_does_not_work_is_refused_by_its_name_and_not_kept(self, git: GitWorld) -> None:
        reply = git.link(token="canary-wrong")
        assert (reply.status, list(reply.problems)) == (422, ["token"])
        assert "canary-wrong" not in reply.body.decode()
        assert "Contents" in reply.problems["token"]
        assert git.secrets() == set()
        assert git.actions() == []

    def test_a_host_that_does_not_fit_is_refused_by_the_field(self, git: GitWorld) -> None:
        refused = {
            ("github.com", "gitlab"): "kind",
            ("gitlab.com", "github"): "kind",
            (SELF_MANAGED, "github"): "kind",
            ("localhost", "github"): "host",
            ("127.0.0.1", "github"): "host",
            ("no-such-host.invalid", "gitlab"): "host",
        }
        token = git.gitlab.token_of("bot")
        for (host, kind), field in refused.items():
            reply = git.link(host, kind, token=token)
            assert (reply.status, list(reply.problems)) == (422, [field]), (host, reply.body)

    def test_a_form_that_does_not_fit_is_refused_without_its_values(self, git: GitWorld) -> None:
        forms: list[dict[str, Any]] = [
            {"token": ""},
            {"token": "two words"},
            {"token": "line\nbreak"},
            {"token": "canary", "refresh_token": "canary"},
            {"token": "canary", "refresh_token": "canary", "client_id": "app"},
            {"token": "canary", "client_secret": "canary"},
            {"token": "canary", "expires_at": "2026-03-01T12:00:00"},
            {"token": "canary", "expires_at": "soon"},
            {"token": "canary", "expires_at": "0001-01-01T00:00:00+14:00"},
            {"token": "canary", "password": "canary"},
        ]
        for form in forms:
            reply = git.link(**form)
            assert reply.status == 422, (form, reply.body)
            assert "canary" not in reply.body.decode()
        assert git.github.asked == []

    def test_a_host_that_limits_us_or_is_down_is_no_reason_to_refuse_the_token(self, git: GitWorld) -> None:
        token = git.github.token_of("bot")
        git.github.limited = (403, {"X-RateLimit-Remaining": "0"}, {"message": "API rate limit exceeded"})
        assert git.link(token=token).status == 503

    def test_for_a_stranger_nobody_s_token_is_sent_anywhere(self, git: GitWorld) -> None:
        form = {"kind": "github", "token": git.github.token_of("mallory")}
        assert git.api.as_user("mallory").put(git.path(), form).status == 404
        assert git.api.as_user("mallory").delete(git.path()).status == 404
        assert git.github.asked == []
