"""Secrets by name, from Secrets Manager; their values stay in memory."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ..domain.errors import Unavailable
from ..settings import Settings
from .aws import client

PAUSES = (0.0, 0.2, 0.5, 1.0)
"""Seconds before each try to make a secret whose name is still taken by one that is being deleted."""

PREVIOUS = "AWSPREVIOUS"
"""The stage of a secret's value that Secrets Manager moves there when another becomes the present one."""

NOT_NOW = "A secret that this needs can't be read now. Try again shortly."
NOT_KEPT = "The secret can't be kept now. Try again shortly."


def secret_reader(settings: Settings, name: str) -> Callable[[], str]:
    """A function that reads the secret called `name` (:class:`Unavailable` when it can't)."""

    def read() -> str:
        try:
            value: str = client("secretsmanager", settings).get_secret_value(SecretId=name)["SecretString"]
        except (BotoCoreError, ClientError):
            raise Unavailable(NOT_NOW) from None
        return value

    return read


def reader_of_before(settings: Settings, name: str) -> Callable[[], str | None]:
    """A function that reads what the secret called `name` was before its present value, if it was changed."""

    def read() -> str | None:
        secrets = client("secretsmanager", settings)
        try:
            value: str = secrets.get_secret_value(SecretId=name, VersionStage=PREVIOUS)["SecretString"]
        except ClientError as error:
            if _code(error) == ABSENT:
                return None
            raise Unavailable(NOT_NOW) from None
        except BotoCoreError:
            raise Unavailable(NOT_NOW) from None
        return value

    return read


class SecretsVault:
    """:class:`~chalicelib.services.ports.git.Vault` on Secrets Manager.

    A deleted secret keeps its name for a while: for some days when a person deleted it in AWS, for a moment
    when :meth:`delete` did. Making it again therefore restores it, or waits.
    """

    def __init__(self, client: Any, *, sleep: Callable[[float], object] = time.sleep) -> None:
        self._client = client
        self._sleep = sleep

    def get(self, name: str) -> str | None:
        """The value; ``None`` when there is no such secret, or it is about to be deleted."""
        try:
            value: str = self._client.get_secret_value(SecretId=name)["SecretString"]
        except ClientError as error:
            if _code(error) in (ABSENT, BEING_DELETED):
                return None
            raise Unavailable(NOT_NOW) from None
        except BotoCoreError:
            raise Unavailable(NOT_NOW) from None
        return value

    def put(self, name: str, value: str) -> None:
        """Make or replace a secret."""
        for pause in PAUSES:
            self._sleep(pause)
            there = self._tried(self._client.describe_secret, SecretId=name)
            if there is None:
                if self._tried(self._client.create_secret, Name=name, SecretString=value):
                    return
                continue
            if there.get("DeletedDate"):
                self._tried(self._client.restore_secret, SecretId=name)
            if self._tried(self._client.put_secret_value, SecretId=name, SecretString=value):
                return
        raise Unavailable(NOT_KEPT)

    def delete(self, name: str) -> None:
        """Drop it for good: a token that a person took back must not be restorable."""
        self._tried(self._client.delete_secret, SecretId=name, ForceDeleteWithoutRecovery=True)

    def _tried(self, call: Callable[..., Any], **arguments: Any) -> Mapping[str, Any] | None:
        """The answer; ``None`` when the secret does not stand as the call needs it."""
        try:
            answer: Mapping[str, Any] = call(**arguments)
        except ClientError as error:
            if _code(error) in (ABSENT, BEING_DELETED, EXISTS):
                return None
            raise Unavailable(NOT_KEPT) from None
        except BotoCoreError:
            raise Unavailable(NOT_KEPT) from None
        return answer


ABSENT = "ResourceNotFoundException"
EXISTS = "ResourceExistsException"
BEING_DELETED = "InvalidRequestException"
"""Scheduled for deletion: it takes no request but to be restored."""


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
