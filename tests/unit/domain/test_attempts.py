"""When an attempt may act, and when its terraform may still be writing."""

from typing import Any

import pytest

from chalicelib.domain.attempts import AttemptFacts
from chalicelib.domain.lifecycle.job import JobStatus

LEASE = 1000


def an_attempt(**changes: Any) -> AttemptFacts:
    fields: dict[str, Any] = {
        "job_id": "job-1",
        "attempt": 1,
        "zone_id": "zone-1",
        "spec_id": "spec-1",
        "status": JobStatus.PROCESSING,
        "current_attempt": 1,
        "lease_expires_at": LEASE,
    }
    return AttemptFacts.model_validate(fields | changes)


@pytest.mark.parametrize(
    ("changes", "now", "may_act", "may_write"),
    [
        ({}, LEASE - 1, True, True),
        ({}, LEASE, False, True),
        ({}, LEASE + 119, False, True),
        ({}, LEASE + 120, False, False),
        ({"status": JobStatus.FAILED}, LEASE + 1, False, True),
        ({"status": JobStatus.FAILED, "reported": True}, LEASE - 1, False, False),
        ({"stopped": True}, LEASE + 1, False, False),
        ({"current_attempt": 2}, LEASE - 1, False, False),
        ({"status": JobStatus.QUEUED, "lease_expires_at": None}, 0, False, False),
    ],
)
def test_acting_and_writing(changes: dict[str, Any], now: int, may_act: bool, may_write: bool) -> None:
    attempt = an_attempt(**changes)
    assert attempt.holds_lease(now) is may_act
    assert attempt.may_still_write(now) is may_write
