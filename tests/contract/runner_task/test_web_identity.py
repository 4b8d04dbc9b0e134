"""AWS without an assumed role of ours: a token of the issuer, which the runner exchanges for its sessions."""

from collections.abc import Iterator

import pytest

from chalicelib.domain.identity import AccessMethod, RefusalCause
from chalicelib.domain.messages import CloudToken, Outcome
from chalicelib.domain.results import ConnectionResult
from chalicelib.domain.words import JobType
from tests.contract.customer_cloud.test_sts import ONE, Issuer
from tests.contract.runner_task.accounts import Account
from tests.contract.runner_task.support import Bench


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    one = Issuer()
    yield one
    one.server.shutdown()
    one.server.server_close()


def tell(bench: Bench, token: str) -> None:
    """What the control plane answers to a job that asks for a token."""
    bench.plane.cloud_token = CloudToken(
        token=token, audience="sts.amazonaws.com", expires_at="2099-01-01T00:00:00Z"
    )


def test_a_token_lets_in_when_the_role_trusts_its_subject(
    bench: Bench, account: Account, cloud: str, issuer: Issuer
) -> None:
    role = issuer.role(cloud, ONE)
    account.link(method=AccessMethod.WEB_IDENTITY, account_id=ONE, role_reference=role)

    tell(bench, issuer.token(sub="zone:zone-1:identity:another"))
    report = bench.look(JobType.CONNECTION_TEST, job_id="refused")
    assert isinstance(report.result, ConnectionResult) and report.error is not None
    assert report.result.cause is RefusalCause.NOT_TOLD
    assert "zone:zone-1:identity:identity-1" in report.error.message, "it names the subject to trust"

    token = issuer.token()
    tell(bench, token)
    report = bench.look(JobType.CONNECTION_TEST, job_id="test")
    assert isinstance(report.result, ConnectionResult)
    assert (report.result.cause, report.result.account_id) == (None, ONE)
    name = role.rsplit("/", 1)[-1]
    assert report.result.principal == f"arn:aws:sts::{ONE}:assumed-role/{name}/test-1"
    assert report.outcome is Outcome.FAILED and report.result.missing, "the role has no policy at all"
    assert report.log is not None
    seen = bench.plane.log_of("test") + bench.plane.opened(report.log).decode() + report.model_dump_json()
    assert token not in seen
    assert not [path for path, kept in bench.leftovers().items() if token.encode() in kept]
