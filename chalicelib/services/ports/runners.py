"""Where runners are registered."""

from collections.abc import Mapping
from typing import Any, Protocol

from pydantic import Field

from ...domain.audit import AuditEntry
from ...domain.model import Model
from ...domain.runner import RunnerKind
from ...domain.worker import Worker
from ..paging import Page, PageRequest


class RunnerRecord(Model):
    """A registered runner. Its credential is kept as sha256 only."""

    runner_id: str
    kind: RunnerKind
    name: str
    zone_id: str | None = None
    """``None``: the platform's own, for every zone."""
    credential_sha256: str = Field(repr=False)
    former_sha256: str | None = Field(None, repr=False)
    """Of the platform's own runner: the credential before the last rotation, good until the next."""
    worker: Worker | None = None
    """Of a runner in a customer's account."""
    draining: bool = False
    version: str | None = None
    slots: int | None = None
    last_seen_at: str | None = None
    request_hash: str | None = None
    created_at: str | None = None
    created_by: str | None = None


class Runners(Protocol):
    """Registered runners. Whatever a person changes is written together with its audit entry."""

    def get(self, runner_id: str) -> RunnerRecord | None: ...

    def put(self, runner: RunnerRecord) -> None:
        """Register, or replace the registration of the same id; for the platform's own."""
        ...

    def create(self, runner: RunnerRecord, entry: AuditEntry) -> RunnerRecord | None:
        """Register a zone's runner. ``None``: done; else the registration that the same request made before.

        Raises
        ------
        Conflict
            The id belongs to a different request.
        """
        ...

    def of_zone(self, zone_id: str, page: PageRequest) -> Page[RunnerRecord]:
        """The zone's own, newest first."""
        ...

    def change(self, runner_id: str, changes: Mapping[str, Any], entry: AuditEntry) -> RunnerRecord | None:
        """Change fields of a registration; ``None`` when it is gone."""
        ...

    def delete(self, runner_id: str, entry: AuditEntry) -> bool:
        """End a registration; ``False`` when it was gone."""
        ...

    def seen(self, runner_id: str, *, at: str, version: str, slots: int) -> None:
        """Note that it asked for work, and what it says of itself."""
        ...
