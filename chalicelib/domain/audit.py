"""An audit entry: who changed what, from where, and what it was before. Written with the change itself.

Entries are written in the same transaction as the change that they tell of, so that neither is without the
other; a refused credential has an entry of its own. No entry holds a secret: ``before`` and ``after`` are
made of what people may read anyway.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from .model import Model


class AuditOutcome(StrEnum):
    DONE = "done"
    REFUSED = "refused"


class Origin(Model):
    """Where a request came from, as API Gateway says."""

    source_ip: str | None = None
    user_agent: str | None = None
    request_id: str | None = None
    route: str | None = None
    """Method and path template: ``POST /api/zones/{zone_id}/members``, or the workflow's step."""
    correlation_id: str | None = None
    """Of the run or job that it is about: the request that began that. Else the request's own id."""


class AuditEntry(Model):
    """One thing that happened."""

    entry_id: str
    zone_id: str | None
    """``None``: nobody's zone, as for a credential that proves nobody."""
    at: str
    actor: str
    """``user:anna``, ``runner:…``, ``job:…-1``, ``rule:…``, ``system``, or ``nobody``."""
    action: str
    """Noun and past participle: ``member.changed``, ``run.approved``, ``token.refused``."""
    subject: str
    """The id of what it happened to."""
    outcome: AuditOutcome = AuditOutcome.DONE
    reason: str | None = None
    before: dict[str, Any] | None = None
    """The fields that changed, as they were; ``None`` when the subject is new."""
    after: dict[str, Any] | None = None
    """The fields that changed, as they are; ``None`` when the subject is gone."""
    origin: Origin = Origin()


def changed(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Only the fields that differ; a whole new (or gone) subject is shown whole."""
    if before is None or after is None:
        return (dict(before) if before is not None else None, dict(after) if after is not None else None)
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return {name: before.get(name) for name in names}, {name: after.get(name) for name in names}
