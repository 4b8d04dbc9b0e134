"""Where runners are registered."""

from typing import Any, Protocol

from pydantic import Field

from ...domain.model import Model
from ...domain.runner import RunnerKind


class RunnerRecord(Model):
    """A registered runner. Its credential is kept as sha256 only."""

    runner_id: str
    kind: RunnerKind
    name: str
    zone_id: str | None = None
    """``None``: the platform's own, for every zone."""
    credential_sha256: str = Field(repr=False)
    settings: dict[str, Any] = {}
    draining: bool = False
    version: str | None = None
    slots: int | None = None
    last_seen_at: str | None = None
    request_hash: str | None = None
    created_at: str | None = None
    created_by: str | None = None


class Runners(Protocol):
    """Registered runners."""

    def get(self, runner_id: str) -> RunnerRecord | None: ...

    def put(self, runner: RunnerRecord) -> None:
        """Register, or replace the registration of the same id."""
        ...
