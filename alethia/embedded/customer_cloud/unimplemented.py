"""What the emulator can't do is refused for good, instead of failing as if the server were ill.

Symptom: moto answers HTTP 500 to a call that it does not know, or that it stumbles over. The AWS SDK repeats
such a call for minutes before terraform can say what is wrong.
"""

import traceback
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse

from .patching import Method, around


class NotInThisCloud(ServiceException):
    """The call is real, the emulator just does not have it, or not in that form."""

    code = "UnknownOperationException"


def close_gaps() -> None:
    @around(BaseResponse, "call_action")
    def refuse_what_it_cant_do(original: Method, response: Any) -> Any:
        try:
            return original(response)
        except NotImplementedError as error:
            return _refuse(response, str(error))
        except Exception as error:
            traceback.print_exc()
            return _refuse(response, f"{type(error).__name__}: {error}")


def _refuse(response: Any, reason: str) -> Any:
    refusal = NotInThisCloud(f"The emulated cloud can't do this: {reason}")
    _status, headers, body = response.serialized(ActionResult(refusal))
    headers["status"] = "400"
    return 400, headers, body
