"""What a report says about a linked account: only a connection test moves it, and only the newest one."""

from typing import Any

import pytest

from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.messages import Outcome
from chalicelib.domain.resources import CloudResources, Subnet
from chalicelib.domain.results import ResourcesResult
from chalicelib.domain.words import CloudProvider, JobType
from tests.support.single_jobs import CONNECTED, FOUND, INCOMPLETE, READY, REFUSED, Singles

FAILED = Outcome.FAILED


def test_tests_move_their_account_through_its_life(singles: Singles) -> None:
    assert singles.status == "PENDING"
    for result, outcome, becomes in [
        (REFUSED, FAILED, "PENDING"),
        (INCOMPLETE, FAILED, "PENDING"),
        (CONNECTED, Outcome.SUCCEEDED, "VERIFIED"),
        (None, FAILED, "VERIFIED"),
        (INCOMPLETE, FAILED, "DEGRADED"),
        (REFUSED, FAILED, "DISCONNECTED"),
        (CONNECTED, Outcome.SUCCEEDED, "VERIFIED"),
    ]:
        assert singles.tested(result, outcome) == becomes


def test_the_account_tells_which_test_said_so_and_what_was_wrong(singles: Singles) -> None:
    singles.tested(REFUSED, FAILED)
    refused = singles.identity
    assert refused.problem == "It failed." and refused.tested_at is not None
    singles.tested(CONNECTED)
    assert singles.identity.problem is None
    assert singles.identity.test_job_id != refused.test_job_id
    newest, first = singles.audited("identity.tested")
    assert first.actor == f"job:{refused.test_job_id}-1" and first.subject == singles.identity_id
    assert newest.before == {"status": "PENDING", "problem": "It failed."}
    assert newest.after == {"status": "VERIFIED", "problem": None}


def test_an_older_test_that_ends_later_changes_nothing_and_still_ends(singles: Singles) -> None:
    older = singles.start()
    singles.world.clock.advance(seconds=5)
    newer = singles.start()
    for job_id in (older, newer):
        singles.claim(job_id)
    singles.report(newer, CONNECTED)
    assert singles.report(older, REFUSED, FAILED).accepted
    assert singles.job(older).status == "FAILED"
    assert (singles.status, singles.identity.test_job_id) == ("VERIFIED", newer)
    assert len(singles.audited("identity.tested")) == 1


def test_two_tests_that_end_in_their_order_both_count(singles: Singles) -> None:
    older = singles.start()
    singles.world.clock.advance(seconds=5)
    newer = singles.start()
    for job_id, result in ((older, CONNECTED), (newer, REFUSED)):
        singles.claim(job_id)
        singles.report(job_id, result, Outcome.SUCCEEDED if result is CONNECTED else FAILED)
    assert (singles.status, singles.identity.test_job_id) == ("DISCONNECTED", newer)


def test_a_repeated_report_counts_once(singles: Singles) -> None:
    job_id = singles.start()
    singles.claim(job_id)
    assert singles.report(job_id, CONNECTED).accepted
    assert singles.report(job_id, REFUSED, FAILED, attempt=1).accepted
    assert singles.status == "VERIFIED" and len(singles.audited("identity.tested")) == 1


def test_a_test_between_the_reading_and_the_writing_is_read_again(
    singles: Singles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another test of the account ends between the moment this report is judged and written."""
    other = singles.start()
    singles.world.clock.advance(seconds=5)
    job_id = singles.start()
    for one in (other, job_id):
        singles.claim(one)
    ledger = singles.world.container.ledger
    commit, calls = ledger.commit, []

    def meanwhile(*writes: Any) -> None:
        calls.append(writes)
        if len(calls) == 1:
            singles.report(other, CONNECTED)
        commit(*writes)

    monkeypatch.setattr(ledger, "commit", meanwhile)
    singles.report(job_id, INCOMPLETE, FAILED)
    assert singles.job(other).status == "SUCCESS" and singles.job(job_id).status == "FAILED"
    assert singles.status == "DEGRADED", "it was VERIFIED when the second report was written"


def test_resources_are_kept_on_the_account_with_their_time(singles: Singles) -> None:
    job_id = singles.start(JobType.FETCH_RESOURCES)
    singles.claim(job_id)
    singles.report(job_id, FOUND)
    fetched = singles.fetched()
    assert fetched is not None
    assert (fetched.job_id, fetched.resources) == (job_id, FOUND.resources)
    assert singles.identity.resources_at == fetched.fetched_at
    assert singles.status == "PENDING", "looking at an account verifies nothing"


def test_a_look_that_failed_leaves_the_last_one(singles: Singles) -> None:
    for outcome, result in ((Outcome.SUCCEEDED, FOUND), (FAILED, None)):
        job_id = singles.start(JobType.FETCH_RESOURCES)
        singles.claim(job_id)
        singles.report(job_id, result, outcome)
    fetched = singles.fetched()
    assert fetched is not None and fetched.resources == FOUND.resources


MANY = [Subnet(subnet_id=f"subnet-{number}", network_id="n" * 500) for number in range(900)]


def test_what_was_found_in_the_account_of_before_is_not_shown_for_the_one_of_now(singles: Singles) -> None:
    job_id = singles.start(JobType.FETCH_RESOURCES)
    singles.claim(job_id)
    before = FOUND.model_copy(update={"account_id": "999999999999"})
    assert singles.report(job_id, before).accepted
    assert singles.identity.resources_at is None


TOO_LARGE = ResourcesResult(provider=CloudProvider.AWS, resources=CloudResources(subnets=MANY))


WRONG_RESULTS = [
    (JobType.CONNECTION_TEST, FOUND, "a CONNECTION_TEST reports a ConnectionResult"),
    (JobType.FETCH_RESOURCES, READY, "a FETCH_RESOURCES reports a ResourcesResult"),
    (JobType.BOOTSTRAP, CONNECTED, "a BOOTSTRAP reports a BootstrapResult"),
    (JobType.BOOTSTRAP, None, "a BOOTSTRAP reports a BootstrapResult"),
    (JobType.FETCH_RESOURCES, TOO_LARGE, "at most 350 KB"),
]


def test_a_result_that_is_not_the_type_s_own_is_refused(singles: Singles) -> None:
    for job_type, result, says in WRONG_RESULTS:
        job_id = singles.start(job_type)
        singles.claim(job_id)
        with pytest.raises(InvalidInput, match=says):
            singles.report(job_id, result)
        assert singles.job(job_id).status == "CLAIMED" and singles.status == "PENDING"


def test_a_plan_has_no_result_of_that_kind(singles: Singles) -> None:
    world = singles.world
    world.plan()
    world.claim()
    with pytest.raises(InvalidInput, match="no result of its own"):
        world.report(plan=world.a_plan(), result=CONNECTED)
