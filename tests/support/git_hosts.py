"""GitHub and GitLab for tests: a local server with their documented answers, and Secrets Manager beside it.

``github`` and ``gitlab`` are hosts of the names github.com and gitlab.com; ``vault`` keeps secrets in moto.
A refresh ends the pair before it, and an ended refresh token that comes back ends every token of its family:
the strictest that either host does.
"""

import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote

import boto3
import pytest

from chalicelib.adapters.secrets import SecretsVault
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.git import GitKind, GitSecret, Repository
from chalicelib.services.ports.git import Reading, Refreshed

from .s3 import serving
from .supabase_quirks import REGION

CLIENT_ID, CLIENT_SECRET = "app-1", "canary-client-secret"
HOURS_2 = 7200
Answer = tuple[int, dict[str, str], Any]


@dataclass
class GitHost:
    """One host, its accounts and its repositories."""

    kind: GitKind
    url: str = ""
    tokens: dict[str, str] = field(default_factory=dict)
    """Token → login."""
    refresh_tokens: dict[str, str] = field(default_factory=dict)
    """Refresh token → the token that it ends."""
    ended: set[str] = field(default_factory=set)
    """Refresh tokens that were used."""
    public: set[str] = field(default_factory=set)
    private: dict[str, set[str]] = field(default_factory=dict)
    """Path → logins that may read its code."""
    renamed: dict[str, str] = field(default_factory=dict)
    """Path → where it is now: another path, or a whole address."""
    limited: Answer | None = None
    """What every request is answered while the host limits us."""
    limits_anonymous: bool = False
    broken: bool = False
    slow_refresh: float = 0
    """Seconds between the end of the old pair and the answer with the new one."""
    refreshes: int = 0
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    """Path and token of every request."""
    _serial: Any = field(default_factory=itertools.count)
    _guard: Any = field(default_factory=threading.Lock)

    def token_of(self, login: str) -> str:
        """A fresh token of an account."""
        token = f"canary-token-{self.kind}-{next(self._serial)}"
        self.tokens[token] = login
        return token

    def pair_of(self, login: str) -> tuple[str, str]:
        """A fresh OAuth token with its refresh token."""
        token = self.token_of(login)
        refresh = f"canary-refresh-{self.kind}-{next(self._serial)}"
        self.refresh_tokens[refresh] = token
        return token, refresh

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        form = {k: v[0] for k, v in parse_qs(environ["wsgi.input"].read(length).decode()).items()}
        # Werkzeug unquotes PATH_INFO; GitLab's slashes are quoted, so the raw address counts.
        path = str(environ["RAW_URI"]).split("?")[0]
        status, headers, value = self._answer(path, environ.get("HTTP_AUTHORIZATION"), form)
        start(f"{status} -", [("Content-Type", "application/json"), *headers.items()])
        return [json.dumps(value).encode()]

    def _answer(self, path: str, authorization: str | None, form: dict[str, str]) -> Answer:
        token = authorization.removeprefix("Bearer ") if authorization else None
        with self._guard:
            self.asked.append((path, token))
        if self.broken:
            return 502, {}, "Bad gateway"
        if self.limits_anonymous and token is None:
            return 403, {"X-RateLimit-Remaining": "0"}, {"message": "API rate limit exceeded"}
        if self.limited:
            return self.limited
        if path == ("/login/oauth/access_token" if self._is_github else "/oauth/token"):
            return self._refresh(form)
        path = path.removeprefix("/api/v3" if self._is_github else "/api/v4")
        if token is not None and token not in self.tokens:
            return 401, {}, {"message": "Bad credentials" if self._is_github else "401 Unauthorized"}
        login = self.tokens.get(token or "")
        if path == "/user":
            name = "login" if self._is_github else "username"
            return (200, {}, {name: login}) if login else (401, {}, {"message": "401 Unauthorized"})
        return self._branches(path, login)

    def _branches(self, path: str, login: str | None) -> Answer:
        before, after = (
            ("/repos/", "/branches") if self._is_github else ("/projects/", "/repository/branches")
        )
        if not (path.startswith(before) and path.endswith(after)):
            return 404, {}, {"message": "Not Found"}
        name = unquote(path.removeprefix(before).removesuffix(after))
        if target := self.renamed.get(name):
            where = target if "://" in target else f"{self.url}/api/v3/repos/{target}/branches"
            return 301, {"Location": where}, {"message": "Moved Permanently"}
        if name in self.public or (login and login in self.private.get(name, ())):
            return 200, {}, [{"name": "main"}]
        return 404, {}, {"message": "Not Found" if self._is_github else "404 Project Not Found"}

    def _refresh(self, form: dict[str, str]) -> Answer:
        with self._guard:
            self.refreshes += 1
            if form.get("client_id") != CLIENT_ID or form.get("client_secret") != CLIENT_SECRET:
                return self._refusal("incorrect_client_credentials", "invalid_client")
            old = form.get("refresh_token", "")
            if old in self.ended:
                self.tokens.clear()
                self.refresh_tokens.clear()
            if old not in self.refresh_tokens:
                return self._refusal("bad_refresh_token", "invalid_grant")
            login = self.tokens.pop(self.refresh_tokens.pop(old))
            self.ended.add(old)
            token, refresh = self.pair_of(login)
        time.sleep(self.slow_refresh)
        lives: Any = str(HOURS_2) if self._is_github else HOURS_2
        answer = {
            "access_token": token,
            "token_type": "bearer",
            "expires_in": lives,
            "refresh_token": refresh,
        }
        return 200, {}, answer

    def _refusal(self, github: str, gitlab: str) -> Answer:
        # GitHub says no with a 200.
        return (200, {}, {"error": github}) if self._is_github else (400, {}, {"error": gitlab})

    @property
    def _is_github(self) -> bool:
        return self.kind is GitKind.GITHUB


