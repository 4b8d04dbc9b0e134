"""One-hour sessions, renewed in time; refusals carry their cause; nothing secret is shown."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.domain.identity import AccessMethod, RefusalCause
from chalicelib.domain.messages import CloudCredentials, CloudToken
from runner_task.clouds.aws.sessions import Sessions
from runner_task.errors import ApiRefused, NotLetIn, StepFailed
from runner_task.masking import Masker
from tests.unit.runner_task.clouds.aws.support import ROLE, a_context


def in_minutes(minutes: float) -> datetime:
    return datetime.now(UTC) + timedelta(minutes=minutes)


class Broker:
    """Gives out numbered sessions and tokens, each good for `minutes`."""

    def __init__(self, minutes: float = 60, refusal: ApiRefused | None = None) -> None:
        self.minutes, self.refusal, self.asked = minutes, refusal, 0

    def cloud_credentials(self, request: Any) -> CloudCredentials:
        self.asked += 1
        if self.refusal:
            raise self.refusal
        return CloudCredentials(
            access_key_id=f"key-{self.asked}",
            secret_access_key=f"canary-secret-{self.asked}",
            session_token=f"canary-session-{self.asked}",
            expires_at=in_minutes(self.minutes).isoformat(),
            account_id="123456789012",
            principal="somebody",
        )

    def cloud_token(self, request: Any) -> CloudToken:
        self.asked += 1
        return CloudToken(token=f"canary-token-{self.asked}", audience="sts.amazonaws.com", expires_at="")


@pytest.mark.parametrize(("minutes", "asked"), [(60, 1), (10.5, 1), (9, 3)])
def test_a_session_is_used_again_until_ten_minutes_before_its_end(
    tmp_path: Path, minutes: float, asked: int
) -> None:
    broker = Broker(minutes)
    sessions = Sessions(a_context(tmp_path, api=broker))
    for _ in range(3):
        sessions.current()
    assert broker.asked == asked


def test_both_dialects_tell_the_same_keys_and_end(tmp_path: Path) -> None:
    sessions = Sessions(a_context(tmp_path, api=Broker()))
    sdk, botocore = sessions.for_the_sdk(), sessions.for_botocore()
    assert set(sdk) == {"AccessKeyId", "SecretAccessKey", "Token", "Expiration"}
    assert list(sdk.values()) == list(botocore.values())
    assert sdk["Expiration"].endswith("Z")


def test_keys_are_masked_and_never_shown(tmp_path: Path) -> None:
    masker = Masker()
    sessions = Sessions(a_context(tmp_path, api=Broker(), masker=masker))
    assert "canary" not in repr(sessions.current())
    assert masker.mask("canary-secret-1 canary-session-1") == "*** ***"


def test_a_refusal_of_the_cloud_carries_its_cause(tmp_path: Path) -> None:
    refusal = ApiRefused(409, "Three things may be wrong.", {"cause": "not_told"})
    with pytest.raises(NotLetIn, match="Three things") as caught:
        Sessions(a_context(tmp_path, api=Broker(refusal=refusal))).current()
    assert caught.value.cause is RefusalCause.NOT_TOLD


@pytest.mark.parametrize("details", [{}, {"cause": "something new"}])
def test_any_other_refusal_is_no_word_about_the_account(tmp_path: Path, details: dict[str, object]) -> None:
    refusal = ApiRefused(403, "This attempt is over.", details)
    with pytest.raises(ApiRefused, match="over"):
        Sessions(a_context(tmp_path, api=Broker(refusal=refusal))).current()


def test_a_web_identity_s_token_is_exchanged_for_a_session_each_time(tmp_path: Path) -> None:
    requests: list[dict[str, Any]] = []

    def exchange(context: Any, request: dict[str, Any]) -> dict[str, Any]:
        requests.append(request)
        end = in_minutes(5)  # as short as to be renewed at once
        return {
            "Credentials": {
                "AccessKeyId": "key",
                "SecretAccessKey": "canary-secret",
                "SessionToken": "canary-session",
                "Expiration": end,
            }
        }

    masker = Masker()
    context = a_context(tmp_path, api=Broker(), masker=masker, method=AccessMethod.WEB_IDENTITY)
    sessions = Sessions(context, exchange)
    sessions.current()
    sessions.current()
    assert requests[0] == {
        "RoleArn": ROLE,
        "RoleSessionName": "job-1-1",
        "WebIdentityToken": "canary-token-1",
        "DurationSeconds": 3600,
    }
    assert [request["WebIdentityToken"] for request in requests] == ["canary-token-1", "canary-token-2"]
    assert masker.mask("canary-token-1 canary-secret canary-session") == "*** *** ***"


def test_a_web_identity_without_a_role_says_so(tmp_path: Path) -> None:
    context = a_context(tmp_path, api=Broker(), method=AccessMethod.WEB_IDENTITY, role_reference=None)
    with pytest.raises(StepFailed, match="names no role"):
        Sessions(context, lambda context, request: {}).current()
