"""A role lets in only whom it trusts, in each account for itself, as in AWS: a wrong link is met here."""

import json
import threading
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import jwt
import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from alethia.embedded.customers import click
from chalicelib.adapters.customer_aws import CustomerSts, sts_clients
from chalicelib.domain.errors import CloudRefused
from chalicelib.domain.identity import Identity, IdentityStatus
from chalicelib.domain.messages import CloudCredentials
from chalicelib.domain.words import CloudProvider
from chalicelib.providers.aws.permissions import Place, checks
from chalicelib.providers.linking.aws import role_name
from chalicelib.providers.linking.base import OurSide
from chalicelib.settings import Settings
from tests.support.aws_accounts import CONTROL_PLANE, REGION, a_role, owner, trust
from tests.support.aws_calls import not_allowed, recorded_calls

ONE, TWO = "111111111111", "222222222222"
SUBJECT = "zone:z:identity:i"


@pytest.fixture(scope="module")
def broker(cloud: str) -> CustomerSts:
    """The control plane's own way to customers' accounts."""
    return CustomerSts(
        sts_clients(Settings(customer_aws_endpoint_url=cloud, control_plane_principal=CONTROL_PLANE)),
        CONTROL_PLANE,
    )


@pytest.fixture
def name() -> str:
    return f"role-{uuid.uuid4().hex[:12]}"


def assume(broker: CustomerSts, role: str, external_id: str = "right") -> CloudCredentials:
    return broker.assume(
        role, external_id=external_id, account_id=role.split(":")[4], session_name="job-1", region=REGION
    )


def of(session: CloudCredentials) -> dict[str, str]:
    return {
        "aws_access_key_id": session.access_key_id,
        "aws_secret_access_key": session.secret_access_key,
        "aws_session_token": session.session_token,
    }


def test_the_right_external_id_opens_the_role_and_acts_in_its_account(
    cloud: str, broker: CustomerSts, name: str
) -> None:
    sessions = {
        account: assume(broker, a_role(cloud, account, name, trust(external_id="right")))
        for account in (ONE, TWO)
    }
    for account, session in sessions.items():
        assert (session.account_id, session.principal.rsplit("/", 1)[-1]) == (account, "job-1")
        assert owner(cloud, account, "sts", **of(session)).get_caller_identity()["Account"] == account
    owner(cloud, ONE, "sqs", **of(sessions[ONE])).create_queue(QueueName=name)
    assert "QueueUrls" not in owner(cloud, TWO, "sqs", **of(sessions[TWO])).list_queues(QueueNamePrefix=name)


@pytest.mark.parametrize(
    "policy",
    [
        trust(external_id="another"),
        trust(principal="arn:aws:iam::333333333333:root", external_id="right"),
        trust(external_id="right") | {"Statement": []},
    ],
    ids=["another external id", "trusts another account", "trusts nobody"],
)
def test_whatever_is_wrong_the_answer_is_the_same_as_in_aws(
    cloud: str, broker: CustomerSts, name: str, policy: dict[str, Any]
) -> None:
    with pytest.raises(CloudRefused) as wrong:
        assume(broker, a_role(cloud, ONE, name, policy))
    with pytest.raises(CloudRefused) as missing:
        assume(broker, f"arn:aws:iam::{ONE}:role/missing")
    assert wrong.value.details["cause"] == missing.value.details["cause"] == "not_told"
    for part in ("(1)", "(2)", "(3)", 'sts:ExternalId = "right"', CONTROL_PLANE):
        assert part in wrong.value.message


@pytest.mark.parametrize(
    ("policy", "asked_for"),
    [
        (trust(external_id="right"), True),
        (trust(), False),
        (trust(StringLike={"sts:ExternalId": "*"}), False),
        (trust(StringEqualsIfExists={"sts:ExternalId": "right"}), False),
    ],
    ids=["asked for", "not asked for", "any will do", "only if there is one"],
)
def test_a_role_that_opens_without_its_external_id_is_found_out(
    cloud: str, broker: CustomerSts, name: str, policy: dict[str, Any], asked_for: bool
) -> None:
    role = a_role(cloud, ONE, name, policy)
    proof = {"external_id": "right", "account_id": ONE, "session_name": "job-1", "region": REGION}
    assert assume(broker, role).account_id == ONE
    if asked_for:
        broker.require_external_id(role, **proof)
        return
    with pytest.raises(CloudRefused) as refusal:
        broker.require_external_id(role, **proof)
    assert refusal.value.details["cause"] == "external_id"
    assert '"sts:ExternalId": "right"' in refusal.value.message


