"""People sign in with a JWT from an OIDC issuer: what it takes to believe one.

The algorithms are pinned to RS256 and ES256, and a key serves only the algorithm of its own type; issuer,
audience, expiry and subject are required. Keys are cached; an unknown key id makes one fresh fetch (the
issuer rotated), at most every :data:`REFETCH`, so that forged ids can't flood the issuer.

Whom a token is for is said by ``aud``. Cognito's access tokens have none: there a setting names ``client_id``
instead, and only tokens that say ``token_use: access`` are taken (an ID token speaks to the app that asked
for it, not to an API).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import jwt

from ..domain.errors import NotSignedIn, Unavailable
from ..domain.zone import is_subject
from .access import Principal
from .ports.clock import Clock
from .ports.key_sets import KeySet

ALGORITHMS = {"RS256": "RSA", "ES256": "EC"}
"""Algorithm → the key type it needs."""
FRESH = timedelta(minutes=10)
REFETCH = timedelta(seconds=30)
LEEWAY_SECONDS = 30
AUDIENCE_CLAIMS = ("aud", "client_id")


class SignIn:
    """Verifies people's tokens against one issuer."""

    def __init__(
        self, keys: KeySet, *, issuer: str, audience: str, clock: Clock, audience_claim: str = "aud"
    ) -> None:
        if audience_claim not in AUDIENCE_CLAIMS:
            raise ValueError(f"the audience claim is one of {', '.join(AUDIENCE_CLAIMS)}")
        self._source = keys
        self._issuer = issuer
        self._audience = audience
        self._audience_claim = audience_claim
        self._clock = clock
        self._keys: Mapping[str, Mapping[str, Any]] = {}
        self._fetched_at: datetime | None = None

    def verify(self, token: str) -> Principal:
        """Who the token speaks for.

        Raises
        ------
        NotSignedIn
            With the reason, which never quotes the token.
        Unavailable
            The issuer's keys can't be fetched.
        """
        try:
            header = jwt.get_unverified_header(token)
        except jwt.PyJWTError:
            raise NotSignedIn("The sign-in token is not a JWT.") from None
        algorithm = header.get("alg")
        if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
            raise NotSignedIn("The sign-in token is not signed with RS256 or ES256.")
        key = self._key(str(header.get("kid", "")), ALGORITHMS[algorithm])
        claims = self._claims(token, key, algorithm)
        subject = claims["sub"]
        if not isinstance(subject, str) or not is_subject(subject):
            raise NotSignedIn("The sign-in token names no usable subject.")
        return Principal(user=subject)

    def _claims(self, token: str, key: jwt.PyJWK, algorithm: str) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=self._audience if self._audience_claim == "aud" else None,
                issuer=self._issuer,
                # Time is compared below, by our own clock.
                options={
                    "require": ["exp", "iss", self._audience_claim, "sub"],
                    "verify_aud": self._audience_claim == "aud",
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
            now = self._clock.now().timestamp()
            expires, begins = float(claims["exp"]), float(claims.get("nbf", 0))
            self._check_client(claims)
        except jwt.InvalidAudienceError:
            raise NotSignedIn("The sign-in token is for another audience.") from None
        except jwt.InvalidIssuerError:
            raise NotSignedIn("The sign-in token is from another issuer.") from None
        except (jwt.PyJWTError, TypeError, ValueError):
            raise NotSignedIn("The sign-in token does not verify.") from None
        if now >= expires + LEEWAY_SECONDS:
            raise NotSignedIn("The sign-in token has expired; sign in again.")
        if now < begins - LEEWAY_SECONDS:
            raise NotSignedIn("The sign-in token is not valid yet.")
        return claims

    def _check_client(self, claims: Mapping[str, Any]) -> None:
        """Where ``aud`` does not say whom a token is for."""
        if self._audience_claim == "aud":
            return
        if claims.get("token_use") != "access":
            raise NotSignedIn("Send the access token; this one is for another use.")
        if claims[self._audience_claim] != self._audience:
            raise NotSignedIn("The sign-in token is for another audience.")

    def _key(self, key_id: str, key_type: str) -> jwt.PyJWK:
        if self._older_than(FRESH) or (key_id not in self._keys and self._older_than(REFETCH)):
            self._refresh()
        jwk = self._keys.get(key_id)
        if jwk is None or jwk.get("kty") != key_type:
            raise NotSignedIn("The sign-in token is signed with a key that its issuer does not publish.")
        try:
            return jwt.PyJWK.from_dict(dict(jwk))
        except jwt.PyJWTError:
            raise NotSignedIn("The sign-in token is signed with a key that can't be read.") from None

    def _refresh(self) -> None:
        try:
            self._keys = self._source.fetch()
        except Unavailable:
            if not self._keys:
                raise
        self._fetched_at = self._clock.now()

    def _older_than(self, age: timedelta) -> bool:
        return self._fetched_at is None or self._clock.now() - self._fetched_at >= age
