"""Secrets by name, from Secrets Manager; their values stay in memory."""

from collections.abc import Callable

from botocore.exceptions import BotoCoreError, ClientError

from ..domain.errors import Unavailable
from ..settings import Settings
from .aws import client


def secret_reader(settings: Settings, name: str) -> Callable[[], str]:
    """A function that reads the secret called `name` (:class:`Unavailable` when it can't)."""

    def read() -> str:
        try:
            value: str = client("secretsmanager", settings).get_secret_value(SecretId=name)["SecretString"]
        except (BotoCoreError, ClientError):
            raise Unavailable("A secret that this needs can't be read now. Try again shortly.") from None
        return value

    return read
