"""The audit trail of a zone."""

from datetime import datetime

from pydantic import Field

from ..bootstrap import container
from ..domain.audit import AuditEntry
from ..services.paging import Page, PageRequest
from .callers import UserCaller
from .routing import Routes

routes = Routes("audit")


class AuditQuery(PageRequest):
    """Which part of the trail."""

    since: datetime | None = Field(None, description="ISO 8601; UTC unless it says otherwise. Inclusive.")
    until: datetime | None = Field(None, description="ISO 8601; UTC unless it says otherwise. Inclusive.")


@routes.get("/api/zones/{zone_id}/audit")
def list_audit(caller: UserCaller, zone_id: str, query: AuditQuery) -> Page[AuditEntry]:
    """List who did what in a zone, from where, and what it was before; newest first, for its admins."""
    page = PageRequest(limit=query.limit, cursor=query.cursor)
    return container().audit.of_zone(caller.principal, zone_id, page, since=query.since, until=query.until)
