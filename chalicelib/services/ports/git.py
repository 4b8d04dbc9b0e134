"""Linked git hosts: their rows, their secrets, and the hosts themselves."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from ...domain.audit import AuditEntry
from ...domain.git import GitKind, GitLink, GitSecret, Repository
from ..paging import Page, PageRequest


class TokenRefused(Exception):
    """The host does not accept the token, the refresh token or the client."""


class NotSuchAHost(Exception):
    """What answers there does not speak the API that it should."""


class HostUnreachable(Exception):
    """Nothing answers there, or it is no public address."""


class Reading(StrEnum):
    """What a host says about reading a repository."""

    YES = "yes"
    NO = "no"
    """There is none, or it is hidden: hosts do not tell the two apart."""
    TOKEN_REFUSED = "token_refused"  # noqa: S105 - a word


class Refreshed(NamedTuple):
    """A new pair. Its ``repr`` is never to be shown."""

    token: str
    refresh_token: str | None
    """``None``: the old one stays good."""
    expires_in: int | None
    """Seconds."""


class GitHosts(Protocol):
    """Hosts, over their HTTP APIs."""

    def account_of(self, kind: GitKind, host: str, token: str) -> str:
        """Whom the token speaks for.

        Raises
        ------
        TokenRefused, NotSuchAHost, HostUnreachable
            Each once, without waiting.
        Unavailable
            The host is busy or limits us; repeating is safe.
        """

    def can_read(self, kind: GitKind, repository: Repository, token: str | None) -> Reading:
        """Whether code can be read, with the token or by anybody (:class:`Unavailable`)."""

    def refresh(self, secret: GitSecret) -> Refreshed:
        """A new pair for an OAuth token (:class:`TokenRefused`, :class:`Unavailable`)."""


class Vault(Protocol):
    """Secrets by name. Every call can be repeated."""

    def get(self, name: str) -> str | None:
        """The value; ``None`` when there is no such secret, or it is about to be deleted."""

    def put(self, name: str, value: str) -> None:
        """Make or replace a secret, also one that is about to be deleted."""

    def delete(self, name: str) -> None:
        """Drop it for good. One that is not there is no error."""


class GitLinkStore(Protocol):
    """Rows of linked hosts. All that rewrite a host's secret hold its lock."""

    def get(self, zone_id: str, host: str) -> GitLink | None: ...

    def of_zone(self, zone_id: str, page: PageRequest) -> Page[GitLink]:
        """By host."""

    def lock(self, zone_id: str, host: str, holder: str, *, now: datetime, until: datetime) -> bool:
        """Take the host's lock, or keep it; ``False`` while somebody else has it."""

    def unlock(self, zone_id: str, host: str, holder: str) -> None:
        """Let go of the lock, if it is still `holder`'s."""

    def put(self, link: GitLink, holder: str, entry: AuditEntry) -> None:
        """Write the row with its audit entry; :class:`Unavailable` when the lock is no longer `holder`'s."""

    def delete(self, link: GitLink, holder: str, entry: AuditEntry) -> None:
        """Delete the row with its audit entry; :class:`Unavailable` as above."""

    def note_problem(self, link: GitLink, problem: str, at: str) -> None:
        """Keep what was wrong with this version's token; nothing happens if there is a newer one."""
