"""What stands between an emulated Lambda and the app's function.

ministack drops the error of a function that a ``.waitForTaskToken`` state called, and goes on waiting for the
token. AWS fails the state, and its retries and its catch take over. So an error is told here, by the token.
"""

import json
import os
from collections.abc import Callable
from typing import Any

WARM = {"alethia-embedded": "warm"}
"""The event that is answered here: the app was imported on the way."""

CAUSE_CHARACTERS = 2000


def call(handler: Callable[[Any, Any], Any], event: Any, context: Any) -> Any:
    """Call the app's function; whatever it raises is raised, once a waiting state knows of it."""
    if event == WARM:
        return None
    try:
        return handler(event, context)
    except Exception as error:
        if isinstance(event, dict) and event.get("task_token"):
            fail(event["task_token"], error)
        raise


def fail(task_token: str, error: Exception) -> None:
    """Fail the state that waits on the token, with what Lambda would say of the error."""
    from .emulated_aws import clients

    said = {"errorMessage": str(error)[:CAUSE_CHARACTERS], "errorType": type(error).__name__}
    states = clients(os.environ["ALETHIA_AWS_ENDPOINT_URL"])("stepfunctions")
    states.send_task_failure(taskToken=task_token, error=type(error).__name__, cause=json.dumps(said))
