"""An SDK that lost an answer asks again: what the first attempt made is not made, or refused, twice."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from .conftest import Client


def same_call(client: Any, invocation: str) -> None:
    """Let every call of `client` pass for another attempt at the same call."""

    def mark(request: Any, **_: Any) -> None:
        request.headers["amz-sdk-invocation-id"] = invocation

    client.meta.events.register("before-send", mark)


def test_a_repeated_call_gets_the_first_answer(client: Client) -> None:
    logs = client("logs")
    same_call(logs, "6f0a1d1e-one-call")
    logs.create_log_group(logGroupName="/asked/twice")
    logs.create_log_group(logGroupName="/asked/twice")


def test_another_call_is_another_call(client: Client) -> None:
    logs = client("logs")
    logs.create_log_group(logGroupName="/asked/anew")
    with pytest.raises(ClientError, match="ResourceAlreadyExists"):
        logs.create_log_group(logGroupName="/asked/anew")


def test_a_refusal_is_not_remembered(client: Client) -> None:
    logs, other = client("logs"), client("logs")
    same_call(logs, "6f0a1d1e-refused")
    with pytest.raises(ClientError, match="ResourceNotFound"):
        logs.put_retention_policy(logGroupName="/comes/later", retentionInDays=1)
    other.create_log_group(logGroupName="/comes/later")
    logs.put_retention_policy(logGroupName="/comes/later", retentionInDays=1)
