"""The embedded stack's own OIDC issuer: who signs in here is whom the person at this machine says they are.

One RSA key in the stack's data directory, mode 0600, made on first use. The server publishes the discovery
document and the key set under ``/issuer``; tokens are made in process by whoever can read the key, so there
is no password and no sign-in page. A deployment uses a real issuer instead (``oidc_*`` in the settings).
"""

import base64
import hashlib
import json
import os
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

KEY_FILE = "issuer-key.pem"
KEY_BITS = 2048
LIFETIME = timedelta(hours=12)
AUDIENCE = "alethia"
DISCOVERY_PATH = "/.well-known/openid-configuration"
JWKS_PATH = "/jwks.json"


class Issuer:
    """Signs people in at `url`. Make one with :meth:`open`."""

    def __init__(self, url: str, key: rsa.RSAPrivateKey, audience: str = AUDIENCE) -> None:
        self.url = url.rstrip("/")
        self.audience = audience
        self._key = key
        self._jwk = _public_jwk(key)

    @classmethod
    def open(cls, folder: Path, url: str, audience: str = AUDIENCE) -> "Issuer":
        """The issuer whose key lies in `folder`; the key is made when there is none."""
        path = folder / KEY_FILE
        if not path.exists():
            _write_new_key(path)
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise ValueError(f"{path} does not hold an RSA key; move it away to have a new one made")
        return cls(url, key, audience)

    def sign_in(self, user: str, lifetime: timedelta = LIFETIME) -> str:
        """A token that speaks for `user`."""
        now = datetime.now(UTC)
        claims = {
            "iss": self.url,
            "aud": self.audience,
            "sub": user,
            "iat": now,
            "exp": now + lifetime,
            "jti": secrets.token_hex(8),
        }
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": self._jwk["kid"]})

    def document(self, path: str) -> dict[str, Any] | None:
        """What is published at `path` below the issuer's address."""
        if path == JWKS_PATH:
            return {"keys": [self._jwk]}
        if path == DISCOVERY_PATH:
            return {
                "issuer": self.url,
                "jwks_uri": self.url + JWKS_PATH,
                "id_token_signing_alg_values_supported": ["RS256"],
                "subject_types_supported": ["public"],
                "response_types_supported": ["token"],
            }
        return None


def _write_new_key(path: Path) -> None:
    """Write a new key privately, and never over one that another process made at the same moment."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
    try:
        os.link(draft, path)
    except FileExistsError:
        return  # theirs counts
    finally:
        draft.unlink()


def _public_jwk(key: rsa.RSAPrivateKey) -> dict[str, str]:
    """The public half as a JWK; its id is the key's thumbprint (RFC 7638)."""
    numbers = key.public_key().public_numbers()
    core = {"e": _base64(numbers.e), "kty": "RSA", "n": _base64(numbers.n)}
    thumbprint = hashlib.sha256(json.dumps(core, separators=(",", ":"), sort_keys=True).encode()).digest()
    key_id = base64.urlsafe_b64encode(thumbprint).decode().rstrip("=")
    return {**core, "use": "sig", "alg": "RS256", "kid": key_id}


def _base64(number: int) -> str:
    raw = number.to_bytes((number.bit_length() + 7) // 8)
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
