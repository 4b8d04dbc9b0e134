"""What services need of the key service, and of the cipher that uses its keys."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class FreshKey:
    """A new data key: in clear (32 bytes, never stored), and wrapped for the object's header."""

    clear: bytes = field(repr=False)
    wrapped: bytes


class Keys(Protocol):
    """Data keys, each bound to the encryption context of one object."""

    def generate(self, context: Mapping[str, str]) -> FreshKey:
        """A fresh data key; :class:`~chalicelib.domain.errors.Unavailable` when there is none to be had."""

    def unwrap(self, wrapped: bytes, context: Mapping[str, str]) -> bytes:
        """The key in clear; :class:`~chalicelib.domain.errors.Damaged` when it was not wrapped so."""


class Cipher(Protocol):
    """Authenticated encryption of whole objects, framed as :mod:`chalicelib.domain.envelope` says."""

    def seal(self, clear: bytes, key: FreshKey, context: Mapping[str, str]) -> bytes:
        """The object's bytes as stored."""

    def open(self, sealed: bytes, key: bytes) -> bytes:
        """The clear bytes; :class:`~chalicelib.domain.errors.Damaged` unless every bit is as it was."""
