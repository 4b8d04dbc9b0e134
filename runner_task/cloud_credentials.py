"""Access to the customer's AWS account for terraform, keyless. The only module that knows boto3.

Three ways: an emulated cloud (dummy keys), the runner's own identity, or a role that it assumes with the
identity's external id. An assumed session lasts one hour (AWS allows chained ones no more); terraform's SDK
asks the loopback endpoint for a new one before the old one ends.
"""

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.domain.messages import CloudAccess

from .errors import StepFailed
from .masking import Masker

SESSION_SECONDS = 3600
RENEW_BEFORE = timedelta(minutes=10)


def emulated_environment(access: CloudAccess, endpoint: str) -> dict[str, str]:
    """For an emulated cloud: its address, and keys that open nothing."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": access.account_id or "emulated",
        "AWS_SECRET_ACCESS_KEY": "emulated",
        "AWS_REGION": access.region,
    }


class AssumedRole:
    """Sessions of one role, renewed when they near their end.

    Parameters
    ----------
    session_name : str
        Shows up in the account's CloudTrail: the attempt's id.
    """

    def __init__(
        self,
        access: CloudAccess,
        session_name: str,
        masker: Masker,
        new_client: Callable[[str], Any] | None = None,
    ) -> None:
        self._access = access
        self._session_name = session_name[:64]
        self._masker = masker
        self._new_client = new_client or _sts_client
        self._guard = threading.Lock()
        self._current: Mapping[str, Any] | None = None

    def credentials(self) -> dict[str, str]:
        """Keys good for at least ten minutes, with the field names of the container-credentials protocol.

        Raises
        ------
        StepFailed
            The role can't be assumed; says what to look at.
        """
        with self._guard:
            if self._current is None or self._current["Expiration"] - datetime.now(UTC) < RENEW_BEFORE:
                self._current = self._assume()
                self._masker.add(self._current["SecretAccessKey"], self._current["SessionToken"])
            return {
                "AccessKeyId": str(self._current["AccessKeyId"]),
                "SecretAccessKey": str(self._current["SecretAccessKey"]),
                "Token": str(self._current["SessionToken"]),
                "Expiration": self._current["Expiration"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            }

    def _assume(self) -> Mapping[str, Any]:
        from botocore.exceptions import BotoCoreError, ClientError

        request: dict[str, Any] = {
            "RoleArn": self._access.role_reference,
            "RoleSessionName": self._session_name,
            "DurationSeconds": SESSION_SECONDS,
        }
        try:
            answer: Mapping[str, Any] = self._new_client(self._access.region).assume_role(**request)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "an error")
            raise StepFailed(
                f"The role {self._access.role_reference} can't be assumed ({code}). "
                "Check that its trust policy names the runner's account and this identity's external id."
            ) from None
        except BotoCoreError as error:
            raise StepFailed(
                f"AWS could not be asked for the role {self._access.role_reference} ({type(error).__name__})."
            ) from None
        credentials: Mapping[str, Any] = answer["Credentials"]
        return credentials


def _sts_client(region: str) -> Any:
    import boto3

    return boto3.session.Session(region_name=region).client("sts", region_name=region)
