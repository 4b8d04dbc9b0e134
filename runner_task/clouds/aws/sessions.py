"""AWS sessions of one job, renewed before they end.

A session made from a session lasts an hour at most, and an apply may last longer. Whoever needs keys asks
:meth:`Sessions.current`; terraform's SDK does so through the loopback endpoint, some minutes before the keys
that it has come to their end.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.domain.identity import AccessMethod, RefusalCause, subject_of
from chalicelib.domain.messages import CloudCredentials
from chalicelib.providers.aws.refusals import Asked, cause_of, explain

from ...errors import NotLetIn, StepFailed, Unreachable
from .. import CloudContext
from .clients import unsigned_sts

SESSION_SECONDS = 3600
RENEW_BEFORE = timedelta(minutes=10)


@dataclass(frozen=True)
class Session:
    """Keys, and when they end."""

    access_key_id: str = field(repr=False)
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)
    expires_at: datetime

    @property
    def ends(self) -> str:
        return self.expires_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Sessions:
    """Sessions of the linked role.

    Parameters
    ----------
    exchange : Callable, optional
        Calls AWS's ``AssumeRoleWithWebIdentity`` in a region; a test's own in place of AWS.
    """

    def __init__(self, context: CloudContext, exchange: Callable[..., dict[str, Any]] | None = None) -> None:
        self._context = context
        self._exchange = exchange or _exchange
        self._guard = threading.Lock()
        self._current: Session | None = None

    def current(self) -> Session:
        """Keys that are good for ten minutes at least, where AWS gives sessions that long.

        Raises
        ------
        NotLetIn
            The account does not let us in; says why, as far as AWS does.
        """
        with self._guard:
            if self._current is None or self._current.expires_at - datetime.now(UTC) < RENEW_BEFORE:
                self._current = self._fresh()
            return self._current

    def for_the_sdk(self) -> dict[str, str]:
        """With the field names of the container-credentials protocol."""
        session = self.current()
        return {
            "AccessKeyId": session.access_key_id,
            "SecretAccessKey": session.secret_access_key,
            "Token": session.session_token,
            "Expiration": session.ends,
        }

    def for_botocore(self) -> dict[str, str]:
        """With the field names of botocore's refreshable credentials."""
        session = self.current()
        return {
            "access_key": session.access_key_id,
            "secret_key": session.secret_access_key,
            "token": session.session_token,
            "expiry_time": session.ends,
        }

    def _fresh(self) -> Session:
        if self._context.access.method is AccessMethod.WEB_IDENTITY:
            return self._for_a_token()
        return _session(self._context.session())

    def _for_a_token(self) -> Session:
        access, context = self._context.access, self._context
        request = {
            "RoleArn": access.role_reference,
            "RoleSessionName": context.session_name,
            "WebIdentityToken": context.token().token,
            "DurationSeconds": SESSION_SECONDS,
        }
        if access.role_reference is None:
            raise StepFailed("This cloud identity names no role; its setup says how to make one.")
        answer = self._exchange(context, request)
        found = answer["Credentials"]
        context.masker.add(found["SecretAccessKey"], found["SessionToken"])
        return Session(
            found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"], found["Expiration"]
        )


def _session(lent: CloudCredentials) -> Session:
    return Session(
        lent.access_key_id,
        lent.secret_access_key,
        lent.session_token,
        datetime.fromisoformat(lent.expires_at),
    )


def _exchange(context: CloudContext, request: dict[str, Any]) -> dict[str, Any]:
    """One ``AssumeRoleWithWebIdentity``, which is signed with nothing."""
    from botocore.exceptions import BotoCoreError, ClientError

    access = context.access
    asked = asked_of(context)
    try:
        sts = unsigned_sts(access.region, context.endpoint_url)
        answer: dict[str, Any] = sts.assume_role_with_web_identity(**request)
    except ClientError as error:
        said = error.response.get("Error", {})
        cause = cause_of(str(said.get("Code", "")), str(said.get("Message", "")))
        if cause is None:
            raise Unreachable("AWS is too busy to give out a session now.") from None
        raise NotLetIn(explain(cause, asked), cause) from None
    except (BotoCoreError, ValueError):  # a region that makes no host name is a ValueError
        raise NotLetIn(explain(RefusalCause.UNREACHABLE, asked), RefusalCause.UNREACHABLE) from None
    return answer


def asked_of(context: CloudContext) -> Asked:
    """What a refusal's explanation may name."""
    access = context.access
    web = access.method is AccessMethod.WEB_IDENTITY and access.identity_id
    return Asked(
        role=access.role_reference or "the runner's own identity",
        region=access.region,
        subject=subject_of(context.zone_id, access.identity_id) if web and access.identity_id else None,
    )
