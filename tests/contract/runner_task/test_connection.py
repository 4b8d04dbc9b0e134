"""CONNECTION_TEST: a real runner, a role in an emulated account, and what it says about the two."""

import json
import time
from typing import Any

import pytest

from chalicelib.domain.identity import RefusalCause
from chalicelib.domain.messages import Outcome, Report
from chalicelib.domain.results import ConnectionResult
from chalicelib.domain.words import JobType
from chalicelib.providers.aws.permissions import Place, policies
from tests.contract.runner_task.accounts import EVERYTHING, Account
from tests.contract.runner_task.support import Bench
from tests.support.fake_control_plane import ZONE, Refusal


def a_test_of(bench: Bench) -> tuple[Report, ConnectionResult]:
    report = bench.look(JobType.CONNECTION_TEST, job_id="test")
    assert isinstance(report.result, ConnectionResult), report.error
    return report, report.result


def refusal(bench: Bench) -> tuple[RefusalCause | None, str]:
    """Cause and sentence of a test that was not let in; both are in its report."""
    report, result = a_test_of(bench)
    assert report.outcome is Outcome.FAILED and report.error is not None
    assert report.error.step == "connect"
    return result.cause, report.error.message


def deny(*actions: str) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": list(actions), "Resource": "*"}


def test_a_role_with_exactly_what_its_setup_gives_it(bench: Bench, account: Account) -> None:
    place = Place(account_id=account.account_id, role_name=account.role_name, zone_id=ZONE)
    account.make_role(*(one for policy in policies(place) for one in policy.document["Statement"]))
    account.link()
    report, result = a_test_of(bench)
    assert report.outcome is Outcome.SUCCEEDED, report.error
    assert result.account_id == account.account_id
    assert result.principal == f"arn:aws:sts::{account.account_id}:assumed-role/{account.role_name}/test-1"
    assert (result.cause, result.unchecked, result.missing) == (None, None, [])
    assert result.permissions_checked > 300
    assert report.log is not None
    assert "Connected to account" in bench.plane.opened(report.log).decode()


def test_missing_permissions_are_listed_and_the_job_fails(bench: Bench, account: Account) -> None:
    account.make_role(EVERYTHING, deny("ec2:CreateVpc", "eks:CreateCluster"))
    account.link()
    report, result = a_test_of(bench)
    assert report.outcome is Outcome.FAILED and report.error is not None
    assert report.error.step == "permissions"
    assert f"2 of {result.permissions_checked} permissions are missing" in report.error.message
    assert {item.action for item in result.missing} == {"ec2:CreateVpc", "eks:CreateCluster"}
    assert "ec2:CreateVpc" in report.error.message
    assert (result.cause, result.account_id) == (None, account.account_id)


def test_a_role_that_may_not_ask_about_itself_is_no_failure(bench: Bench, account: Account) -> None:
    account.make_role(EVERYTHING)
    account.link(role_reference=account.role.replace("alethia", "nobody"))
    report, result = a_test_of(bench)
    assert report.outcome is Outcome.SUCCEEDED, report.error
    assert (result.missing, result.permissions_checked) == ([], 0)
    assert result.unchecked is not None and "iam:SimulatePrincipalPolicy" in result.unchecked


def test_another_external_id_in_the_trust_policy(bench: Bench, account: Account) -> None:
    account.make_role(external_id="another")
    account.link()
    cause, sentence = refusal(bench)
    assert cause is RefusalCause.NOT_TOLD
    assert account.role in sentence and "sts:ExternalId" in sentence


def test_a_role_that_was_never_made(bench: Bench, account: Account) -> None:
    account.link()
    cause, sentence = refusal(bench)
    assert cause is RefusalCause.NOT_TOLD
    assert f"the role {account.role} exists" in sentence


def test_an_account_other_than_the_linked_one(bench: Bench, account: Account) -> None:
    account.make_role()
    account.link()
    bench.plane.access = bench.plane.access.model_copy(update={"account_id": "999999999999"})
    cause, sentence = refusal(bench)
    assert cause is RefusalCause.OTHER_ACCOUNT
    assert account.account_id in sentence and "999999999999" in sentence


@pytest.mark.parametrize(
    ("region", "says"), [("eu-nowhere-9", "AWS has no region"), ("me-central-1", "is not enabled")]
)
def test_a_region_that_can_t_be_used(bench: Bench, account: Account, region: str, says: str) -> None:
    account.make_role()
    account.link(region=region)
    cause, sentence = refusal(bench)
    assert cause is RefusalCause.REGION_DISABLED and region in sentence and says in sentence


def test_a_refusal_that_is_none_of_the_cloud_s_says_nothing_of_the_account(
    bench: Bench, account: Account
) -> None:
    account.link()

    def refuse(job: object) -> Any:
        raise Refusal(403, "The job was made for another account. Start it again.")

    bench.plane.lend = refuse
    report = bench.look(JobType.CONNECTION_TEST, job_id="test")
    assert report.outcome is Outcome.FAILED and report.error is not None
    assert report.result is None and "another account" in report.error.message


def test_no_session_is_seen_anywhere(bench: Bench, account: Account) -> None:
    account.make_role()
    account.link()
    lend, lent = bench.plane.lend, []

    def watched(job: Any) -> Any:
        lent.append(lend(job))
        return lent[-1]

    bench.plane.lend = watched
    report, _ = a_test_of(bench)
    assert lent and report.outcome is Outcome.SUCCEEDED
    assert report.log is not None
    seen = bench.plane.log_of("test") + bench.plane.opened(report.log).decode() + report.model_dump_json()
    left = b"".join(bench.leftovers().values())
    for session in lent:
        for secret in (session.secret_access_key, session.session_token):
            assert secret not in seen and secret.encode() not in left


def test_the_runner_s_own_identity(bench: Bench, account: Account) -> None:
    account.link(method="runner", role_reference=None)
    report, result = a_test_of(bench)
    assert report.outcome is Outcome.SUCCEEDED, report.error
    assert result.account_id == account.account_id
    assert result.permissions_checked == 0 and result.unchecked is not None


def test_a_cancelled_test_says_nothing_about_the_account(bench: Bench, account: Account) -> None:
    account.make_role()
    account.link()
    bench.plane.lease_seconds, bench.plane.watched = 4, True
    lend = bench.plane.lend

    def cancelled_meanwhile(job: Any) -> Any:
        bench.plane.cancelled.add(job.job_id)
        time.sleep(1.5)  # until the heartbeat's answer brings it
        return lend(job)

    bench.plane.lend = cancelled_meanwhile
    report = bench.look(JobType.CONNECTION_TEST, job_id="test")
    assert report.outcome is Outcome.CANCELLED and report.result is None


def test_the_runners_own_log_leads_to_the_job_and_tells_its_steps(bench: Bench) -> None:
    bench.look(JobType.CONNECTION_TEST, job_id="test", correlation_id="request-1")
    lines = [json.loads(line) for line in bench.own_log]
    assert [line["message"] for line in lines[:1] + lines[-1:]] == ["Claimed.", "Job failed."]
    assert any(line["message"].startswith("Step ") and line["seconds"] >= 0 for line in lines)
    ids = {"job_id": "test", "attempt": 1, "correlation_id": "request-1", "job_type": "CONNECTION_TEST"}
    assert all(ids.items() <= line.items() for line in lines)
