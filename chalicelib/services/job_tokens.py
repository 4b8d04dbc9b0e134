"""Job tokens: what one attempt of one job shows for the length of its work, and nothing else.

HS256 over a secret that only the control plane holds. A token names its job, attempt and runner; every route
compares them with what it is asked for, and the job's row decides whether the attempt still counts.
"""

from collections.abc import Callable
from datetime import timedelta

import jwt
from pydantic import ValidationError

from ..domain.errors import NotSignedIn
from ..domain.job_claims import ExpiredJobToken, JobClaims
from .ports.clock import Clock, unix

ALGORITHM = "HS256"
AUDIENCE = "alethia-job"
LIFETIME = timedelta(hours=1)
MIN_SECRET_BYTES = 32


class JobTokens:
    """Issues and verifies job tokens. `secret` is asked for on first use and kept."""

    def __init__(self, secret: Callable[[], str], clock: Clock) -> None:
        self._read_secret = secret
        self._clock = clock
        self._key: str | None = None

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
            claims = jwt.decode(
                token,
                self._secret(),
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                options={"require": ["exp", "aud"], "verify_exp": False, "verify_iat": False},
            )
            said = JobClaims(job_id=claims["job_id"], attempt=claims["attempt"], runner=claims["runner"])
            if claims["exp"] <= unix(self._clock.now()):
                raise ExpiredJobToken(said)
            return said
        except (jwt.PyJWTError, KeyError, TypeError, ValidationError):
            raise NotSignedIn("The job token is not valid.") from None

    def _secret(self) -> str:
        if self._key is None:
            self._key = self._read_secret()
            if len(self._key.encode()) < MIN_SECRET_BYTES:
                raise ValueError(f"the job-token secret must have at least {MIN_SECRET_BYTES} bytes")
        return self._key
