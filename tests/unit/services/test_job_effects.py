"""What a connection test's report means for its account, case by case."""

import pytest

from chalicelib.domain.identity import RefusalCause
from chalicelib.domain.lifecycle.identity import IDENTITY, IdentityEvent, IdentityStatus
from chalicelib.domain.messages import Outcome
from chalicelib.domain.results import ConnectionResult, MissingPermission
from chalicelib.domain.words import CloudProvider
from chalicelib.services.job_effects import event_of

LET_IN = ConnectionResult(provider=CloudProvider.AWS, account_id="123456789012")
REFUSED = LET_IN.model_copy(update={"cause": RefusalCause.NOT_TOLD})
INCOMPLETE = LET_IN.model_copy(update={"missing": [MissingPermission(action="ec2:CreateVpc")]})
PASSED, PARTLY, NOT_AT_ALL = (
    IdentityEvent.TEST_PASSED,
    IdentityEvent.TEST_INCOMPLETE,
    IdentityEvent.TEST_REFUSED,
)


@pytest.mark.parametrize(
    ("outcome", "result", "event"),
    [
        (Outcome.SUCCEEDED, LET_IN, PASSED),
        (Outcome.FAILED, LET_IN, None),
        (Outcome.FAILED, INCOMPLETE, PARTLY),
        (Outcome.SUCCEEDED, INCOMPLETE, PARTLY),
        (Outcome.FAILED, REFUSED, NOT_AT_ALL),
        (Outcome.SUCCEEDED, REFUSED, NOT_AT_ALL),
        (Outcome.CANCELLED, LET_IN, None),
        (Outcome.CANCELLED, REFUSED, None),
    ],
)
def test_only_a_job_that_succeeded_with_nothing_missing_verifies(
    outcome: Outcome, result: ConnectionResult, event: IdentityEvent | None
) -> None:
    assert event_of(outcome, result) is event


@pytest.mark.parametrize("status", list(IdentityStatus))
@pytest.mark.parametrize("event", list(IdentityEvent))
def test_an_account_that_never_worked_stays_pending_until_a_test_passes(
    status: IdentityStatus, event: IdentityEvent
) -> None:
    after = IDENTITY.next(status, event)
    if event is PASSED:
        assert after is IdentityStatus.VERIFIED
    elif status is IdentityStatus.PENDING:
        assert after is IdentityStatus.PENDING
    else:
        assert after in (IdentityStatus.DEGRADED, IdentityStatus.DISCONNECTED)
