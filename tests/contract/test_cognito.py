"""Sign-in with tokens that a Cognito made: ministack's, with a real pool, app client, key set and password.

What only a real pool can prove: AWS's own address and TLS. The key set, header and claims have its shape.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import jwt
import pytest

from chalicelib.adapters.jwks import HttpKeySet
from chalicelib.domain.errors import NotSignedIn
from chalicelib.services.ports.clock import SystemClock
from chalicelib.services.sign_in import SignIn
from tests.support.ministack import ministack

PASSWORD = "Correct-Horse-1!"


@dataclass(frozen=True)
class Pool:
    """A user pool, one of its app clients, and what Ada got when she signed in there."""

    keys: str
    client: str
    other_client: str
    tokens: dict[str, str]
    others_tokens: dict[str, str]

    @property
    def claims(self) -> dict[str, Any]:
        claims: dict[str, Any] = jwt.decode(self.tokens["AccessToken"], options={"verify_signature": False})
        return claims

    def sign_in(self, claim: str, **changes: str) -> SignIn:
        said = {"issuer": self.claims["iss"], "audience": self.client, **changes}
        return SignIn(HttpKeySet(self.keys), clock=SystemClock(), audience_claim=claim, **said)


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pool]:
    with ministack(tmp_path_factory.mktemp("cognito"), "cognito-idp") as endpoint:
        yield _populated(endpoint)


def _populated(url: str) -> Pool:
    credentials = {"aws_access_key_id": "alethia", "aws_secret_access_key": "alethia"}
    cognito = boto3.client("cognito-idp", endpoint_url=url, region_name="eu-west-1", **credentials)
    pool_id = cognito.create_user_pool(PoolName="people")["UserPool"]["Id"]
    clients = [
        cognito.create_user_pool_client(
            UserPoolId=pool_id, ClientName=name, ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
        )["UserPoolClient"]["ClientId"]
        for name in ("alethia", "another-app")
    ]
    cognito.admin_create_user(UserPoolId=pool_id, Username="ada", MessageAction="SUPPRESS")
    cognito.admin_set_user_password(UserPoolId=pool_id, Username="ada", Password=PASSWORD, Permanent=True)
    tokens = [
        cognito.admin_initiate_auth(
            UserPoolId=pool_id,
            ClientId=client,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": "ada", "PASSWORD": PASSWORD},
        )["AuthenticationResult"]
        for client in clients
    ]
    return Pool(f"{url}/{pool_id}/.well-known/jwks.json", *clients, *tokens)


def test_an_access_token_is_believed_by_its_client_id(pool: Pool) -> None:
    assert "aud" not in pool.claims
    assert pool.sign_in("client_id").verify(pool.tokens["AccessToken"]).user == pool.claims["sub"]


def test_an_id_token_is_believed_by_its_audience(pool: Pool) -> None:
    assert pool.sign_in("aud").verify(pool.tokens["IdToken"]).user == pool.claims["sub"]


def test_each_is_refused_in_the_others_place_or_for_another_app(pool: Pool) -> None:
    for sign_in, token, reason in (
        (pool.sign_in("client_id"), pool.tokens["IdToken"], "does not verify"),
        (pool.sign_in("aud"), pool.tokens["AccessToken"], "does not verify"),
        (pool.sign_in("client_id"), pool.others_tokens["AccessToken"], "another audience"),
        (pool.sign_in("aud"), pool.others_tokens["IdToken"], "another audience"),
        (pool.sign_in("client_id", issuer="https://evil.test"), pool.tokens["AccessToken"], "another issuer"),
    ):
        with pytest.raises(NotSignedIn, match=reason):
            sign_in.verify(token)
