"""Time, as a dependency."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Says what time it is; a test's clock stands still."""

    def now(self) -> datetime:
        """The present moment, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return datetime.now(UTC)


def iso(moment: datetime) -> str:
    """As rows and answers carry it: ``2026-01-02T03:04:05.678Z``."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def unix(moment: datetime) -> int:
    """As leases and TTLs carry it: whole seconds since 1970."""
    return int(moment.timestamp())
