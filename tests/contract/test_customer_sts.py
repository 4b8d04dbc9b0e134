"""Customers' roles, asked of an STS that is not ours: ministack evaluates trust policies and external ids.

It answers as AWS does: AccessDenied alike, whichever of the checks fails.
"""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from chalicelib.adapters.customer_aws import CustomerSts, sts_clients
from chalicelib.domain.errors import CloudRefused
from chalicelib.settings import Settings
from tests.support.ministack import ministack

REGION = "eu-west-1"
OURS, CUSTOMERS, SOMEBODY_ELSES = "111111111111", "222222222222", "333333333333"
EXTERNAL_ID = "external-of-this-identity"


class Accounts:
    """Three accounts of one STS."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint

    def client(self, service: str, account: str) -> Any:
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=self.endpoint,
            aws_access_key_id=account,
            aws_secret_access_key="test",
        )

    def role(
        self,
        name: str,
        *,
        trusts: str = OURS,
        trusts_role: str | None = None,
        external_id: str | None = EXTERNAL_ID,
    ) -> str:
        """A role of the customer's; its ARN."""
        statement: dict[str, Any] = {
            "Effect": "Allow",
            "Principal": {"AWS": trusts_role or f"arn:aws:iam::{trusts}:root"},
            "Action": "sts:AssumeRole",
        }
        if external_id is not None:
            statement["Condition"] = {"StringEquals": {"sts:ExternalId": external_id}}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam = self.client("iam", CUSTOMERS)
        return str(iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy)["Role"]["Arn"])

    def assume(self, role: str, *, as_test: bool = False, account_id: str = CUSTOMERS) -> Any:
        """As the control plane does it; `as_test`: with what a connection test asks beyond."""
        sts = CustomerSts(lambda region: self.client("sts", OURS), f"arn:aws:iam::{OURS}:role/api")
        asked = {
            "external_id": EXTERNAL_ID,
            "account_id": account_id,
            "session_name": "job-1-1",
            "region": REGION,
        }
        credentials = sts.assume(role, **asked)
        if as_test:
            sts.require_external_id(role, **asked)
        return credentials


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Accounts]:
    with ministack(tmp_path_factory.mktemp("sts"), "iam,sts", AUTH="true") as endpoint:
        yield Accounts(endpoint)


def test_the_right_external_id_opens_the_role_for_the_session_of_one_attempt(accounts: Accounts) -> None:
    credentials = accounts.assume(accounts.role("right"), as_test=True)
    assert credentials.principal == f"arn:aws:sts::{CUSTOMERS}:assumed-role/right/job-1-1"
    session = boto3.client(
        "sts",
        region_name=REGION,
        endpoint_url=accounts.endpoint,
        aws_access_key_id=credentials.access_key_id,
        aws_secret_access_key=credentials.secret_access_key,
        aws_session_token=credentials.session_token,
    )
    assert session.get_caller_identity()["Account"] == CUSTOMERS


def test_whatever_is_wrong_with_the_role_aws_does_not_tell_and_we_say_what_to_check(
    accounts: Accounts,
) -> None:
    for role in (
        f"arn:aws:iam::{CUSTOMERS}:role/never-made",
        accounts.role("other-id", external_id="of-another-identity"),
        accounts.role("other-trust", trusts=SOMEBODY_ELSES),
    ):
        with pytest.raises(CloudRefused) as refused:
            accounts.assume(role)
        assert refused.value.details["cause"] == "not_told"
        for check in (role, EXTERNAL_ID, "Principal"):
            assert check in refused.value.message


def test_a_role_that_anybody_of_ours_could_open_fails_the_connection_test(accounts: Accounts) -> None:
    role = accounts.role("no-id", external_id=None)
    accounts.assume(role)
    with pytest.raises(CloudRefused) as refused:
        accounts.assume(role, as_test=True)
    assert refused.value.details["cause"] == "external_id"


def test_a_role_of_another_account_than_the_linked_one_is_refused(accounts: Accounts) -> None:
    with pytest.raises(CloudRefused) as refused:
        accounts.assume(accounts.role("elsewhere"), account_id=SOMEBODY_ELSES)
    assert refused.value.details["cause"] == "other_account"


def test_functions_act_as_the_one_role_that_customers_trust(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever function asks first becomes that role; without it, the customer's role lets nobody in."""
    allow = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{OURS}:root"}, "Action": "sts:AssumeRole"}
    trusts_us = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    may = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
    iam, name = accounts.client("iam", OURS), "deployment-customer-access"
    broker = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusts_us)["Role"]["Arn"]
    iam.put_role_policy(
        RoleName=name,
        PolicyName="customers",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [may]}),
    )
    role = accounts.role("of-the-broker-only", trusts_role=broker)
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", accounts.endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", OURS)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")

    def ask(customer_access_role: str) -> str:
        settings = Settings(
            region=REGION, control_plane_principal=broker, customer_access_role=customer_access_role
        )
        sts = CustomerSts(sts_clients(settings), broker)
        return sts.assume(
            role, external_id=EXTERNAL_ID, account_id=CUSTOMERS, session_name="job-1-1", region=REGION
        ).principal

    assert ask(broker).endswith("assumed-role/of-the-broker-only/job-1-1")
    with pytest.raises(CloudRefused) as refused:
        ask("")
    assert refused.value.details["cause"] == "not_told"
