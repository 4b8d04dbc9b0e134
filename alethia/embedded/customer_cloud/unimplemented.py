"""An API call that moto does not know is refused for good, instead of failing as if the server were ill.

Symptom: moto answers HTTP 500, which the AWS SDK repeats for minutes before terraform can say what is wrong.
"""

from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse

from .patching import Method, around


class NotInThisCloud(ServiceException):
    """The call is real, the emulator just does not have it."""

    code = "UnknownOperationException"


def close_gaps() -> None:
    @around(BaseResponse, "call_action")
    def refuse_what_is_missing(original: Method, response: Any) -> Any:
        try:
            return original(response)
        except NotImplementedError as error:
            refusal = NotInThisCloud(f"The emulated cloud can't do this: {error}")
            _status, headers, body = response.serialized(ActionResult(refusal))
            headers["status"] = "400"
            return 400, headers, body
