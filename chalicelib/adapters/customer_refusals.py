"""What AWS says no to in a customer's account, once the role there has let us in, as errors of the domain.

AWS's own words reach nobody, except those of CloudFormation and ECS: no secret is ever given to either, and
what they say about a template, a subnet or a limit is what the customer has to know.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from ..domain.errors import CloudRefused, Unavailable
from ..domain.identity import RefusalCause
from ..providers.aws.refusals import DENIED, REGION, Asked, explain
from ..services.ports.customer_stacks import CustomerPlace

BUSY = frozenset(
    {
        "InternalFailure",
        "InternalServerError",
        "InternalServiceError",
        "OperationInProgressException",
        "PaginationTokenExpiredException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "ServerException",
        "ServiceUnavailable",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
        "UpdateInProgressException",
    }
)
UNKNOWN_KEY = frozenset({"InvalidClientTokenId", "UnrecognizedClientException", "AuthFailure"})
"""A region that the account has not enabled does not know the keys of the others."""

ENDED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})

STILL_AT_WORK = re.compile(r"\b[A-Z_]+_IN_PROGRESS\b")
PERFORM = re.compile(r"not authorized to perform: ([a-z0-9-]+:[A-Za-z*]+)")
PREFIXES = {"resourcegroupstaggingapi": "tag"}
"""The service's name in policies, where it is another than botocore's."""

NOT_NOW = "AWS did not answer in {region} of account {account}: {action}. Try again shortly."
SPOKEN = frozenset({"cloudformation", "ecs"})


def code_of(error: ClientError) -> str:
    """AWS's code: ``ValidationError``."""
    return str(error.response.get("Error", {}).get("Code", ""))


def words_of(error: ClientError) -> str:
    """AWS's own words; not for people to read."""
    return str(error.response.get("Error", {}).get("Message", ""))


@contextmanager
def translated(place: CustomerPlace, service: str) -> Iterator[None]:
    """Calls of `service` in here fail with the domain's errors.

    Raises
    ------
    CloudRefused
        The role may not do it, or AWS says no to what was asked.
    Unavailable
        AWS is busy, was not reached, or is still at work on the same stack.
    """
    try:
        yield
    except ClientError as error:
        raise _said(error, place, service) from None
    except BotoCoreError as error:
        raise _unanswered(place, f"{service}, {type(error).__name__}") from None


def _said(error: ClientError, place: CustomerPlace, service: str) -> CloudRefused | Unavailable:
    code, words = code_of(error), words_of(error)
    action = f"{PREFIXES.get(service, service)}:{error.operation_name}"
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400))
    if code in DENIED:
        named = PERFORM.search(words)
        return _refused(RefusalCause.MISSING_PERMISSION, place, named[1] if named else action)
    if code in REGION or code in UNKNOWN_KEY:
        return _refused(RefusalCause.REGION_DISABLED, place, action)
    at_work = service == "cloudformation" and code == "ValidationError" and STILL_AT_WORK.search(words)
    if code in BUSY or code in ENDED or status >= 500 or at_work:
        return _unanswered(place, f"{action}, {code}")
    said = words if service in SPOKEN else code
    return _refused(RefusalCause.REFUSED, place, action, said)


def _unanswered(place: CustomerPlace, action: str) -> Unavailable:
    return Unavailable(NOT_NOW.format(region=place.region, account=place.account_id, action=action))


def _refused(cause: RefusalCause, place: CustomerPlace, action: str, said: str = "") -> CloudRefused:
    asked = Asked(
        role=place.role, region=place.region, external_id=place.external_id, action=action, said=said
    )
    details = {"cause": str(cause), "role": place.role, "region": place.region, "action": action}
    return CloudRefused(explain(cause, asked), details=details)
