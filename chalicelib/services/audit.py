"""Makes audit entries, and reads them back.

A service that changes something for a caller makes the entry first and hands it to the store (or the ledger)
with the change, which are then written together or not at all::

    entry = self._audit.entry(zone_id, actor=f"user:{user}", action="member.changed", subject=member,
                              before={"role": "viewer"}, after={"role": "planner"})
    self._zones.put_member(…, entry=entry)
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ..domain.audit import AuditEntry, AuditOutcome, changed
from ..domain.errors import FieldProblem, InvalidInput
from ..domain.ids import derived_id, new_id
from ..domain.words import Role
from .access import Access, Principal
from .origin import current_origin
from .paging import Page, PageRequest
from .ports.audit import AuditStore
from .ports.clock import Clock, iso


class Audit:
    """Audit entries of one deployment."""

    def __init__(self, store: AuditStore, access: Access, clock: Clock) -> None:
        self._store = store
        self._access = access
        self._clock = clock

    def entry(
        self,
        zone_id: str | None,
        *,
        actor: str,
        action: str,
        subject: str,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
        reason: str | None = None,
    ) -> AuditEntry:
        """An entry of something that is about to be done by the request in hand; not yet written."""
        was, now = changed(before, after)
        return AuditEntry(
            entry_id=new_id("audit"),
            zone_id=zone_id,
            at=iso(self._clock.now()),
            actor=actor,
            action=action,
            subject=subject,
            reason=reason,
            before=was,
            after=now,
            origin=current_origin(),
        )

    def refused(self, zone_id: str | None, *, actor: str, action: str, subject: str, reason: str) -> None:
        """Keep that something was refused: once a minute for the same thing, so that it can't flood."""
        at = iso(self._clock.now())
        origin = current_origin()
        same = (str(zone_id), actor, action, subject, reason, str(origin.source_ip), at[:16])
        self._store.append(
            AuditEntry(
                entry_id=derived_id("audit", *same),
                zone_id=zone_id,
                at=f"{at[:16]}:00.000Z",
                actor=actor,
                action=action,
                subject=subject,
                outcome=AuditOutcome.REFUSED,
                reason=reason,
                origin=origin,
            )
        )

    def of_zone(
        self,
        principal: Principal,
        zone_id: str,
        page: PageRequest,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Page[AuditEntry]:
        """The zone's entries between two times, newest first; for its admins."""
        self._access.require(principal, zone_id, Role.ADMIN)
        first, last = _moment("since", since), _moment("until", until)
        if first and last and first > last:
            raise InvalidInput([FieldProblem(("since",), "must not be after until")])
        return self._store.of_zone(zone_id, page, since=first, until=last)


def _moment(field: str, moment: datetime | None) -> str | None:
    """A time as rows carry it; one without an offset is in UTC."""
    if moment is None:
        return None
    try:
        return iso(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except OverflowError:
        raise InvalidInput([FieldProblem((field,), "is no time that a clock can show")]) from None
