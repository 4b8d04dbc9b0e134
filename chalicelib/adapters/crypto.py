"""AES-256-GCM over whole objects, framed by :mod:`chalicelib.domain.envelope`.

One data key seals one object once, so a random nonce can't meet itself. The header is authenticated with the
ciphertext: the context in it can't be swapped for another's.
"""

import base64
import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ..domain.envelope import ALGORITHM, NONCE_BYTES, new_header, pack, unpack
from ..domain.errors import Damaged
from ..services.ports.keys import FreshKey


class AesGcm:
    """Seals and opens."""

    def seal(self, clear: bytes, key: FreshKey, context: Mapping[str, str]) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        header = new_header(context=dict(context), nonce=nonce, wrapped_key=key.wrapped)
        return pack(header, AESGCM(key.clear).encrypt(nonce, clear, header.encoded()))

    def open(self, sealed: bytes, key: bytes) -> bytes:
        header, authenticated, ciphertext = unpack(sealed)
        if header.algorithm != ALGORITHM:
            raise Damaged(f"The object is sealed with {header.algorithm}, which this version can't open.")
        try:
            return AESGCM(key).decrypt(base64.b64decode(header.nonce), ciphertext, authenticated)
        except (InvalidTag, ValueError):
            raise Damaged("The object was altered since it was sealed.") from None
