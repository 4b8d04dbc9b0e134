"""Clients of the control plane's own AWS account, or of the emulator that stands in for it."""

from typing import Any

from ..settings import Settings
from .dynamodb.connection import EMULATOR_CREDENTIALS

CONNECT_SECONDS = 2
READ_SECONDS = 10


def client(service: str, settings: Settings) -> Any:
    """A client with bounded waits. An emulator never gets a person's real credentials."""
    # botocore alone: boto3's resources and transfers would only cost a Lambda's cold start.
    import botocore.session
    from botocore.config import Config

    key, secret = EMULATOR_CREDENTIALS if settings.aws_endpoint_url else (None, None)
    session: Any = botocore.session.get_session()
    return session.create_client(
        service,
        region_name=settings.region,
        endpoint_url=settings.aws_endpoint_url,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"mode": "standard", "total_max_attempts": 4},
        ),
    )