class NoGitHosts:
    """What tests that are not about git have: nothing leaves the process."""

    def account_of(self, kind: GitKind, host: str, token: str) -> str:
        raise Unavailable("No git host is there in this test.")

    def can_read(self, kind: GitKind, repository: Repository, token: str | None) -> Reading:
        raise Unavailable("No git host is there in this test.")

    def refresh(self, secret: GitSecret) -> Refreshed:
        raise Unavailable("No git host is there in this test.")


class MemoryVault(dict[str, str]):
    """A vault of the test's own."""

    def put(self, name: str, value: str) -> None:
        self[name] = value

    def delete(self, name: str) -> None:
        self.pop(name, None)


@dataclass
class _Server:
    """Answers as the host of the test in hand: starting one for each takes a second."""

    url: str = ""
    host: GitHost | None = None

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        assert self.host is not None
        return self.host(environ, start)


@pytest.fixture(scope="session")
def _git_servers() -> Iterator[tuple[_Server, _Server]]:
    first, second = _Server(), _Server()
    with serving(first) as first.url, serving(second) as second.url:
        yield first, second


@pytest.fixture
def github(_git_servers: tuple[_Server, _Server]) -> GitHost:
    """github.com, empty."""
    server, _ = _git_servers
    server.host = GitHost(GitKind.GITHUB, server.url)
    return server.host


@pytest.fixture
def gitlab(_git_servers: tuple[_Server, _Server]) -> GitHost:
    """gitlab.com, empty."""
    _, server = _git_servers
    server.host = GitHost(GitKind.GITLAB, server.url)
    return server.host


@dataclass(frozen=True)
class TestVault:
    """Secrets in moto, and a client to look behind."""

    __test__ = False

    vault: SecretsVault
    client: Any

    def names(self) -> set[str]:
        """Of all secrets that are there, and not about to be deleted."""
        return {secret["Name"] for secret in self.client.list_secrets()["SecretList"]}


@pytest.fixture(scope="session")
def vault(_moto: Any) -> TestVault:
    """Secrets Manager; shared by the tests of a process, so names are a test's own."""
    client = boto3.client(
        "secretsmanager",
        endpoint_url=_moto.plain,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    return TestVault(SecretsVault(client, sleep=lambda _: None), client)
