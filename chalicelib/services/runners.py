"""Runners and the long-lived credential that each may claim jobs with: ``{runner_id}.{secret}``.

The secret is shown once, when the runner is registered; only its sha256 is kept.
"""

import hmac
import secrets

from ..domain.errors import NotSignedIn
from ..domain.runner import RunnerKind
from ..domain.snapshot import sha256_hex
from .ports.runners import RunnerRecord, Runners

SECRET_BYTES = 32
_REFUSAL = "The runner credential is not valid."


class RunnerCredentials:
    """Registers runners and verifies what they show."""

    def __init__(self, runners: Runners) -> None:
        self._runners = runners

    def register(
        self,
        runner_id: str,
        *,
        kind: RunnerKind,
        name: str,
        zone_id: str | None = None,
    ) -> str:
        """Register a runner (again: its old credential ends) and return its credential, once."""
        secret = secrets.token_urlsafe(SECRET_BYTES)
        self._runners.put(
            RunnerRecord(
                runner_id=runner_id,
                kind=kind,
                name=name,
                zone_id=zone_id,
                credential_sha256=sha256_hex(secret),
            )
        )
        return f"{runner_id}.{secret}"

    def verify(self, credential: str) -> RunnerRecord:
        """The runner that a credential belongs to (else :class:`NotSignedIn`)."""
        runner_id, _, secret = credential.partition(".")
        if not runner_id or not secret or len(credential) > 256 or not credential.isascii():
            raise NotSignedIn(_REFUSAL)
        runner = self._runners.get(runner_id)
        if runner is None or not _lets_in(runner, sha256_hex(secret)):
            raise NotSignedIn(_REFUSAL)
        return runner


def _lets_in(runner: RunnerRecord, digest: str) -> bool:
    good = [runner.credential_sha256, runner.former_sha256 or ""]
    return any(hmac.compare_digest(each, digest) for each in good)
