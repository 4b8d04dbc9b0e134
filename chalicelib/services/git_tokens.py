"""How a running job reads one of its repositories.

====================================  ==============================================
what the host says                    what the job gets
====================================  ==============================================
the zone's token reads it             the token, refreshed if it was about to end
it does not, and anybody can          "public", and no token
neither                               :class:`NoRepositoryAccess`, and what to do
====================================  ==============================================

The token is asked with first: anonymous requests are few (GitHub: 60 an hour for an address). Hosts that are
neither linked nor well known are not asked at all.
"""

from datetime import timedelta

from ..domain.errors import NoRepositoryAccess, NotFound, Unavailable
from ..domain.git import (
    USERNAMES,
    WELL_KNOWN,
    GitKind,
    GitLink,
    GitSecret,
    Repository,
    parse_repository,
    repositories_of,
)
from ..domain.ids import attempt_id
from ..domain.messages import GitAccess, GitToken
from .attempts import AttemptCaller, Attempts
from .audit import Audit
from .git_links import NEEDED, told
from .git_secrets import GitSecrets
from .ports.clock import Clock, iso
from .ports.git import GitHosts, GitLinkStore, Reading, TokenRefused
from .ports.jobs import JobStore

ENDED = "The token for {host} has ended. Link the host again."
REFUSED = "{host} no longer accepts the token. Link the host again."
NOT_REFRESHED = "{host} refused to refresh the token. Link the host again."
MISSING = "The token for {host} is missing from the vault. Link the host again."


class _NotWithIt(Exception):
    """The zone's token does not read it: why, and the way out as a sentence."""

    def __init__(self, cause: str, way_out: str) -> None:
        super().__init__(way_out)
        self.cause = cause
        self.way_out = way_out


