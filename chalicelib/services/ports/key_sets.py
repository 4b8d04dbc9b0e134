"""The public keys that an issuer signs with."""

from collections.abc import Mapping
from typing import Any, Protocol


class KeySet(Protocol):
    """An issuer's JSON Web Key Set."""

    def fetch(self) -> Mapping[str, Mapping[str, Any]]:
        """Key id → JWK, as published now (:class:`~chalicelib.domain.errors.Unavailable`)."""
        ...
