"""What services need of the object store: immutable objects, and nothing that a weak S3 lacks."""

from typing import NamedTuple, Protocol


class PresignedPut(NamedTuple):
    """Where to put an object, and the headers that must go with it exactly."""

    url: str
    headers: dict[str, str]


class ObjectStore(Protocol):
    """Raises ``NotFound`` and ``Unavailable`` of :mod:`chalicelib.domain.errors`."""

    def put(self, key: str, body: bytes) -> None:
        """Write `body` under a key that ends in its sha256."""

    def get(self, key: str, *, expected: bool = False) -> bytes:
        """Bytes as stored, unverified. `expected`: a record names the key, so read patiently."""

    def size(self, key: str, *, expected: bool = False) -> int:
        """Length in bytes."""

    def presigned_put(self, key: str) -> PresignedPut:
        """Leave to write this one key for some minutes."""

    def presigned_get(self, key: str) -> str:
        """Leave to read this one key for some minutes."""
