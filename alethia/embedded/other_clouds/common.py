"""What both clouds share: refusals, what a customer told them of us, and how they verify our tokens."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

Mint = Callable[[str], str]
"""Makes a token of the cloud's own; gets a word for whom it is."""


class Refused(Exception):
    """An answer other than 200."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(status)
        self.status, self.body = status, body


class Unverified(Exception):
    """A token that no published key has signed."""


@dataclass
class Trust:
    """What a customer told the cloud of us."""

    issuer: str
    audience: str
    subject: str
    leeway: float = 300
    """Seconds that clocks may differ."""


class KeySet(Protocol):
    """The public keys of our issuer, and how a token is checked with them."""

    def read_keys(self) -> object:
        """Read them anew."""
        ...

    def claims(self, token: str) -> dict[str, Any]:
        """The claims of a token that one of them has signed (:class:`Unverified`)."""
        ...


class Verifier:
    """Reads our tokens as the clouds do."""

    def __init__(self, keys: KeySet, now: Callable[[], float] = time.time) -> None:
        self.keys = keys
        self.now = now

    def claims(self, token: str, refusal: Callable[[str], Refused]) -> dict[str, Any]:
        """By the published key set; an unknown key makes one fresh read, as with the clouds."""
        for fresh in (False, True):
            if fresh:
                self.keys.read_keys()
            try:
                return self.keys.claims(token)
            except Unverified:
                continue
        raise refusal("The signature could not be verified.")


def unlike_any_other(_whom: str) -> str:
    """A token that nobody can guess."""
    return secrets.token_urlsafe(32)
