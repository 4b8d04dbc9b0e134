"""Keys that sign and never leave the key service."""

from typing import NamedTuple, Protocol


class RsaPublicKey(NamedTuple):
    """The public half of an RSA key, as numbers."""

    modulus: int
    exponent: int


class SigningKeys(Protocol):
    """RSA keys by their id in the key service. Every method may raise
    :class:`~chalicelib.domain.errors.Unavailable`."""

    def public_key(self, key_id: str) -> RsaPublicKey:
        """The public half; it never changes for an id."""
        ...

    def sign(self, key_id: str, message: bytes) -> bytes:
        """RSASSA-PKCS1-v1_5 over SHA-256 of `message` (JWT's RS256); at most 4096 bytes of it."""
        ...
