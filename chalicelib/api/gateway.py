"""What API Gateway answers by itself, in the one error shape: data for the stack and the embedded server.

Each row is one of API Gateway's response types. ``message`` may hold ``$context…`` variables.
"""

import json
from typing import NamedTuple


def readable_by(origin: str) -> dict[str, str]:
    """What lets a browser show an answer to pages of `origin`. Tokens travel in a header and never by
    themselves, so that ``*`` gives nothing away."""
    return {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": "X-Request-Id"}


ASKED_WITH = ("Authorization", "Content-Type", "Idempotency-Key")
"""Headers that requests are sent with, and a browser asks about first."""


class GatewayAnswer(NamedTuple):
    """One response type's answer."""

    status: int
    code: str
    message: str

    def template(self) -> str:
        """The body as an API Gateway response template; the request id is filled in there."""
        return self.body("$context.requestId")

    def body(self, request_id: str, **values: str) -> str:
        """The body, with ``$context`` variables of the message replaced by `values`."""
        message = self.message
        for name, value in values.items():
            message = message.replace(f"$context.authorizer.{name}", value)
        error: dict[str, object] = {
            "code": self.code,
            "message": message,
            "field": None,
            "problems": [],
            "details": {},
            "request_id": request_id,
        }
        return json.dumps({"error": error})


GATEWAY_ANSWERS: dict[str, GatewayAnswer] = {
    "ACCESS_DENIED": GatewayAnswer(401, "NotSignedIn", "$context.authorizer.reason"),
    "UNAUTHORIZED": GatewayAnswer(
        401, "NotSignedIn", "Sign in: send a credential in the Authorization header."
    ),
    "MISSING_AUTHENTICATION_TOKEN": GatewayAnswer(404, "NotFound", "There is no such route."),
    "RESOURCE_NOT_FOUND": GatewayAnswer(404, "NotFound", "There is no such route."),
    "REQUEST_TOO_LARGE": GatewayAnswer(413, "TooLarge", "The request is larger than 10 MB."),
    "UNSUPPORTED_MEDIA_TYPE": GatewayAnswer(415, "WrongMediaType", "Send the body as application/json."),
    "THROTTLED": GatewayAnswer(429, "TooManyRequests", "Too many requests at once. Try again shortly."),
    "QUOTA_EXCEEDED": GatewayAnswer(429, "TooManyRequests", "The quota is used up."),
    "AUTHORIZER_FAILURE": GatewayAnswer(
        503, "Unavailable", "Sign-in can't be checked now. Try again shortly."
    ),
    "AUTHORIZER_CONFIGURATION_ERROR": GatewayAnswer(500, "Internal", "Sign-in is not set up."),
    "INTEGRATION_TIMEOUT": GatewayAnswer(504, "Unavailable", "The request took too long. Try again."),
    "INTEGRATION_FAILURE": GatewayAnswer(502, "Unavailable", "The service did not answer. Try again."),
    "DEFAULT_4XX": GatewayAnswer(400, "BadRequest", "The request can't be read."),
    "DEFAULT_5XX": GatewayAnswer(500, "Internal", "Something went wrong on our side."),
}
"""API Gateway's response type → our answer."""
