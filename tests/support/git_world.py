"""A zone whose spec names a repository, its PLAN claimed by a runner, and the hosts that it may be on."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from alethia.embedded.gateway import Gateway
from chalicelib.adapters.git_hosts import HttpGitHosts
from chalicelib.services.ports.clock import iso

from .api import Api, Client, Reply
from .dynamodb import Tables, fresh_tables
from .git_hosts import CLIENT_ID, CLIENT_SECRET, GitHost, TestVault
from .runs import World, new_world

SELF_MANAGED = "git.acme.example"


@dataclass
class GitWorld:
    """``world.job`` runs and may ask for tokens; ``prefix`` begins every secret of this test."""

    world: World
    api: Api
    github: GitHost
    gitlab: GitHost
    vault: TestVault
    prefix: str

    @property
    def ada(self) -> Client:
        """The zone's admin."""
        return self.api.as_user("ada")

    def path(self, host: str = "github.com") -> str:
        return f"/api/zones/{self.world.zone_id}/git-links/{host}"

    def link(self, host: str = "github.com", kind: str = "github", **form: Any) -> Reply:
        return self.ada.put(self.path(host), {"kind": kind, **form})

    def link_oauth(self, host: GitHost, login: str = "bot", *, minutes: float = 120) -> Reply:
        """A pair that ends in some minutes."""
        token, refresh = host.pair_of(login)
        return self.link(
            f"{host.kind}.com",
            host.kind,
            token=token,
            refresh_token=refresh,
            client_id=CLIENT_ID,
            client_secret=CLIENT_SECRET,
            expires_at=iso(self.world.clock.now() + timedelta(minutes=minutes)),
        )

    def names_repository(self, url: str) -> None:
        """The spec names it, and a PLAN of the spec runs."""
        self.url = url
        self.world.edit(repositories={"apps_destination_repo": url})
        self.world.plan()
        self.world.claim()

    def ask(self, repository: str | None = None, **how: Any) -> Reply:
        """As the runner of the job."""
        job = self.world.job
        attempt = how.get("attempt", job.attempt)
        body = {"attempt": attempt, "repository": repository or self.url}
        return self.api.as_job(job.job_id, attempt).post(f"/api/jobs/{job.job_id}/git-token", body)

    def secrets(self) -> set[str]:
        """Names of this test's secrets, without what all have in common."""
        whole = f"{self.prefix}/{self.world.zone_id}/"
        return {name.removeprefix(whole) for name in self.vault.names() if name.startswith(self.prefix)}

    def actions(self) -> list[str]:
        """What the audit trail says of links, by name: a test's clock stands still."""
        return sorted(entry["action"] for entry in self.audit() if entry["action"].startswith("git_link"))

    def audit(self) -> list[dict[str, Any]]:
        from chalicelib.services.paging import PageRequest

        page = self.world.container.audit_store.of_zone(self.world.zone_id, PageRequest(limit=100))
        return [entry.model_dump(mode="json") for entry in page.items]


@pytest.fixture(scope="session")
def _git_tables(dynamodb_endpoint: str) -> Tables:
    """Shared by all tests of git: each has a zone of its own, and looks at nothing else."""
    return Tables(fresh_tables(dynamodb_endpoint))


@pytest.fixture
def git(
    _git_tables: Tables, issuer_folder: Path, github: GitHost, gitlab: GitHost, vault: TestVault
) -> Iterator[GitWorld]:
    """Nothing is linked yet. ``git.acme.example`` is the GitLab under another name."""
    from app import app

    prefix = f"alethia/git-{uuid.uuid4().hex[:8]}"
    urls = {"github.com": github.url, "gitlab.com": gitlab.url, SELF_MANAGED: gitlab.url}
    settings = _git_tables.settings.model_copy(update={"git_secrets_prefix": prefix})
    for world in new_world(Tables(settings), issuer_folder):
        world.container.vault = vault.vault
        world.container.git_hosts = HttpGitHosts(urls)
        yield GitWorld(world, Api(Gateway(app), world.container), github, gitlab, vault, prefix)
