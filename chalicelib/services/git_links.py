"""Linking git hosts to a zone: a token is tried, then kept where nobody reads it, then the row says so."""

from datetime import UTC, datetime
from typing import Any

from pydantic import AwareDatetime, Field, field_validator, model_validator

from ..domain.errors import FieldProblem, InvalidInput, NotFound
from ..domain.git import WELL_KNOWN, GitKind, GitLink, GitSecret, is_host
from ..domain.model import Model
from ..domain.words import Role
from .access import Access, Principal
from .audit import Audit
from .git_secrets import GitSecrets
from .paging import Page, PageRequest
from .ports.clock import Clock, iso
from .ports.git import GitHosts, GitLinkStore, HostUnreachable, NotSuchAHost, TokenRefused

NEEDED = {
    GitKind.GITHUB: "a fine-grained token with read access to Contents, or a classic one with scope `repo`",
    GitKind.GITLAB: "a token with the scopes `read_api` and `read_repository`",
}
"""What a token must be allowed, by kind."""


class GitLinkForm(Model):
    """A token for a host, and what is needed to refresh it when it is an OAuth token."""

    kind: GitKind = Field(description="Whose API the host speaks.")
    token: str = Field(repr=False, min_length=1, max_length=4096)
    refresh_token: str | None = Field(None, repr=False, min_length=1, max_length=4096)
    expires_at: AwareDatetime | None = Field(None, description="When the token ends, with a time zone.")
    client_id: str | None = Field(None, min_length=1, max_length=256, description="Of the OAuth application.")
    client_secret: str | None = Field(None, repr=False, min_length=1, max_length=1024)

    @field_validator("token", "refresh_token", "client_id", "client_secret")
    @classmethod
    def _fits_a_header(cls, value: str | None) -> str | None:
        if value is not None and not (value.isascii() and value.isprintable() and " " not in value):
            raise ValueError("must be printable ASCII without spaces; paste it whole, and nothing else")
        return value

    @field_validator("expires_at")
    @classmethod
    def _in_utc(cls, value: datetime | None) -> datetime | None:
        try:
            return None if value is None else value.astimezone(UTC)
        except OverflowError:
            raise ValueError("must be a moment between the years 1 and 9999, in UTC as well") from None

    @model_validator(mode="after")
    def _can_be_refreshed(self) -> "GitLinkForm":
        if self.refresh_token and not self.client_id:
            raise ValueError("a refresh_token needs the client_id of the application that it was made for")
        if self.refresh_token and self.kind is GitKind.GITHUB and not self.client_secret:
            raise ValueError("GitHub refreshes a token only with the application's client_secret")
        if not self.refresh_token and (self.client_id or self.client_secret):
            raise ValueError("client_id and client_secret are for refreshing; send the refresh_token as well")
        return self


class GitLinks:
    """Linked hosts of a zone."""

    def __init__(
        self,
        *,
        links: GitLinkStore,
        secrets: GitSecrets,
        hosts: GitHosts,
        access: Access,
        audit: Audit,
        clock: Clock,
    ) -> None:
        self._links = links
        self._secrets = secrets
        self._hosts = hosts
        self._access = access
        self._audit = audit
        self._clock = clock

    def link(self, principal: Principal, zone_id: str, host: str, form: GitLinkForm) -> GitLink:
        """Keep a token that works, in place of the one before."""
        self._access.require(principal, zone_id, Role.ADMIN)
        host = _checked(host, form.kind)
        account = self._try(host, form)
        with self._secrets.alone(zone_id, host) as holder:
            before = self._links.get(zone_id, host)
            kept = self._secrets.newest(zone_id, host)
            version = max(before.version if before else 0, kept.link.version if kept else 0) + 1
            link = GitLink(
                zone_id=zone_id,
                host=host,
                kind=form.kind,
                account=account,
                linked_by=principal.user,
                linked_at=iso(self._clock.now()),
                expires_at=_iso(form.expires_at),
                refreshable=form.refresh_token is not None,
                version=version,
            )
            secret = GitSecret(
                link=link,
                token=form.token,
                refresh_token=form.refresh_token,
                client_id=form.client_id,
                client_secret=form.client_secret,
            )
            self._secrets.write(secret, holder)
            entry = self._audit.entry(
                zone_id,
                actor=f"user:{principal.user}",
                action="git_link.replaced" if before else "git_link.created",
                subject=host,
                before=told(before),
                after=told(link),
            )
            self._links.put(link, holder, entry)
        return link

    def unlink(self, principal: Principal, zone_id: str, host: str) -> None:
        """Forget a host. Repeating it is safe: it ends what was left of a first time that died."""
        self._access.require(principal, zone_id, Role.ADMIN)
        host = host.lower()
        if not is_host(host):
            raise _invalid("host", NO_HOST)
        with self._secrets.alone(zone_id, host) as holder:
            before = self._links.get(zone_id, host)
            if before is not None:
                entry = self._audit.entry(
                    zone_id,
                    actor=f"user:{principal.user}",
                    action="git_link.deleted",
                    subject=host,
                    before=told(before),
                )
                self._links.delete(before, holder, entry)
            self._secrets.drop(zone_id, host)

    def read(self, principal: Principal, zone_id: str, host: str) -> GitLink:
        """One link, without its tokens."""
        self._access.require(principal, zone_id, Role.VIEWER)
        link = self._links.get(zone_id, host.lower())
        if link is None:
            raise NotFound("This zone has not linked that host.")
        return link

    def list(self, principal: Principal, zone_id: str, page: PageRequest) -> Page[GitLink]:
        """A zone's links."""
        self._access.require(principal, zone_id, Role.VIEWER)
        return self._links.of_zone(zone_id, page)

    def _try(self, host: str, form: GitLinkForm) -> str:
        try:
            return self._hosts.account_of(form.kind, host, form.token)
        except TokenRefused:
            raise _invalid(
                "token", f"{host} does not accept it: it is wrong, has ended, or may too little. Make "
                f"{NEEDED[form.kind]}, and send it whole"
            ) from None  # fmt: skip
        except NotSuchAHost:
            raise _invalid(
                "kind", f"no {form.kind} API answers at {host}; check the host and its kind"
            ) from None
        except HostUnreachable:
            raise _invalid(
                "host", f"{host} does not answer to the control plane over https, or has no public address"
            ) from None


NO_HOST = "must be a host's full name, such as github.com: no scheme, no port, no path"


def told(link: GitLink | None) -> dict[str, Any] | None:
    """What an audit entry says of a link."""
    return (
        None if link is None else link.model_dump(mode="json", exclude={"zone_id", "problem", "problem_at"})
    )


def _checked(host: str, kind: GitKind) -> str:
    host = host.lower()
    if not is_host(host):
        raise _invalid("host", NO_HOST)
    if WELL_KNOWN.get(host, kind) is not kind:
        raise _invalid("kind", f"{host} is {WELL_KNOWN[host]}")
    return host


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else iso(moment)


def _invalid(field: str, message: str) -> InvalidInput:
    return InvalidInput([FieldProblem((field,), message)])
