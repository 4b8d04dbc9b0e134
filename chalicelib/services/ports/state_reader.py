"""What runs need to know about a terraform state: where its head stands, and what the last commit holds."""

from collections.abc import Collection
from typing import Protocol

from ...domain.state import StateHead


class HeadReader(Protocol):
    """Where a state stands, by zone and name (``{project}-{stage}-{region}``)."""

    def head(self, zone_id: str, name: str) -> StateHead | None:
        """The head row; ``None`` where no state was ever claimed."""


class StateReader(HeadReader, Protocol):
    """The same, and what a state holds: that takes the store and the keys."""

    def addresses(self, zone_id: str, name: str) -> Collection[tuple[str, str | None]] | None:
        """Address and cloud id of every managed resource in the last committed version.

        Empty where there never was a version; ``None`` when it can't be read now.
        """
