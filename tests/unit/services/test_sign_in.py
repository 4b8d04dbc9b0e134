"""Which sign-in tokens are believed: one issuer's, for us, in time, by a published key, RS256 or ES256."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from chalicelib import bootstrap
from chalicelib.domain.errors import NotSignedIn, Unavailable
from chalicelib.services.sign_in import SignIn
from chalicelib.settings import Settings
from tests.support.builders import FakeClock

ISSUER = "https://issuer.test"
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Keys:
    """A key set that a test rotates, breaks, and counts the fetches of."""

    def __init__(self, **keys: Any) -> None:
        self.keys = keys
        self.fetched = 0
        self.down = False

    def fetch(self) -> dict[str, Any]:
        self.fetched += 1
        if self.down:
            raise Unavailable("down")
        return {kid: public_jwk(key) for kid, key in self.keys.items()}


def public_jwk(key: Any) -> dict[str, Any]:
    algorithm = RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm
    jwk: dict[str, Any] = algorithm.to_jwk(key.public_key(), as_dict=True)
    return jwk


def claims(**changes: Any) -> dict[str, Any]:
    valid = {"iss": ISSUER, "aud": "alethia", "sub": "ada", "exp": NOW + timedelta(hours=1)}
    return {name: value for name, value in {**valid, **changes}.items() if value is not None}


def token(key: Any = RSA, algorithm: str = "RS256", kid: str = "k1", **changes: Any) -> str:
    return jwt.encode(claims(**changes), key, algorithm=algorithm, headers={"kid": kid})


def unsigned(header: dict[str, str], signature: bytes = b"") -> str:
    parts = [
        json.dumps(header).encode(),
        json.dumps({**claims(exp=None), "exp": 9999999999}).encode(),
        signature,
    ]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def public_pem() -> bytes:
    return RSA.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def signed_with_the_public_key() -> str:
    """The classic confusion: HS256 with the published key as the secret (PyJWT refuses to make one)."""
    import hashlib
    import hmac

    head = unsigned({"alg": "HS256", "kid": "k1", "typ": "JWT"}).rsplit(".", 1)[0]
    mac = hmac.new(public_pem(), head.encode(), hashlib.sha256).digest()
    return f"{head}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def sign_in(keys: Keys, clock: FakeClock | None = None) -> SignIn:
    return SignIn(keys, issuer=ISSUER, audience="alethia", clock=clock or FakeClock(NOW))


@pytest.mark.parametrize(("key", "algorithm"), [(RSA, "RS256"), (EC, "ES256")], ids=["RS256", "ES256"])
def test_a_good_token_speaks_for_its_subject(key: Any, algorithm: str) -> None:
    assert sign_in(Keys(k1=key)).verify(token(key, algorithm)).user == "ada"


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (lambda: token(exp=NOW - timedelta(minutes=1)), "expired"),
        (lambda: token(nbf=NOW + timedelta(minutes=5)), "not valid yet"),
        (lambda: token(aud="somebody-else"), "another audience"),
        (lambda: token(iss="https://evil.test"), "another issuer"),
        (lambda: token(exp=None), "does not verify"),
        (lambda: token(sub=None), "does not verify"),
        (lambda: token(sub=""), "no usable subject"),
        (lambda: token(sub="a" * 201), "no usable subject"),
        (lambda: token(sub="a\nb"), "no usable subject"),
        (lambda: token(OTHER_RSA), "does not verify"),
        (lambda: token(RSA, "RS512"), "RS256 or ES256"),
        (lambda: token(RSA, "PS256"), "RS256 or ES256"),
        (lambda: token("s" * 32, "HS256"), "RS256 or ES256"),
        (signed_with_the_public_key, "RS256 or ES256"),
        (lambda: unsigned({"alg": "none"}), "RS256 or ES256"),
        (lambda: unsigned({"alg": "RS256", "kid": "k1"}), "does not verify"),
        (lambda: token(EC, "ES256"), "does not publish"),
        (lambda: token(kid="k9"), "does not publish"),
        (lambda: "x.y.z", "not a JWT"),
        (lambda: "", "not a JWT"),
    ],
    ids=[
        "expired",
        "not yet valid",
        "wrong audience",
        "wrong issuer",
        "no expiry",
        "no subject",
        "empty subject",
        "long subject",
        "unprintable subject",
        "forged signature",
        "RS512",
        "PS256",
        "HS256",
        "HS256 with the public key",
        "alg none",
        "no signature",
        "ES256 under the id of an RSA key",
        "unknown key id",
        "no JWT",
        "nothing",
    ],
)
def test_anything_else_is_refused_with_its_reason(made: Any, reason: str) -> None:
    with pytest.raises(NotSignedIn, match=reason):
        sign_in(Keys(k1=RSA)).verify(made())


def test_a_rotated_key_is_fetched_when_it_is_first_met() -> None:
    keys, clock = Keys(k1=RSA), FakeClock(NOW)
    service = sign_in(keys, clock)
    service.verify(token())
    keys.keys = {"k2": OTHER_RSA}
    clock.advance(seconds=31)
    assert service.verify(token(OTHER_RSA, kid="k2")).user == "ada"
    with pytest.raises(NotSignedIn, match="does not publish"):
        service.verify(token())


def test_forged_key_ids_do_not_flood_the_issuer() -> None:
    keys = Keys(k1=RSA)
    service = sign_in(keys)
    service.verify(token())
    for number in range(50):
        with pytest.raises(NotSignedIn):
            service.verify(token(kid=f"forged-{number}"))
    assert keys.fetched == 1


def test_an_issuer_that_is_down_is_survived_with_the_keys_at_hand() -> None:
    keys, clock = Keys(k1=RSA), FakeClock(NOW)
    service = sign_in(keys, clock)
    service.verify(token())
    keys.down = True
    clock.advance(minutes=11)
    assert service.verify(token()).user == "ada"
    with pytest.raises(Unavailable):
        sign_in(keys, clock).verify(token())


def cognito(**changes: Any) -> str:
    """An access token as Cognito makes it: no ``aud``."""
    return token(**{"aud": None, "client_id": "app-1", "token_use": "access", **changes})


def by_client_id(clock: FakeClock | None = None) -> SignIn:
    keys, clock = Keys(k1=RSA), clock or FakeClock(NOW)
    return SignIn(keys, issuer=ISSUER, audience="app-1", audience_claim="client_id", clock=clock)


def test_cognitos_access_tokens_say_whom_they_are_for_by_client_id() -> None:
    assert by_client_id().verify(cognito()).user == "ada"
    assert by_client_id().verify(cognito(aud="anything")).user == "ada"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"client_id": "app-2"}, "another audience"),
        ({"client_id": None}, "does not verify"),
        ({"client_id": ["app-1"]}, "another audience"),
        ({"token_use": "id"}, "Send the access token"),
        ({"token_use": None}, "Send the access token"),
        ({"exp": NOW - timedelta(minutes=1)}, "expired"),
        ({"iss": "https://evil.test"}, "another issuer"),
    ],
)
def test_and_nothing_else_passes_there(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(NotSignedIn, match=reason):
        by_client_id().verify(cognito(**changes))


def test_another_claim_can_not_say_whom_a_token_is_for() -> None:
    with pytest.raises(ValueError, match="aud, client_id"):
        SignIn(Keys(), issuer=ISSUER, audience="a", audience_claim="azp", clock=FakeClock(NOW))


def test_supabases_tokens_are_for_authenticated_and_signed_with_es256() -> None:
    service = SignIn(Keys(k1=EC), issuer=ISSUER, audience="authenticated", clock=FakeClock(NOW))
    assert service.verify(token(EC, "ES256", aud="authenticated", role="authenticated")).user == "ada"
    with pytest.raises(NotSignedIn, match="another audience"):
        service.verify(token(EC, "ES256", aud="anon"))


def test_the_keys_lie_under_the_issuer_unless_a_setting_says_where() -> None:
    settings = Settings(oidc_issuer="https://ref.supabase.co/auth/v1")
    service = bootstrap.Container(settings).sign_in
    assert service._source._url == "https://ref.supabase.co/auth/v1/.well-known/jwks.json"  # type: ignore[attr-defined]
