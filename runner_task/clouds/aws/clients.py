"""AWS clients of one job. The runner's only module that imports boto3, and late: few job types need it."""

import threading
from collections.abc import Callable
from typing import Any

from .. import CloudContext

CONNECT_SECONDS, READ_SECONDS, TRIES = 5, 20, 4


class Clients:
    """Clients by service and region, each made once. Safe to share between threads.

    Parameters
    ----------
    lent : Callable or None
        Answers with fresh keys, in botocore's words; ``None`` for the identity that this machine has.
    """

    def __init__(self, context: CloudContext, lent: Callable[[], dict[str, str]] | None) -> None:
        self._context = context
        self._lent = lent
        self._guard = threading.Lock()
        self._session: Any = None
        self._made: dict[tuple[str, str], Any] = {}

    def of(self, service: str, region: str | None = None) -> Any:
        """A client for `region`, or for the job's own."""
        key = (service, region or self._context.access.region)
        with self._guard:
            if key not in self._made:
                self._made[key] = self._make(*key)
            return self._made[key]

    def dummy_environment(self) -> dict[str, str]:
        """For an emulated cloud and a job that was lent no session: its owner's keys, which are no secret."""
        account_id = self._context.access.account_id
        return {
            "AWS_ACCESS_KEY_ID": f"AKIA{account_id}ROOT" if account_id else "emulated",
            "AWS_SECRET_ACCESS_KEY": "emulated",
        }

    def _make(self, service: str, region: str) -> Any:
        from botocore.config import Config

        if self._session is None:
            self._session = self._open()
        config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"mode": "standard", "total_max_attempts": TRIES},
        )
        endpoint = self._context.endpoint_url
        return self._session.client(service, region_name=region, endpoint_url=endpoint, config=config)

    def _open(self) -> Any:
        import boto3
        import botocore.session
        from botocore.credentials import RefreshableCredentials

        if self._lent is None:
            if not self._context.endpoint_url:
                return boto3.session.Session()
            keys = self.dummy_environment()
            return boto3.session.Session(
                aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
            )
        core: Any = botocore.session.get_session()
        core._credentials = RefreshableCredentials.create_from_metadata(
            metadata=self._lent(),
            refresh_using=self._lent,
            method="alethia",
        )
        return boto3.session.Session(botocore_session=core)


def unsigned_sts(region: str, endpoint_url: str | None) -> Any:
    """For calls that are proved by a token in them, and signed with nothing."""
    import boto3
    from botocore import UNSIGNED
    from botocore.config import Config

    config = Config(
        signature_version=UNSIGNED,
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": TRIES},
    )
    return boto3.session.Session().client("sts", region_name=region, endpoint_url=endpoint_url, config=config)
