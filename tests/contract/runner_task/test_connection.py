"""CONNECTION_TEST: a real runner, a role in an emulated account, and what it says about the two."""

from chalicelib.domain.messages import Outcome, Report
from chalicelib.domain.results import ConnectionResult
from chalicelib.domain.words import JobType
from tests.contract.runner_task.accounts import ACCOUNT, Account, linked
from tests.contract.runner_task.support import Bench


def a_test_of(bench: Bench) -> tuple[Report, ConnectionResult]:
    report = bench.run(JobType.CONNECTION_TEST, job_id="test")
    assert isinstance(report.result, ConnectionResult), report.error
    return report, report.result


def test_an_account_that_lets_us_in(bench: Bench, account: Account) -> None:
    account.make_role()
    linked(bench.plane, account)
    report, result = a_test_of(bench)
    assert report.outcome is Outcome.SUCCEEDED, report.error
    assert result.account_id == ACCOUNT
    assert result.principal == f"arn:aws:sts::{ACCOUNT}:assumed-role/alethia/test-1"
    assert (result.cause, result.missing) == (None, [])
