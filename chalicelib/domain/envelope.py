"""The framing of an encrypted object: enough in its head to open it with KMS alone.

::

    8 bytes   magic "ALETHIA\\x01"
    4 bytes   length of the header, big endian
    header    canonical JSON: algorithm, name, context, nonce, wrapped data key (base64)
    rest      AES-256-GCM ciphertext and tag; the header is the additional authenticated data

One data key seals one object. KMS binds the wrapped key to the encryption context ``zone``, ``spec`` and
``object`` (the object's *name*: the store key adds the sha256 of the finished bytes, which can't be known
when the key is made; docs/adr/0002). Ciphers are the caller's: this module only frames.
"""

import base64
import json
import struct

from .errors import Damaged
from .model import Model
from .snapshot import canonical_json

MAGIC = b"ALETHIA\x01"
ALGORITHM = "AES-256-GCM"
NONCE_BYTES = 12


class NotAnEnvelope(Damaged):
    """The bytes are not an object that Alethia sealed, or were cut short."""

    code = "NotAnEnvelope"


class Header(Model):
    """The clear head of a sealed object. ``context`` is KMS's encryption context."""

    algorithm: str = ALGORITHM
    context: dict[str, str]
    nonce: str
    wrapped_key: str

    def encoded(self) -> bytes:
        """The canonical bytes of the header, which the cipher authenticates."""
        return canonical_json(self.model_dump(mode="json")).encode()


def encryption_context(zone_id: str, spec_id: str, name: str) -> dict[str, str]:
    """KMS's encryption context of one object."""
    return {"zone": zone_id, "spec": spec_id, "object": name}


def new_header(*, context: dict[str, str], nonce: bytes, wrapped_key: bytes) -> Header:
    """A header for a fresh object."""
    return Header(
        context=context,
        nonce=base64.b64encode(nonce).decode(),
        wrapped_key=base64.b64encode(wrapped_key).decode(),
    )


def pack(header: Header, ciphertext: bytes) -> bytes:
    """Frame a sealed object."""
    head = header.encoded()
    return MAGIC + struct.pack(">I", len(head)) + head + ciphertext


def unpack(sealed: bytes) -> tuple[Header, bytes, bytes]:
    """Take a sealed object apart: header, the header's exact bytes (the AAD), ciphertext.

    Raises
    ------
    NotAnEnvelope
        The magic or the lengths are wrong.
    """
    if not sealed.startswith(MAGIC) or len(sealed) < len(MAGIC) + 4:
        raise NotAnEnvelope("The object was not sealed by Alethia, or was cut short.")
    start = len(MAGIC) + 4
    (length,) = struct.unpack(">I", sealed[len(MAGIC) : start])
    head = sealed[start : start + length]
    if len(head) < length:
        raise NotAnEnvelope("The object was cut short inside its header.")
    try:
        return Header.model_validate(json.loads(head)), head, sealed[start + length :]
    except ValueError:
        raise NotAnEnvelope("The object's header can't be read.") from None
