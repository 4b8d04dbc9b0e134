"""The secrets of linked git hosts: read by anybody here, rewritten by one at a time.

A refresh ends the pair that it began with, and a host may end a whole family of tokens when an old one comes
back. So whoever rewrites a host's secret holds its lock: a person who links or unlinks, a job whose token ran
out. Inside the lock the secret is written first, then the row; a secret newer than its row is therefore the
trace of somebody who died between the two, and is as good as any.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from pydantic import ValidationError

from ..domain.errors import Unavailable
from ..domain.git import GitLink, GitSecret
from ..domain.ids import new_id
from .ports.clock import Clock
from .ports.git import GitLinkStore, Vault

LOCK_SECONDS = 60
"""Longer than any request lives: who still holds the lock then is dead."""
TRIES = 40
PAUSE_SECONDS = 0.25
BUSY = "This link is being renewed by somebody else. Try again shortly."


class GitSecrets:
    """Secrets in the vault, and the locks in the rows."""

    def __init__(
        self,
        vault: Vault,
        links: GitLinkStore,
        clock: Clock,
        prefix: str,
        *,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._vault = vault
        self._links = links
        self._clock = clock
        self._prefix = prefix
        self._sleep = sleep

    def newest(self, zone_id: str, host: str) -> GitSecret | None:
        """What the vault has; ``None`` also when that is nothing of ours."""
        text = self._vault.get(self._name(zone_id, host))
        try:
            return None if text is None else GitSecret.model_validate_json(text)
        except ValidationError:
            return None

    def of_link(self, link: GitLink) -> GitSecret | None:
        """The secret of a link, at least as new as its row: a vault may answer with the one before."""
        for _ in range(TRIES // 8):
            secret = self.newest(link.zone_id, link.host)
            if secret is None or secret.link.version >= link.version:
                return secret
            self._sleep(PAUSE_SECONDS)
        raise Unavailable("The secret of this link is not up to date yet. Try again shortly.")

    @contextmanager
    def alone(self, zone_id: str, host: str) -> Iterator[str]:
        """Hold the host's lock; gives the holder's name (:class:`Unavailable` when it stays taken)."""
        holder = new_id("holder")
        for _ in range(TRIES):
            if self._take(zone_id, host, holder):
                break
            self._sleep(PAUSE_SECONDS)
        else:
            raise Unavailable(BUSY)
        try:
            yield holder
        finally:
            self._links.unlock(zone_id, host, holder)

    def write(self, secret: GitSecret, holder: str) -> None:
        """Keep the secret, while the lock is still `holder`'s (:class:`Unavailable`)."""
        link = secret.link
        if not self._take(link.zone_id, link.host, holder):
            raise Unavailable(BUSY)
        self._vault.put(self._name(link.zone_id, link.host), secret.model_dump_json())

    def drop(self, zone_id: str, host: str) -> None:
        """Delete the secret, if there is one."""
        self._vault.delete(self._name(zone_id, host))

    def _take(self, zone_id: str, host: str, holder: str) -> bool:
        now = self._clock.now()
        until = now + timedelta(seconds=LOCK_SECONDS)
        return self._links.lock(zone_id, host, holder, now=now, until=until)

    def _name(self, zone_id: str, host: str) -> str:
        return f"{self._prefix}/{zone_id}/{host}"
