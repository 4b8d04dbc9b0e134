"""Job tokens: what one attempt of one job shows for the length of its work, and nothing else.

HS256 over a secret that only the control plane holds. A token names its job, attempt and runner; every route
compares them with what it is asked for, and the job's row decides whether the attempt still counts.

The secret has two values that count: the present one signs, and what it was before is good for tokens that
are out already. So it can be changed while jobs run, and each gets a token of the new value by a heartbeat.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import jwt
from pydantic import ValidationError

from ..domain.errors import NotSignedIn, Unavailable
from ..domain.job_claims import ExpiredJobToken, JobClaims
from .ports.clock import Clock, unix

ALGORITHM = "HS256"
AUDIENCE = "alethia-job"
LIFETIME = timedelta(hours=1)
MIN_SECRET_BYTES = 32

READ_EVERY = timedelta(minutes=5)
"""For how long a process signs with what it read."""

LOOK_EVERY = timedelta(seconds=1)
"""How often, at most, a signature that fits no known value makes it look for others: strangers send such."""


def _no_value() -> None:
    """A secret that was never changed."""


class JobTokens:
    """Issues and verifies job tokens. The secret's values are asked for when needed, and kept for a while."""

    def __init__(
        self, secret: Callable[[], str], clock: Clock, *, before: Callable[[], str | None] = _no_value
    ) -> None:
        self._read_secret = secret
        self._read_before = before
        self._clock = clock
        self._present: str | None = None
        self._before: str | None = None
        self._read_at: datetime | None = None
        self._looked_at: datetime | None = None

    def issue(self, job_id: str, attempt: int, runner: str) -> str:
        """A token good for :data:`LIFETIME`; the heartbeat's answer carries the next one."""
        now = self._clock.now()
        claims = {
            "aud": AUDIENCE,
            "iat": unix(now),
            "exp": unix(now + LIFETIME),
            "job_id": job_id,
            "attempt": attempt,
            "runner": runner,
        }
        return jwt.encode(claims, self._secret(), algorithm=ALGORITHM)

    def verify(self, token: str) -> JobClaims:
        """The claims of a token of ours that has not expired (else :class:`NotSignedIn`).

        Raises
        ------
        ExpiredJobToken
            It is ours, and its time is over.
        """
        try:
            claims = self._decoded(token)
            said = JobClaims(job_id=claims["job_id"], attempt=claims["attempt"], runner=claims["runner"])
            if claims["exp"] <= unix(self._clock.now()):
                raise ExpiredJobToken(said)
            return said
        except (jwt.PyJWTError, KeyError, TypeError, ValidationError):
            raise NotSignedIn("The job token is not valid.") from None

    def _decoded(self, token: str) -> dict[str, Any]:
        """What a token says that one of the secret's values signed."""
        for secret in self._accepted():
            try:
                claims: dict[str, Any] = jwt.decode(
                    token,
                    secret,
                    algorithms=[ALGORITHM],
                    audience=AUDIENCE,
                    options={"require": ["exp", "aud"], "verify_exp": False, "verify_iat": False},
                )
            except jwt.InvalidSignatureError:
                continue
            return claims
        raise jwt.InvalidSignatureError

    def _accepted(self) -> Iterator[str]:
        """The values as they are known here; whoever fits none of them makes us look again."""
        yield self._secret()
        if self._before is not None:
            yield self._before
        now = self._clock.now()
        if self._looked_at is None or now - self._looked_at >= LOOK_EVERY:
            # In this order: what is changed meanwhile must not leave us with a value from before both.
            present, before = self._take(self._read()), self._read_before()
            self._before, self._looked_at = before, now
            yield present
            if before is not None:
                yield before

    def _secret(self) -> str:
        """The present value. One that can't be read anew goes on being good."""
        now = self._clock.now()
        if self._present is None or self._read_at is None or now - self._read_at >= READ_EVERY:
            try:
                return self._take(self._read())
            except Unavailable:
                if self._present is None:
                    raise
                self._read_at = now
        return self._present

    def _take(self, present: str) -> str:
        """Go on with this value; what was known to be before another is not before this one."""
        if present != self._present:
            self._present, self._before = present, None
        self._read_at = self._clock.now()
        return present

    def _read(self) -> str:
        secret = self._read_secret()
        if len(secret.encode()) < MIN_SECRET_BYTES:
            raise ValueError(f"the job-token secret must have at least {MIN_SECRET_BYTES} bytes")
        return secret
