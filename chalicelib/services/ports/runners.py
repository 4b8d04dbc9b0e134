"""Where runners are registered."""

from typing import Any, Protocol

from pydantic import Field

from ...domain.model import Model


class RunnerRecord(Model):
    """A registered runner. Its credential is kept as sha256 only."""

    runner_id: str
    kind: str
    name: str
    zone_id: str | None = None
    """``None``: the platform's own, for every zone."""
    credential_sha256: str = Field(repr=False)
    settings: dict[str, Any] = {}
    last_seen_at: str | None = None


class Runners(Protocol):
    """Registered runners."""

    def get(self, runner_id: str) -> RunnerRecord | None: ...

    def put(self, runner: RunnerRecord) -> None:
        """Register, or replace the registration of the same id."""
        ...
