"""A secret while it is being rotated: the version in use, and the one that is about to be."""

from enum import StrEnum
from typing import Protocol


class VersionState(StrEnum):
    """How a version of a secret stands."""

    PENDING = "pending"
    CURRENT = "current"
    OTHER = "other"
    """Nobody asked for it to be rotated in, or it was rotated out."""


class SecretVersions(Protocol):
    """Versions of secrets, by Secrets Manager's ids.

    Every method raises :class:`~chalicelib.domain.errors.Unavailable` when the service does not answer.
    """

    def state(self, secret: str, version: str) -> VersionState: ...

    def pending(self, secret: str, version: str) -> str | None:
        """The value of a version that is about to be used; ``None`` while it has none."""
        ...

    def put_pending(self, secret: str, version: str, value: str) -> None:
        """Give it its value."""
        ...

    def promote(self, secret: str, version: str) -> None:
        """Make it the one in use."""
        ...
