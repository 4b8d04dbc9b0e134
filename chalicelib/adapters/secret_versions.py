"""Versions of secrets in Secrets Manager, by the stages that its rotation moves."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ..domain.errors import Unavailable
from ..services.ports.secret_versions import VersionState
from .secrets import ABSENT, NOT_KEPT, NOT_NOW

PENDING = "AWSPENDING"
CURRENT = "AWSCURRENT"


class SecretsManagerVersions:
    """:class:`~chalicelib.services.ports.secret_versions.SecretVersions` through a botocore client."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def state(self, secret: str, version: str) -> VersionState:
        """One DescribeSecret."""
        stages = self._stages(secret).get(version, ())
        if CURRENT in stages:
            return VersionState.CURRENT
        return VersionState.PENDING if PENDING in stages else VersionState.OTHER

    def pending(self, secret: str, version: str) -> str | None:
        """One GetSecretValue."""
        try:
            value: str = self._client.get_secret_value(
                SecretId=secret, VersionId=version, VersionStage=PENDING
            )["SecretString"]
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") == ABSENT:
                return None
            raise Unavailable(NOT_NOW) from None
        except BotoCoreError:
            raise Unavailable(NOT_NOW) from None
        return value

    def put_pending(self, secret: str, version: str, value: str) -> None:
        """One PutSecretValue."""
        try:
            self._client.put_secret_value(
                SecretId=secret, ClientRequestToken=version, SecretString=value, VersionStages=[PENDING]
            )
        except (BotoCoreError, ClientError):
            raise Unavailable(NOT_KEPT) from None

    def promote(self, secret: str, version: str) -> None:
        """One UpdateSecretVersionStage; AWS keeps the version of before as ``AWSPREVIOUS``."""
        stages = self._stages(secret)
        current = next((known for known, its in stages.items() if CURRENT in its), None)
        if current == version:
            return
        before = {} if current is None else {"RemoveFromVersionId": current}
        try:
            self._client.update_secret_version_stage(
                SecretId=secret, VersionStage=CURRENT, MoveToVersionId=version, **before
            )
        except (BotoCoreError, ClientError):
            raise Unavailable(NOT_KEPT) from None

    def _stages(self, secret: str) -> dict[str, list[str]]:
        try:
            answer = self._client.describe_secret(SecretId=secret)
        except (BotoCoreError, ClientError):
            raise Unavailable(NOT_NOW) from None
        stages: dict[str, list[str]] = answer.get("VersionIdsToStages", {})
        return stages
