"""A function that fails under a waiting state fails the state, which ministack would let wait on."""

import json
from typing import Any

import pytest

from alethia.embedded import emulated_aws, shim
from chalicelib.domain.errors import Unavailable


class States:
    def __init__(self) -> None:
        self.failed: list[dict[str, Any]] = []

    def send_task_failure(self, **said: Any) -> None:
        self.failed.append(said)


@pytest.fixture
def states(monkeypatch: pytest.MonkeyPatch) -> States:
    played = States()
    monkeypatch.setattr(emulated_aws, "clients", lambda _endpoint: lambda _service: played)
    monkeypatch.setenv("ALETHIA_AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    return played


def no_capacity(event: Any, context: Any) -> Any:
    raise Unavailable("No runner could be started: no capacity.")


def test_a_waiting_state_fails_with_what_lambda_would_say(states: States) -> None:
    with pytest.raises(Unavailable):
        shim.call(no_capacity, {"task_token": "token"}, None)

    [said] = states.failed
    assert (said["taskToken"], said["error"]) == ("token", "Unavailable")
    cause = {"errorMessage": "No runner could be started: no capacity.", "errorType": "Unavailable"}
    assert json.loads(said["cause"]) == cause


def test_a_step_that_nobody_waits_on_fails_by_itself(states: States) -> None:
    with pytest.raises(Unavailable):
        shim.call(no_capacity, {"run_id": "job-1"}, None)

    assert states.failed == []


def test_the_warming_call_never_reaches_the_app(states: States) -> None:
    assert shim.call(no_capacity, shim.WARM, None) is None