def test_permissions_can_be_simulated(cloud: str, name: str) -> None:
    iam = owner(cloud, ONE, "iam")
    role = a_role(cloud, ONE, name, trust())
    may = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "sqs:*", "Resource": f"arn:aws:sqs:*:{ONE}:shop-*"},
            {"Effect": "Deny", "Action": "sqs:DeleteQueue", "Resource": "*"},
            {
                "Effect": "Allow",
                "Action": "iam:CreateRole",
                "Resource": "*",
                "Condition": {"StringEquals": {"iam:PermissionsBoundary": "b"}},
            },
        ],
    }
    iam.put_role_policy(RoleName=name, PolicyName="may", PolicyDocument=json.dumps(may))

    def simulate(resource: str, *actions: str, **context: str) -> dict[str, str]:
        answer = iam.simulate_principal_policy(
            PolicySourceArn=role,
            ActionNames=list(actions),
            ResourceArns=[resource],
            ContextEntries=[
                {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": "string"}
                for key, value in context.items()
            ],
        )
        return {one["EvalActionName"]: one["EvalDecision"] for one in answer["EvaluationResults"]}

    ours = f"arn:aws:sqs:{REGION}:{ONE}:shop-mails"
    assert simulate(ours, "sqs:CreateQueue", "sqs:DeleteQueue", "sns:Publish") == {
        "sqs:CreateQueue": "allowed",
        "sqs:DeleteQueue": "explicitDeny",
        "sns:Publish": "implicitDeny",
    }
    assert simulate(f"arn:aws:sqs:{REGION}:{ONE}:theirs", "sqs:CreateQueue") == {
        "sqs:CreateQueue": "implicitDeny"
    }
    assert simulate("*", "iam:CreateRole") == {"iam:CreateRole": "implicitDeny"}
    boundary = {"iam:PermissionsBoundary": "b"}
    assert simulate("*", "iam:CreateRole", **boundary) == {"iam:CreateRole": "allowed"}


def test_a_link_by_the_template_lets_in_and_allows_what_it_should(cloud: str, broker: CustomerSts) -> None:
    account = "555555555555"
    identity = Identity(
        identity_id="identity-linked0001",
        zone_id="zone-1",
        provider=CloudProvider.AWS,
        name="Linked",
        account_id=account,
        external_id="external-id-of-ours",
        status=IdentityStatus.PENDING,
        created_at="2026-03-01T12:00:00.000Z",
    )
    role = click(cloud, identity, OurSide(principal=CONTROL_PLANE))
    session = assume(broker, role, "external-id-of-ours")
    broker.require_external_id(
        role, external_id="external-id-of-ours", account_id=account, session_name="job-1", region=REGION
    )
    iam = owner(cloud, account, "iam", **of(session))
    place = Place(account_id=account, role_name=role_name(identity), zone_id="zone-1")
    assert place.role == role
    denied = []
    for check in checks(place, REGION):
        answer = iam.simulate_principal_policy(
            PolicySourceArn=role,
            ActionNames=list(check.actions),
            ResourceArns=[check.resource],
            ContextEntries=[
                {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": "string"}
                for key, value in check.context.items()
            ],
        )
        denied += [
            one["EvalActionName"] for one in answer["EvaluationResults"] if one["EvalDecision"] != "allowed"
        ]
    assert denied == []
    own = iam.simulate_principal_policy(
        PolicySourceArn=role,
        ActionNames=["iam:CreateRole", "iam:AttachRolePolicy", "iam:CreateUser", "s3:GetObject"],
    )
    assert {one["EvalDecision"] for one in own["EvaluationResults"]} == {"implicitDeny"}
    assert click(cloud, identity, OurSide(principal=CONTROL_PLANE)) == role


def test_the_calls_of_roles_are_recorded_by_account(cloud: str, broker: CustomerSts, name: str) -> None:
    account = "444444444444"
    session = of(assume(broker, a_role(cloud, account, name, trust(external_id="right"))))
    owner(cloud, account, "s3", **session).create_bucket(
        Bucket=f"calls-{account}", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    owner(cloud, account, "sqs", **session).create_queue(QueueName="calls")
    owner(cloud, account, "ec2", **session).describe_vpcs()
    owner(cloud, account, "route53", **session).list_hosted_zones()
    calls = recorded_calls(cloud, account)
    assert calls == ["ec2:DescribeVpcs", "route53:ListHostedZones", "s3:CreateBucket", "sqs:CreateQueue"]
    assert not_allowed(calls) == []
    assert not_allowed([*calls, "iam:CreateUser"]) == ["iam:CreateUser"]


class TestWebIdentity:
    def test_a_token_of_the_trusted_subject_opens_the_role(self, cloud: str, issuer: "Issuer") -> None:
        session = issuer.assume(cloud, issuer.role(cloud, ONE), issuer.token())
        assert session["AssumedRoleUser"]["Arn"].split(":")[4] == ONE

    @pytest.mark.parametrize(
        ("claims", "code"),
        [
            ({"sub": "zone:z:identity:other"}, "AccessDenied"),
            ({"aud": "someone-else"}, "InvalidIdentityToken"),
            ({"exp": 1}, "ExpiredTokenException"),
            ({"iss": "http://127.0.0.1:9"}, "InvalidIdentityToken"),
        ],
        ids=["another subject", "another audience", "expired", "an issuer without a provider"],
    )
    def test_any_other_token_is_refused(
        self, cloud: str, issuer: "Issuer", claims: dict[str, Any], code: str
    ) -> None:
        with pytest.raises(ClientError) as refusal:
            issuer.assume(cloud, issuer.role(cloud, ONE), issuer.token(**claims))
        assert refusal.value.response["Error"]["Code"] == code

    def test_a_token_that_another_key_signed_is_refused(self, cloud: str, issuer: "Issuer") -> None:
        forged = issuer.token(key=rsa.generate_private_key(public_exponent=65537, key_size=2048))
        with pytest.raises(ClientError) as refusal:
            issuer.assume(cloud, issuer.role(cloud, ONE), forged)
        assert refusal.value.response["Error"]["Code"] == "InvalidIdentityToken"


class Issuer:
    """An OIDC issuer on loopback."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = json.dumps(issuer.document(self.path)).encode()
                self.send_response(200)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/oidc"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def document(self, path: str) -> dict[str, Any]:
        if path.endswith("openid-configuration"):
            return {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}
        return {"keys": [json.loads(RSAAlgorithm.to_jwk(self.key.public_key())) | {"kid": "k"}]}

    def token(self, key: Any = None, **claims: Any) -> str:
        said = {"iss": self.url, "sub": SUBJECT, "aud": "sts.amazonaws.com", "exp": 4102444800} | claims
        return jwt.encode(said, key or self.key, algorithm="RS256", headers={"kid": "k"})

    def role(self, cloud: str, account_id: str) -> str:
        iam = owner(cloud, account_id, "iam")
        host = self.url.split("://")[1]
        provider = f"arn:aws:iam::{account_id}:oidc-provider/{host}"
        known = [one["Arn"] for one in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]]
        if provider not in known:
            iam.create_open_id_connect_provider(
                Url=self.url, ClientIDList=["sts.amazonaws.com"], ThumbprintList=["0" * 40]
            )
        policy = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRoleWithWebIdentity",
                    "Principal": {"Federated": provider},
                    "Condition": {
                        "StringEquals": {f"{host}:sub": SUBJECT, f"{host}:aud": "sts.amazonaws.com"}
                    },
                }
            ],
        }
        return a_role(cloud, account_id, f"web-{uuid.uuid4().hex[:8]}", policy)

    def assume(self, cloud: str, role: str, token: str) -> Any:
        sts = owner(cloud, ONE, "sts")
        return sts.assume_role_with_web_identity(
            RoleArn=role, RoleSessionName="job-1", WebIdentityToken=token
        )


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    one = Issuer()
    yield one
    one.server.shutdown()
    one.server.server_close()
