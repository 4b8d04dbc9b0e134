"""One-hour sessions of an assumed role, renewed in time, and refusals that say what to look at."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.domain.messages import CloudAccess
from chalicelib.domain.words import CloudProvider
from runner_task.cloud_credentials import AssumedRole
from runner_task.errors import StepFailed
from runner_task.masking import Masker

ACCESS = CloudAccess(
    provider=CloudProvider.AWS,
    account_id="123456789012",
    role_reference="arn:aws:iam::123456789012:role/alethia",
    external_id="external-1",
    region="eu-central-1",
)


class FakeSts:
    """Gives out numbered sessions, the first good for `minutes`."""

    def __init__(self, minutes: int = 60, refusal: str | None = None) -> None:
        self.minutes, self.refusal = minutes, refusal
        self.requests: list[dict[str, Any]] = []

    def assume_role(self, **request: Any) -> dict[str, Any]:
        self.requests.append(request)
        if self.refusal:
            raise ClientError({"Error": {"Code": self.refusal, "Message": "canary"}}, "AssumeRole")
        number = len(self.requests)
        return {
            "Credentials": {
                "AccessKeyId": f"key-{number}",
                "SecretAccessKey": f"canary-secret-{number}",
                "SessionToken": f"canary-token-{number}",
                "Expiration": datetime.now(UTC) + timedelta(minutes=self.minutes),
            }
        }


def a_role(sts: FakeSts, masker: Masker | None = None) -> AssumedRole:
    return AssumedRole(ACCESS, "job-1-1", masker or Masker(), new_client=lambda region: sts)


def test_the_session_names_the_attempt_and_the_external_id_for_one_hour() -> None:
    sts = FakeSts()
    a_role(sts).credentials()
    assert sts.requests == [
        {
            "RoleArn": ACCESS.role_reference,
            "RoleSessionName": "job-1-1",
            "DurationSeconds": 3600,
            "ExternalId": "external-1",
        }
    ]


def test_a_fresh_session_is_used_again_and_an_old_one_is_renewed() -> None:
    fresh, old = FakeSts(minutes=60), FakeSts(minutes=9)
    for sts, asked in ((fresh, 1), (old, 2)):
        role = a_role(sts)
        role.credentials()
        assert role.credentials()["AccessKeyId"] == f"key-{asked}"


def test_the_answer_has_the_field_names_of_the_sdk_s_protocol() -> None:
    answer = a_role(FakeSts()).credentials()
    assert set(answer) == {"AccessKeyId", "SecretAccessKey", "Token", "Expiration"}
    assert answer["Expiration"].endswith("Z")


def test_the_keys_are_masked_from_then_on() -> None:
    masker = Masker()
    a_role(FakeSts(), masker).credentials()
    assert masker.mask("canary-secret-1 canary-token-1") == "*** ***"


def test_a_refusal_says_what_to_look_at() -> None:
    with pytest.raises(StepFailed, match=r"can't be assumed \(AccessDenied\).*external id") as refusal:
        a_role(FakeSts(refusal="AccessDenied")).credentials()
    assert "canary" not in refusal.value.message
