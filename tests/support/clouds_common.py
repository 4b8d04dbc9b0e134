"""What the played clouds share: refusals, what a customer told them of us, and how they verify our tokens."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from joserfc.errors import JoseError

from chalicelib.domain.identity import subject_of

from .oidc import ISSUER_URL, Relying

ZONE, IDENTITY = "zone-1", "identity-1"
SUBJECT = subject_of(ZONE, IDENTITY)


class Refused(Exception):
    """An answer other than 200."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(status)
        self.status, self.body = status, body


@dataclass
class Trust:
    """What a customer told the cloud of us."""

    audience: str
    issuer: str = ISSUER_URL
    subject: str = SUBJECT
    leeway: float = 300


class Verifier:
    """Reads our tokens as the clouds do."""

    def __init__(self, relying: Relying, now: Callable[[], float] = time.time) -> None:
        self.relying = relying
        self.now = now

    def claims(self, token: str, refusal: Callable[[str], Refused]) -> dict[str, Any]:
        """By the key set of our public routes; an unknown key makes one fresh read, as with the clouds."""
        for fresh in (False, True):
            if fresh:
                self.relying.read_keys()
            try:
                return self.relying.claims(token)
            except (JoseError, ValueError):
                continue
        raise refusal("The signature could not be verified.")
