"""Our own OIDC issuer: signs the tokens that clouds exchange for access to a linked account.

It signs with RSA keys that stay in KMS, and publishes what a cloud needs to check a token: a discovery
document and the public keys. A key's id is its thumbprint (RFC 7638), so that it says nothing about KMS and
can't be given twice.

Keys are rotated by the setting ``oidc_signing_keys`` alone: the first signs, all are published::

    old          →  old,new   the new key is published; wait until caches of the key set have it
    old,new      →  new,old   the new key signs; wait until tokens of the old one are over
    new,old      →  new       the old key is gone
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from pydantic import Field

from ..domain.errors import Conflict, NotFound
from ..domain.model import Model
from .ports.clock import Clock, iso, unix
from .ports.signing import RsaPublicKey, SigningKeys

ALGORITHM = "RS256"
LIFETIME = timedelta(minutes=10)
PATH = "/api/oidc"
"""Below the API's public address; the address and this are the issuer."""
DISCOVERY = "/.well-known/openid-configuration"
KEYS = "/keys"
CLAIMS = ("iss", "sub", "aud", "iat", "nbf", "exp", "jti", "zone_id", "identity_id", "job_id")

NO_ISSUER = "This deployment signs no tokens: it has no key for that (`oidc_signing_keys`)."


class Jwk(Model):
    """A public key as RFC 7517 writes it."""

    kty: str = "RSA"
    use: str = "sig"
    alg: str = ALGORITHM
    kid: str
    n: str
    e: str


class JwkSet(Model):
    """Every key whose tokens count now."""

    keys: list[Jwk]


class Discovery(Model):
    """What a cloud asks for first (OpenID Connect Discovery 1.0). There is no one to log in here."""

    issuer: str
    jwks_uri: str
    response_types_supported: list[str] = ["id_token"]
    subject_types_supported: list[str] = ["public"]
    id_token_signing_alg_values_supported: list[str] = [ALGORITHM]
    scopes_supported: list[str] = ["openid"]
    claims_supported: list[str] = list(CLAIMS)


class SignedToken(Model):
    """A token and its end."""

    token: str = Field(repr=False)
    expires_at: str


class OidcIssuer:
    """Signs for one deployment.

    Parameters
    ----------
    key_ids : Sequence of str
        Ids of KMS keys: the first signs, all are published.
    public_url : str
        The API's address as clouds reach it.
    """

    def __init__(self, keys: SigningKeys, key_ids: Sequence[str], public_url: str, clock: Clock) -> None:
        self._keys = keys
        self._key_ids = tuple(key_ids)
        self._clock = clock
        self.url = issuer_url(public_url)

    def discovery(self) -> Discovery:
        """The discovery document (:class:`NotFound` where the deployment has no key)."""
        self._require_keys()
        return Discovery(issuer=self.url, jwks_uri=self.url + KEYS)

    def key_set(self) -> JwkSet:
        """The public keys, the signing one first (:class:`NotFound` where the deployment has none)."""
        self._require_keys()
        return JwkSet(keys=[jwk_of(self._keys.public_key(key_id)) for key_id in self._key_ids])

    def sign(self, *, subject: str, audience: str, about: Mapping[str, str]) -> SignedToken:
        """A token of :data:`LIFETIME` for one audience. `about` are further claims, none of them secret.

        Raises
        ------
        Conflict
            The deployment has no signing key.
        Unavailable
            KMS does not answer.
        """
        if not self._key_ids:
            raise Conflict(NO_ISSUER)
        signer = self._key_ids[0]
        now = self._clock.now()
        begins, ends = unix(now), unix(now + LIFETIME)
        claims: dict[str, Any] = {
            **about,
            "iss": self.url,
            "sub": subject,
            "aud": audience,
            "iat": begins,
            "nbf": begins,
            "exp": ends,
            "jti": secrets.token_urlsafe(16),
        }
        head = {"alg": ALGORITHM, "typ": "JWT", "kid": jwk_of(self._keys.public_key(signer)).kid}
        signed = f"{_part(head)}.{_part(claims)}"
        signature = _base64(self._keys.sign(signer, signed.encode()))
        return SignedToken(token=f"{signed}.{signature}", expires_at=iso(now + LIFETIME))

    def _require_keys(self) -> None:
        if not self._key_ids:
            raise NotFound(NO_ISSUER)


def issuer_url(public_url: str) -> str:
    """The issuer of a deployment whose API is at `public_url`, exactly as it stands in ``iss``; empty when
    that is not set."""
    return public_url.rstrip("/") + PATH if public_url else ""


def jwk_of(key: RsaPublicKey) -> Jwk:
    """A public key as a JWK; its id is its thumbprint (RFC 7638)."""
    core = {"e": _number(key.exponent), "kty": "RSA", "n": _number(key.modulus)}
    canonical = json.dumps(core, separators=(",", ":"), sort_keys=True).encode()
    return Jwk(kid=_base64(hashlib.sha256(canonical).digest()), n=core["n"], e=core["e"])


def _part(value: Mapping[str, Any]) -> str:
    return _base64(json.dumps(value, separators=(",", ":")).encode())


def _number(number: int) -> str:
    return _base64(number.to_bytes((number.bit_length() + 7) // 8))


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
