"""A linked account in the emulated cloud, and a control plane that assumes its role for the runner's jobs."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chalicelib.adapters.customer_aws import CustomerSts
from chalicelib.domain.errors import CloudRefused
from chalicelib.domain.identity import AccessMethod
from chalicelib.domain.messages import Assignment, CloudAccess, CloudCredentials
from chalicelib.domain.words import CloudProvider
from tests.support.fake_control_plane import IDENTITY, FakeControlPlane, Refusal

ACCOUNT, REGION = "123456789012", "eu-west-1"
OURS = "210987654321"
PRINCIPAL = f"arn:aws:iam::{OURS}:root"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/alethia"
EXTERNAL_ID = "external-id-of-identity-1"
EVERYTHING = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]

Client = Callable[..., Any]


@dataclass
class Account:
    """The account, by its owner's keys."""

    address: str
    client: Client

    def make_role(
        self, *statements: dict[str, Any], external_id: str = EXTERNAL_ID, name: str = "alethia"
    ) -> None:
        """A role that trusts the control plane."""
        trust = {
            "Effect": "Allow",
            "Principal": {"AWS": PRINCIPAL},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": external_id}},
        }
        iam = self.client("iam")
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy(trust))
        iam.put_role_policy(
            RoleName=name, PolicyName="it", PolicyDocument=_policy(*(statements or EVERYTHING))
        )


def linked(plane: FakeControlPlane, account: Account, *, account_id: str = ACCOUNT) -> None:
    """From now on, jobs of `plane` are about the account, and are lent sessions of its role."""
    plane.access = CloudAccess(
        provider=CloudProvider.AWS,
        identity_id=IDENTITY,
        method=AccessMethod.ROLE,
        account_id=account_id,
        role_reference=ROLE,
        region=REGION,
    )
    own_keys = {"aws_access_key_id": f"AKIA{OURS}ROOT", "aws_secret_access_key": "emulated"}
    sts = CustomerSts(lambda region: account.client("sts", region, **own_keys), PRINCIPAL)

    def lend(job: Assignment) -> CloudCredentials:
        session = f"{job.job_id}-{job.attempt}"
        try:
            return sts.assume(
                ROLE, external_id=EXTERNAL_ID, account_id=ACCOUNT, session_name=session, region=REGION
            )
        except CloudRefused as error:
            raise Refusal(409, error.message, dict(error.details)) from None

    plane.lend = lend


def _policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