class GitTokens:
    """Tokens for jobs."""

    def __init__(
        self,
        *,
        jobs: JobStore,
        attempts: Attempts,
        links: GitLinkStore,
        secrets: GitSecrets,
        hosts: GitHosts,
        audit: Audit,
        clock: Clock,
    ) -> None:
        self._jobs = jobs
        self._attempts = attempts
        self._links = links
        self._secrets = secrets
        self._hosts = hosts
        self._audit = audit
        self._clock = clock

    def give(self, caller: AttemptCaller, repository: str) -> GitToken:
        """How the attempt reads `repository`, which its frozen configuration names.

        Raises
        ------
        Forbidden
            The attempt is over.
        NotFound
            The job's configuration names no such repository.
        NoRepositoryAccess
            It is not public, and no token of the zone reads it.
        Unavailable
            The host or the vault did not answer, or the host limits us.
        """
        facts = self._attempts.handing_out(*caller)
        snapshot = self._jobs.snapshot(caller.job_id)
        if snapshot is None or repository not in repositories_of(snapshot):
            raise NotFound("This job's configuration names no such repository.")
        remote = parse_repository(repository)
        if remote is None:
            # What nobody can read is not repeated: it may hold a password.
            raise _refusal(None, "address", "Write its address as https:// or git@.")
        link = self._links.get(facts.zone_id, remote.host)
        if link is None:
            return self._as_anybody(repository, remote)
        try:
            return _answer(self._reading_it(link, remote, f"job:{attempt_id(*caller)}"))
        except _NotWithIt as why:
            if self._is_public(link.kind, remote):
                return GitToken(access=GitAccess.PUBLIC)
            raise _refusal(repository, why.cause, why.way_out) from None

    def _as_anybody(self, repository: str, remote: Repository) -> GitToken:
        """For a host that the zone has not linked."""
        kind = WELL_KNOWN.get(remote.host)
        if kind is None:
            way_out = f"The zone has not linked {remote.host}; an admin can, with a token that reads it."
            raise _refusal(repository, "not_linked", way_out)
        if self._hosts.can_read(kind, remote, None) is Reading.YES:
            return GitToken(access=GitAccess.PUBLIC)
        way_out = f"If it is private, an admin can link {remote.host} with a token."
        raise _refusal(repository, "not_linked", way_out)

    def _is_public(self, kind: GitKind, remote: Repository) -> bool:
        """Whether anybody reads it; no, when the host does not say and there is a better reason to give."""
        try:
            return self._hosts.can_read(kind, remote, None) is Reading.YES
        except Unavailable:
            return False

    def _reading_it(self, link: GitLink, remote: Repository, actor: str) -> GitSecret:
        """The token in force, which reads the repository."""
        try:
            secret = self._in_force(link, actor)
            reading = self._hosts.can_read(secret.link.kind, remote, secret.token)
            if reading is Reading.TOKEN_REFUSED and secret.refresh_token:
                secret = self._renewed(link, actor, refused=secret)
                reading = self._hosts.can_read(secret.link.kind, remote, secret.token)
            if reading is Reading.TOKEN_REFUSED:
                ended = secret.ends_soon(self._clock.now())
                raise _no_token(ENDED if ended else REFUSED, link)
        except _NotWithIt as problem:
            self._links.note_problem(link, problem.way_out, iso(self._clock.now()))
            raise
        if reading is Reading.NO:
            raise _NotWithIt(
                "no_access",
                f"{secret.link.account}, whose token is linked, can't read it there, or there is none: "
                f"give it access, or link {NEEDED[secret.link.kind]}.",
            )
        return secret

    def _in_force(self, link: GitLink, actor: str) -> GitSecret:
        secret = self._secrets.of_link(link)
        if secret is None:
            raise _no_token(MISSING, link)
        ending = secret.refresh_token is not None and secret.ends_soon(self._clock.now())
        if ending or secret.link.version > link.version:
            return self._renewed(link, actor)
        return secret

    def _renewed(self, link: GitLink, actor: str, *, refused: GitSecret | None = None) -> GitSecret:
        """The secret after a refresh: ours, or somebody's who was quicker."""
        with self._secrets.alone(link.zone_id, link.host) as holder:
            now = self._links.get(link.zone_id, link.host)
            secret = None if now is None else self._secrets.of_link(now)
            if now is None or secret is None:
                raise _no_token(MISSING, link)
            wanted = refused is not None and secret.link.version == refused.link.version
            if secret.refresh_token and (wanted or secret.ends_soon(self._clock.now())):
                secret = self._refreshed(secret, holder)
            if secret.link.version > now.version:
                entry = self._audit.entry(
                    link.zone_id,
                    actor=actor,
                    action="git_link.refreshed",
                    subject=link.host,
                    before=told(now),
                    after=told(secret.link),
                )
                self._links.put(secret.link, holder, entry)
        return secret

    def _refreshed(self, old: GitSecret, holder: str) -> GitSecret:
        try:
            pair = self._hosts.refresh(old)
        except TokenRefused:
            raise _no_token(NOT_REFRESHED, old.link) from None
        lives = None if pair.expires_in is None else timedelta(seconds=pair.expires_in)
        link = old.link.model_copy(
            update={
                "expires_at": None if lives is None else iso(self._clock.now() + lives),
                "version": old.link.version + 1,
                "problem": None,
                "problem_at": None,
            }
        )
        new = old.model_copy(
            update={
                "link": link,
                "token": pair.token,
                "refresh_token": pair.refresh_token or old.refresh_token,
            }
        )
        self._secrets.write(new, holder)
        return new


def _answer(secret: GitSecret) -> GitToken:
    link = secret.link
    return GitToken(
        access=GitAccess.TOKEN,
        username=USERNAMES[link.kind],
        token=secret.token,
        expires_at=link.expires_at,
    )


def _no_token(sentence: str, link: GitLink) -> _NotWithIt:
    return _NotWithIt("token", sentence.format(host=link.host))


def _refusal(repository: str | None, cause: str, way_out: str) -> NoRepositoryAccess:
    return NoRepositoryAccess(
        f"The repository {repository or 'of this job'} can't be read. {way_out}",
        details={"repository": repository, "cause": cause},
    )
