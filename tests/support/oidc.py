"""Our OIDC issuer with real RSA keys of a key service, and somebody elsewhere who checks its tokens.

``issuer.key()`` makes a key; ``issuer.sign_with(new, old)`` is a deployment with that setting. ``Relying`` is
a cloud: it reads the discovery document and the key set over the routes, and verifies with joserfc, which
shares no code with our signing.
"""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from joserfc import jwt as jose
from joserfc.jwk import KeySet

from chalicelib.adapters.kms_signing import KmsSigningKeys
from chalicelib.bootstrap import Container
from chalicelib.services.oidc_issuer import OidcIssuer

from .api import Client
from .s3 import TestKms

PUBLIC_URL = "https://api.test"
ISSUER_URL = f"{PUBLIC_URL}/api/oidc"


@dataclass
class TestIssuer:
    """Makes signing keys in a key service."""

    __test__ = False

    client: Any

    def key(self, **spec: str) -> str:
        """A new signing key; its id."""
        made = self.client.create_key(**{"KeyUsage": "SIGN_VERIFY", "KeySpec": "RSA_2048", **spec})
        key_id: str = made["KeyMetadata"]["KeyId"]
        return key_id

    def sign_with(self, container: Container, *key_ids: str) -> OidcIssuer:
        """Deploy `container` anew with these keys, as a change of the setting does."""
        settings = {"oidc_signing_keys": ", ".join(key_ids), "public_api_url": PUBLIC_URL}
        container.settings = container.settings.model_copy(update=settings)
        for name in ("oidc_issuer", "cloud_tokens", "our_side", "identities"):
            container.__dict__.pop(name, None)
        container.__dict__["signing_keys"] = KmsSigningKeys(self.client)
        return container.oidc_issuer


@dataclass
class Relying:
    """A cloud that trusts our issuer. `keys` is its cache of the key set, read when it is first needed."""

    client: Client
    keys: KeySet | None = None

    def read_keys(self) -> KeySet:
        discovery = self.client.get("/api/oidc/.well-known/openid-configuration").json
        assert discovery["issuer"] == ISSUER_URL
        path = discovery["jwks_uri"].removeprefix(PUBLIC_URL)
        self.keys = KeySet.import_key_set(json.loads(self.client.get(path).body))
        return self.keys

    def claims(self, token: str) -> dict[str, Any]:
        """The claims of a token that verifies (raises otherwise)."""
        verified = jose.decode(token, self.keys or self.read_keys(), algorithms=["RS256"])
        return dict(verified.claims)


@pytest.fixture
def oidc(kms: TestKms) -> TestIssuer:
    """Signing keys of moto's KMS."""
    return TestIssuer(kms.client)
