"""AWS's token service for customers' accounts: each call goes to the endpoint of the region it is about.

The sessions that come back go to the caller and nowhere else: nothing here logs or keeps one.
"""

import json
import secrets
from collections.abc import Callable
from datetime import UTC
from typing import Any

from ..domain.errors import CloudRefused, Unavailable
from ..domain.identity import RefusalCause
from ..domain.messages import CloudCredentials
from ..providers.aws.refusals import Asked, cause_of, explain
from ..settings import Settings
from .aws import CONNECT_SECONDS, READ_SECONDS

SESSION_SECONDS = 3600
"""The most that AWS gives to a session that is itself made from a session (role chaining)."""

PROBE_SECONDS = 900
"""The least that AWS gives."""

NOTHING = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
)
"""Session policy of a probe: what it might be let into, it can't use."""

BUSY = "AWS did not say in time whether the role can be assumed. Try again shortly."


class CustomerSts:
    """:class:`~chalicelib.services.ports.customer_aws.CustomerAws` over STS.

    Parameters
    ----------
    new_client : Callable[[str], Any]
        An STS client for a region.
    principal : str
        ARN of the control plane's own principal, for explanations.
    """

    def __init__(self, new_client: Callable[[str], Any], principal: str = "") -> None:
        self._new_client = new_client
        self._principal = principal

    def assume(
        self, role: str, *, external_id: str, account_id: str, session_name: str, region: str
    ) -> CloudCredentials:
        """One AssumeRole."""
        asked = Asked(role=role, region=region, external_id=external_id, principal=self._principal)
        answer = self._ask(
            asked,
            RoleArn=role,
            RoleSessionName=session_name[:64],
            DurationSeconds=SESSION_SECONDS,
            ExternalId=external_id,
        )
        found, principal = answer["Credentials"], str(answer["AssumedRoleUser"]["Arn"])
        if principal.split(":")[4] != account_id:
            raise _refused(RefusalCause.OTHER_ACCOUNT, asked)
        return CloudCredentials(
            access_key_id=found["AccessKeyId"],
            secret_access_key=found["SecretAccessKey"],
            session_token=found["SessionToken"],
            expires_at=found["Expiration"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            account_id=account_id,
            principal=principal,
        )

    def require_external_id(
        self, role: str, *, external_id: str, account_id: str, session_name: str, region: str
    ) -> None:
        """AssumeRole without an external id, then with a random one: both must be refused."""
        asked = Asked(role=role, region=region, external_id=external_id, principal=self._principal)
        for wrong in ({}, {"ExternalId": secrets.token_urlsafe(24)}):
            try:
                self._ask(
                    asked,
                    RoleArn=role,
                    RoleSessionName=session_name[:64],
                    DurationSeconds=PROBE_SECONDS,
                    Policy=NOTHING,
                    **wrong,
                )
            except CloudRefused as error:
                if error.details["cause"] in _SAYS_NOTHING:
                    raise Unavailable(BUSY) from None
                continue
            raise _refused(RefusalCause.EXTERNAL_ID, asked)

    def _ask(self, asked: Asked, **request: Any) -> Any:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return self._new_client(asked.region).assume_role(**request)
        except ClientError as error:
            said = error.response.get("Error", {})
            cause = cause_of(str(said.get("Code", "")), str(said.get("Message", "")))
            if cause is None:
                raise Unavailable(BUSY) from None
            raise _refused(cause, asked) from None
        except (BotoCoreError, ValueError):  # a region that makes no host name is a ValueError
            raise _refused(RefusalCause.UNREACHABLE, asked) from None


_SAYS_NOTHING = frozenset({RefusalCause.UNREACHABLE, RefusalCause.CLOCK, RefusalCause.REGION_DISABLED})
"""Refusals that prove nothing about a trust policy."""


def _refused(cause: RefusalCause, asked: Asked) -> CloudRefused:
    return CloudRefused(
        explain(cause, asked), details={"cause": str(cause), "role": asked.role, "region": asked.region}
    )


def sts_clients(settings: Settings) -> Callable[[str], Any]:
    """STS clients by region, each made once; of the emulator that stands in for AWS, if there is one.

    The emulator gets a key that names the account of our principal, so that it can check trust policies, and
    never a person's real credentials.
    """
    import botocore.session
    from botocore.config import Config

    endpoint = settings.customer_aws_endpoint_url
    own_account = settings.control_plane_principal.split(":")[4:5]
    key, secret = (emulator_key(*own_account), "emulated") if endpoint else (None, None)
    session: Any = botocore.session.get_session()
    session.set_config_variable("sts_regional_endpoints", "regional")
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": 3},
    )
    if settings.customer_access_role:
        act_as(session, settings.customer_access_role, settings)
    made: dict[str, Any] = {}

    def client(region: str) -> Any:
        if region not in made:
            made[region] = session.create_client(
                "sts",
                region_name=region,
                endpoint_url=endpoint,
                aws_access_key_id=key,
                aws_secret_access_key=secret,
                config=config,
            )
        return made[region]

    return client


def act_as(session: Any, role: str, settings: Settings) -> None:
    """Let whatever `session` makes from now on act as `role` of our own account: the one principal that
    customers' trust policies name, whichever function asks. Renewed by botocore before each session ends."""
    from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials

    from .aws import client

    def own_sts(*_args: Any, **_options: Any) -> Any:
        return client("sts", settings)

    fetcher = AssumeRoleCredentialFetcher(
        client_creator=own_sts,
        source_credentials=session.get_credentials(),
        role_arn=role,
        extra_args={"RoleSessionName": "alethia", "DurationSeconds": SESSION_SECONDS},
    )
    session._credentials = DeferredRefreshableCredentials(
        refresh_using=fetcher.fetch_credentials, method="assume-role"
    )


def emulator_key(account_id: str = "000000000000") -> str:
    """An access key that the emulated customers' cloud takes for the owner of `account_id`."""
    return f"AKIA{account_id}ROOT"
