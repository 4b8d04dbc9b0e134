"""The API as a client meets it: the app behind the played API Gateway, on tables of the test's own.

``api`` is the fixture; ``api.as_user("ada")`` is a client that is signed in. Answers are :class:`Reply`, with
``status``, ``json`` and ``error`` (the one error shape, opened). ``api.container`` is the services behind it.
"""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from alethia.embedded.gateway import Gateway, Request
from alethia.embedded.issuer import JWKS_PATH, Issuer
from chalicelib import bootstrap
from chalicelib.domain.identity import Identity
from chalicelib.domain.runner import RunnerKind
from chalicelib.services.identities import IdentityForm
from chalicelib.services.job_tokens import JobTokens
from chalicelib.services.ports.git import GitHosts, Vault
from chalicelib.services.sign_in import SignIn
from chalicelib.settings import Settings

from .builders import ACCOUNT, ROLE, FakeClock, a_form
from .dynamodb import Tables
from .git_hosts import MemoryVault, NoGitHosts
from .metrics import RecordedMetrics
from .outside import MemoryVersions

ISSUER = "https://issuer.test"
JOB_SECRET = "a secret of at least thirty-two bytes, for tests"


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> dict[str, Any]:
        error: dict[str, Any] = self.json["error"]
        return error

    @property
    def problems(self) -> dict[str, str]:
        """Field → message."""
        return {problem["field"]: problem["message"] for problem in self.error["problems"]}


class TestContainer(bootstrap.Container):
    """The real services over the test's tables; the issuer's keys and job secret come from memory."""

    __test__ = False

    def __init__(self, settings: Settings, issuer: Issuer, clock: FakeClock | None) -> None:
        super().__init__(settings, clock=clock)
        self.issuer = issuer

    @cached_property
    def sign_in(self) -> SignIn:
        return SignIn(PublishedKeys(self.issuer), issuer=ISSUER, audience="alethia", clock=self.clock)

    @cached_property
    def git_hosts(self) -> GitHosts:
        return NoGitHosts()

    @cached_property
    def vault(self) -> Vault:
        return MemoryVault()

    @cached_property
    def secret_versions(self) -> MemoryVersions:
        return MemoryVersions()

    @cached_property
    def metrics(self) -> RecordedMetrics:
        return RecordedMetrics()

    @cached_property
    def job_tokens(self) -> JobTokens:
        return JobTokens(lambda: JOB_SECRET, self.clock)


@dataclass
class PublishedKeys:
    """The key set of an issuer in the same process, and how often it was asked for."""

    issuer: Issuer
    fetched: int = 0

    def fetch(self) -> dict[str, Any]:
        self.fetched += 1
        document = self.issuer.document(JWKS_PATH) or {}
        return {key["kid"]: key for key in document["keys"]}


@dataclass(frozen=True)
class Client:
    """Somebody with a credential, or nobody."""

    gateway: Gateway
    authorization: str | None = None

    def get(self, path: str, **query: Any) -> Reply:
        return self.send("GET", path, query=query)

    def post(self, path: str, body: Any = None, **headers: str) -> Reply:
        return self.send("POST", path, body=body, headers=headers)

    def put(self, path: str, body: Any = None, **headers: str) -> Reply:
        return self.send("PUT", path, body=body, headers=headers)

    def delete(self, path: str) -> Reply:
        return self.send("DELETE", path)

    def send(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        raw: bytes | None = None,
        query: Any = (),
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """Headers are written ``idempotency_key="k"``."""
        sent = {name.replace("_", "-").lower(): value for name, value in (headers or {}).items()}
        if self.authorization:
            sent.setdefault("authorization", self.authorization)
        if raw is None:
            raw = b"" if body is None else json.dumps(body).encode()
        if raw:
            sent.setdefault("content-type", "application/json")
        request = Request(method, quote(path), urlencode(query), sent, raw)
        answer = self.gateway.handle(request)
        return Reply(answer.status, dict(answer.headers), answer.body)


@dataclass
class Api:
    """The app, its services, and the people and zones that a test needs."""

    gateway: Gateway
    container: TestContainer
    nobody: Client = field(init=False)

    def __post_init__(self) -> None:
        self.nobody = Client(self.gateway)

    def as_user(self, user: str) -> Client:
        return Client(self.gateway, f"Bearer {self.container.issuer.sign_in(user)}")

    def as_job(self, job_id: str, attempt: int = 1, runner: str = "platform") -> Client:
        return Client(self.gateway, f"Job {self.container.job_tokens.issue(job_id, attempt, runner)}")

    def as_runner(self, runner_id: str = "platform") -> Client:
        """Registers the runner anew: its credential of before ends."""
        credential = self.container.runner_credentials.register(
            runner_id, kind=RunnerKind.FARGATE, name="Platform"
        )
        return Client(self.gateway, f"Runner {credential}")

    def a_zone(self, user: str = "ada") -> str:
        """A fresh zone of `user`'s; its id."""
        zone = self.as_user(user).post("/api/zones", {"name": "Shop"}, idempotency_key=str(uuid.uuid4()))
        assert zone.status == 201, zone.body
        zone_id: str = zone.json["zone_id"]
        return zone_id

    def a_verified_identity(self, zone_id: str) -> Identity:
        form = IdentityForm(name="Sandbox", account_id=ACCOUNT, role_reference=ROLE)
        return self.container.identities.seed_verified(zone_id, form)

    def a_stored_spec(self, user: str = "ada", zone_id: str | None = None, **form: Any) -> dict[str, Any]:
        """A spec made through the API, as it answered."""
        zone_id = zone_id or self.a_zone(user)
        made = self.as_user(user).post("/api/specs", {"zone_id": zone_id, **a_form(**form)})
        assert made.status == 201, made.body
        spec: dict[str, Any] = made.json
        return spec


@pytest.fixture(scope="session")
def issuer_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One key for the session: making one takes a while."""
    return tmp_path_factory.mktemp("issuer")


@cache
def issuer_in(folder: Path) -> Issuer:
    """The issuer whose key lies there, read once: each time, OpenSSL checks for 40 ms that it is one."""
    return Issuer.open(folder, ISSUER)


@pytest.fixture
def api(tables: Tables, issuer_folder: Path) -> Iterator[Api]:
    """The API over empty tables."""
    from app import app

    container = TestContainer(tables.settings, issuer_in(issuer_folder), clock=None)
    bootstrap.use(container)
    yield Api(Gateway(app), container)
    bootstrap.use(None)
