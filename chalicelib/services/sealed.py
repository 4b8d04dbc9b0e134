"""Sealed objects, opened and made: the one place where stored bytes become clear and clear ones stored.

Nothing that was read is believed before it is verified: the size and sha256 of the stored bytes, the context
in their head, and the cipher's own tag. A mismatch is read once more (a weak store can cut an answer short),
then it is :class:`~chalicelib.domain.errors.Damaged`: never empty, never "no state".
"""

import base64
from dataclasses import dataclass, field

from ..domain.envelope import encryption_context, unpack
from ..domain.errors import Damaged, NotFound
from ..domain.plan import StoredObject
from ..domain.snapshot import sha256_hex
from ..domain.store_names import digest_of, key_of, name_of
from .ports.keys import Cipher, Keys
from .ports.store import ObjectStore

READS = 2


@dataclass(frozen=True)
class Lent:
    """Where a sealed object can be read for some minutes, and the data key (base64) that opens it."""

    url: str
    key: str = field(repr=False)


class SealedObjects:
    """Reads and writes encrypted objects of the store."""

    def __init__(self, store: ObjectStore, keys: Keys, cipher: Cipher) -> None:
        self._store = store
        self._keys = keys
        self._cipher = cipher

    def write(self, name: str, clear: bytes, *, zone_id: str, spec_id: str) -> StoredObject:
        """Seal `clear` under a key of its own and store it."""
        context = encryption_context(zone_id, spec_id, name)
        sealed = self._cipher.seal(clear, self._keys.generate(context), context)
        sha256 = sha256_hex(sealed)
        key = key_of(name, sha256)
        self._store.put(key, sealed)
        return StoredObject(key=key, sha256=sha256, size=len(sealed))

    def read(self, stored: StoredObject, *, zone_id: str, spec_id: str) -> bytes:
        """The clear bytes of an object that a record names.

        Raises
        ------
        Damaged
            Missing, altered, cut short, or sealed for something else.
        Unavailable
            The store or the key service did not answer.
        """
        sealed = self.sealed_bytes(stored)
        return self._cipher.open(sealed, self._key_of(sealed, stored, zone_id=zone_id, spec_id=spec_id))

    def lend(self, stored: StoredObject, *, zone_id: str, spec_id: str) -> Lent:
        """For objects too large for an answer: what a person needs to fetch and open it themselves."""
        key = self._key_of(self.sealed_bytes(stored), stored, zone_id=zone_id, spec_id=spec_id)
        return Lent(url=self._store.presigned_get(stored.key), key=base64.b64encode(key).decode())

    def sealed_bytes(self, stored: StoredObject) -> bytes:
        """The bytes as stored, verified by size and sha256."""
        if digest_of(stored.key) != stored.sha256:
            raise Damaged("The record names an object whose key and sha256 disagree.")
        for _ in range(READS):
            try:
                sealed = self._store.get(stored.key, expected=True)
            except NotFound:
                raise Damaged("An object that a record names is missing from the store.") from None
            if len(sealed) == stored.size and sha256_hex(sealed) == stored.sha256:
                return sealed
        raise Damaged("An object in the store is not what was written: its size or sha256 differs.")

    def _key_of(self, sealed: bytes, stored: StoredObject, *, zone_id: str, spec_id: str) -> bytes:
        context = checked_context(sealed, stored, zone_id=zone_id, spec_id=spec_id)
        header, _, _ = unpack(sealed)
        return self._keys.unwrap(_unbase64(header.wrapped_key), context)


def checked_context(sealed: bytes, stored: StoredObject, *, zone_id: str, spec_id: str) -> dict[str, str]:
    """The encryption context that the object must carry; :class:`Damaged` when its head says another."""
    header, _, _ = unpack(sealed)
    context = encryption_context(zone_id, spec_id, name_of(stored.key))
    if header.context != context:
        raise Damaged("An object in the store was sealed for something else.")
    return context


def _unbase64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise Damaged("The head of an object in the store can't be read.") from None
