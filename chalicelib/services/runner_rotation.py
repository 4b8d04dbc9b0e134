"""The platform's own runner: a new credential, now and then, that nobody ever sees.

Secrets Manager asks for it in four steps, the first time when the deployment is made, so that registering the
runner is nothing else than its first rotation. Each step can be repeated::

    create    a new credential is made, and waits in the secret
    set       the runner's row knows its sha256, beside that of the credential in use
    test      it proves the runner
    finish    it is the one in use: containers that start from now on get it

A container that started before `finish` shows the credential of before, which stays good until the next
rotation.
"""

import secrets
from enum import StrEnum

from ..domain.errors import Conflict
from ..domain.runner import RunnerKind
from ..domain.snapshot import sha256_hex
from .ports.clock import Clock, iso
from .ports.runners import RunnerRecord, Runners
from .ports.secret_versions import SecretVersions, VersionState
from .runners import SECRET_BYTES, RunnerCredentials


class RotationStep(StrEnum):
    """Secrets Manager's own words."""

    CREATE = "createSecret"
    SET = "setSecret"
    TEST = "testSecret"
    FINISH = "finishSecret"


class RunnerRotation:
    """Rotates the credential of the one runner that is the platform's."""

    def __init__(
        self,
        runners: Runners,
        versions: SecretVersions,
        credentials: RunnerCredentials,
        clock: Clock,
        platform_runner: str,
    ) -> None:
        self._runners = runners
        self._versions = versions
        self._credentials = credentials
        self._clock = clock
        self._runner_id = platform_runner

    def rotate(self, step: RotationStep, secret: str, version: str) -> VersionState:
        """Do one step for a version of the secret; how the version stood before.

        Raises
        ------
        Conflict
            The version is not about to be used: not a rotation.
        NotSignedIn
            TEST: the new credential proves nobody.
        """
        state = self._versions.state(secret, version)
        if state is VersionState.OTHER:
            raise Conflict("This version of the secret is not about to be rotated in.")
        if state is VersionState.PENDING:
            self._do(step, secret, version)
        return state

    def _do(self, step: RotationStep, secret: str, version: str) -> None:
        match step:
            case RotationStep.CREATE:
                if self._versions.pending(secret, version) is None:
                    value = f"{self._runner_id}.{secrets.token_urlsafe(SECRET_BYTES)}"
                    self._versions.put_pending(secret, version, value)
            case RotationStep.SET:
                self._let_in(self._value(secret, version))
            case RotationStep.TEST:
                self._credentials.verify(self._value(secret, version))
            case RotationStep.FINISH:
                self._versions.promote(secret, version)

    def _value(self, secret: str, version: str) -> str:
        value = self._versions.pending(secret, version)
        if value is None:
            raise Conflict("This version of the secret has no value yet.")
        return value

    def _let_in(self, credential: str) -> None:
        digest = sha256_hex(credential.partition(".")[2])
        runner = self._runners.get(self._runner_id)
        if runner is None:
            runner = RunnerRecord(
                runner_id=self._runner_id,
                kind=RunnerKind.FARGATE,
                name="Platform",
                credential_sha256=digest,
                created_at=iso(self._clock.now()),
            )
        elif runner.credential_sha256 != digest:
            runner = runner.model_copy(
                update={"credential_sha256": digest, "former_sha256": runner.credential_sha256}
            )
        self._runners.put(runner)
