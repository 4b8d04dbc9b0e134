"""Git hosts: linked ones, the addresses of repositories on them, and what a linked host's secret holds.

Pure: what an address means is decided here, once, for the form, the control plane and the runner.
"""

import json
import re
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import urlsplit

from pydantic import Field

from .model import Model

REFRESH_BEFORE = timedelta(minutes=5)
"""A token that ends within this is refreshed before it is given out."""


class GitKind(StrEnum):
    """Whose API a host speaks."""

    GITHUB = "github"
    GITLAB = "gitlab"


WELL_KNOWN = {"github.com": GitKind.GITHUB, "gitlab.com": GitKind.GITLAB}
"""Hosts that are asked for public repositories without being linked."""

USERNAMES = {GitKind.GITHUB: "x-access-token", GitKind.GITLAB: "oauth2"}
"""What stands before a token as the user's name, over HTTPS."""


class GitLink(Model):
    """A host that a zone has linked, without its tokens."""

    zone_id: str
    host: str
    kind: GitKind
    account: str
    """Whom the token speaks for, as the host says."""
    linked_by: str
    linked_at: str
    expires_at: str | None = None
    """When the token ends; ``None`` when nobody said so."""
    refreshable: bool = False
    """A token that ended is replaced without a person."""
    problem: str | None = None
    """Why the last job did not get a working token, in one sentence."""
    problem_at: str | None = None
    version: int
    """Counts the tokens that were kept for this host."""


class GitSecret(Model):
    """What Secrets Manager keeps for a linked host. It carries its link, so that a row can be made good."""

    link: GitLink
    token: str = Field(repr=False)
    refresh_token: str | None = Field(None, repr=False)
    client_id: str | None = None
    client_secret: str | None = Field(None, repr=False)

    def ends_soon(self, now: datetime) -> bool:
        """Whether the token has ended, or ends before a job could use it."""
        expires_at = self.link.expires_at
        return expires_at is not None and datetime.fromisoformat(expires_at) <= now + REFRESH_BEFORE


class Repository(NamedTuple):
    """A repository on a host."""

    host: str
    path: str
    """Owner and name, or groups and name: no slash at either end, no ``.git``."""

    @property
    def https_url(self) -> str:
        """The address that a token opens, however the repository was written down."""
        return f"https://{self.host}/{self.path}.git"


_HOST = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*|\.[A-Za-z0-9_-][A-Za-z0-9._-]*")
_SCP = re.compile(r"git@(?P<host>[^/:@\s]+):(?P<path>\S+)")


def is_host(text: str) -> bool:
    """Whether `text` is a host's full name in lower case; addresses in numbers and bare names are none."""
    return _HOST.fullmatch(text) is not None


def parse_repository(url: str) -> Repository | None:
    """What a repository's address names: ``https://host/path``, ``git@host:path``, ``ssh://git@host/path``.

    ``None`` for anything else: with a password or a query in it, or on a port of its own.
    """
    if scp := _SCP.fullmatch(url):
        host, path = scp["host"], scp["path"]
    else:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            return None
        user, usual = {"https": (None, 443), "ssh": ("git", 22)}.get(parts.scheme, ("", 0))
        if parts.username != user or parts.password or parts.query or parts.fragment:
            return None
        if port not in (None, usual) or not usual:
            return None
        host, path = parts.hostname or "", parts.path
    host, path = host.lower(), path.strip("/").removesuffix(".git")
    names = path.split("/")
    if not is_host(host) or len(names) < 2 or not all(_PART.fullmatch(name) for name in names):
        return None
    return Repository(host, path)


def repositories_of(snapshot: str) -> frozenset[str]:
    """The addresses of all repositories that a frozen configuration names."""
    section = json.loads(snapshot).get("repositories") or {}
    return frozenset(value for value in section.values() if isinstance(value, str))
