"""What AWS says in a customer's account, as errors that a person can act on, and never in AWS's own words."""

import pytest
from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError

from chalicelib.adapters.customer_refusals import translated
from chalicelib.domain.errors import CloudRefused, Unavailable
from chalicelib.services.ports.customer_stacks import CustomerPlace

ROLE = "arn:aws:iam::210987654321:role/alethia/runners"
PLACE = CustomerPlace(
    account_id="210987654321", region="eu-west-1", role=ROLE, external_id="the-id", session="job-1"
)
SECRET = "runner-1.the-secret"
WORDS = f"Something about {SECRET} and arn:aws:iam::1:role/x"


def said(
    code: str, message: str = WORDS, operation: str = "PutSecretValue", status: int = 400
) -> ClientError:
    answer = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, operation)  # type: ignore[arg-type]


def refusal(error: ClientError | BotoCoreError, service: str) -> CloudRefused | Unavailable:
    with pytest.raises((CloudRefused, Unavailable)) as refused, translated(PLACE, service):
        raise error
    assert SECRET not in refused.value.message
    assert refused.value.__suppress_context__, "AWS's words must not reach a log by the traceback"
    return refused.value


def test_a_missing_permission_is_named_with_the_way_out() -> None:
    error = refusal(said("AccessDeniedException"), "secretsmanager")
    assert error.details["cause"] == "missing_permission"
    assert error.details["action"] == "secretsmanager:PutSecretValue"
    for word in (ROLE, "secretsmanager:PutSecretValue", "eu-west-1", "template in this identity's setup"):
        assert word in error.message


def test_the_action_that_aws_itself_names_counts() -> None:
    words = f"User: arn:aws:sts::1:assumed-role/x is not authorized to perform: iam:PassRole on {WORDS}"
    assert refusal(said("AccessDenied", words, "RunTask"), "ecs").details["action"] == "iam:PassRole"


def test_the_tagging_service_has_another_name_in_policies() -> None:
    error = refusal(said("AccessDeniedException", operation="GetResources"), "resourcegroupstaggingapi")
    assert error.details["action"] == "tag:GetResources"


@pytest.mark.parametrize(
    "error",
    [
        said("ThrottlingException"),
        said("Throttling"),
        said("ServiceUnavailable", status=503),
        said("SomethingNew", status=500),
        said("ExpiredTokenException"),
        ConnectTimeoutError(endpoint_url=f"https://example.com/{SECRET}"),
    ],
)
def test_what_passes_is_to_be_tried_again(error: ClientError | BotoCoreError) -> None:
    refused = refusal(error, "secretsmanager")
    assert isinstance(refused, Unavailable)
    assert "Try again" in refused.message


def test_a_stack_that_is_at_work_is_to_be_asked_again_later() -> None:
    words = "Stack:arn:aws:… is in UPDATE_ROLLBACK_IN_PROGRESS state and can not be updated."
    assert isinstance(refusal(said("ValidationError", words, "UpdateStack"), "cloudformation"), Unavailable)


def test_a_region_that_is_not_enabled_is_named() -> None:
    error = refusal(said("UnrecognizedClientException"), "ecs")
    assert error.details["cause"] == "region_disabled"
    assert "eu-west-1" in error.message


def test_of_cloudformation_its_words_are_passed_on_and_of_others_the_code() -> None:
    error = refusal(
        said("LimitExceededException", "Limit for stacks is 2000", "CreateStack"), "cloudformation"
    )
    assert "Limit for stacks is 2000" in error.message
    assert "LimitExceededException" in refusal(said("LimitExceededException"), "secretsmanager").message
