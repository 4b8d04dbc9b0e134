"""Our issuer's published keys, read over HTTP as a cloud reads them."""

import json
from typing import Any

import httpx
import jwt

from .common import Unverified

DISCOVERY = "/.well-known/openid-configuration"


class PublishedKeys:
    """A :class:`~.common.KeySet` of the issuer at `issuer`, kept between tokens."""

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer
        self._keys: dict[str, jwt.PyJWK] = {}

    def read_keys(self) -> None:
        """By the discovery document, which must name the issuer itself."""
        with httpx.Client(trust_env=False, timeout=10) as http:
            discovery = http.get(self._issuer + DISCOVERY).raise_for_status().json()
            if discovery["issuer"] != self._issuer:
                raise Unverified("The discovery document names another issuer.")
            published = http.get(discovery["jwks_uri"]).raise_for_status().json()
        self._keys = {key.key_id: key for key in jwt.PyJWKSet.from_dict(published).keys if key.key_id}

    def claims(self, token: str) -> dict[str, Any]:
        """Signature alone: the cloud judges issuer, audience, subject and time in its own order and words."""
        try:
            key = self._keys[jwt.get_unverified_header(token)["kid"]]
            signed = jwt.PyJWS().decode(token, key, algorithms=["RS256"])
        except (jwt.PyJWTError, KeyError):
            raise Unverified("No published key has signed it.") from None
        claims: dict[str, Any] = json.loads(signed)
        return claims
