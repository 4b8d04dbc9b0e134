"""Linked accounts in the emulated cloud, and a control plane that assumes their roles for jobs."""

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chalicelib.adapters.customer_aws import CustomerSts
from chalicelib.domain.errors import CloudRefused
from chalicelib.domain.identity import AccessMethod
from chalicelib.domain.messages import Assignment, CloudAccess, CloudCredentials
from chalicelib.domain.words import CloudProvider
from tests.support.fake_control_plane import IDENTITY, FakeControlPlane, Refusal

REGION = "eu-west-1"
OURS = "210987654321"
PRINCIPAL = f"arn:aws:iam::{OURS}:root"
EXTERNAL_ID = "external-id-of-identity-1"
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}

Client = Callable[..., Any]

_numbers = itertools.count(1)


@dataclass
class Account:
    """One account, by its owner's keys, with a role for each test, and its link to the control plane."""

    plane: FakeControlPlane
    connect: Client
    account_id: str = "300000000001"
    role_name: str = field(default_factory=lambda: f"alethia-{next(_numbers)}")

    @property
    def role(self) -> str:
        return f"arn:aws:iam::{self.account_id}:role/{self.role_name}"

    def client(self, service: str, region: str = REGION) -> Any:
        return self.connect(service, region, **_keys(self.account_id))

    def make_role(self, *statements: dict[str, Any], external_id: str = EXTERNAL_ID) -> None:
        """The role, which trusts the control plane."""
        trust = {
            "Effect": "Allow",
            "Principal": {"AWS": PRINCIPAL},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": external_id}},
        }
        iam = self.client("iam")
        iam.create_role(RoleName=self.role_name, AssumeRolePolicyDocument=_policy(trust))
        document = _policy(*(statements or [EVERYTHING]))
        iam.put_role_policy(RoleName=self.role_name, PolicyName="it", PolicyDocument=document)

    def link(self, **changes: Any) -> None:
        """From now on, jobs of the plane are about this account, and are lent sessions of its role."""
        fields: dict[str, Any] = {
            "provider": CloudProvider.AWS,
            "identity_id": IDENTITY,
            "method": AccessMethod.ROLE,
            "account_id": self.account_id,
            "role_reference": self.role,
            "region": REGION,
        }
        self.plane.access = CloudAccess(**(fields | changes))
        sts = CustomerSts(lambda region: self.connect("sts", region, **_keys(OURS)), PRINCIPAL)

        def lend(job: Assignment) -> CloudCredentials:
            try:
                return sts.assume(
                    self.role,
                    external_id=EXTERNAL_ID,
                    account_id=self.account_id,
                    session_name=f"{job.job_id}-{job.attempt}",
                    region=REGION,
                )
            except CloudRefused as error:
                raise Refusal(409, error.message, dict(error.details)) from None

        self.plane.lend = lend


def _keys(account_id: str) -> dict[str, str]:
    return {"aws_access_key_id": f"AKIA{account_id}ROOT", "aws_secret_access_key": "emulated"}


def _policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
