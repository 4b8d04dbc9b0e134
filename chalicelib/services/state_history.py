"""States, for people to look at: where one stands, its versions, what was done to it by hand."""

from datetime import UTC, datetime

from ..domain.attempts import AttemptFacts
from ..domain.errors import NotFound
from ..domain.job import LOCK_GRACE_SECONDS
from ..domain.spec import Spec
from ..domain.state import Lock, StateAct, StateHead, StateVersion
from ..domain.words import Role
from .access import Access, Principal
from .attempts import Attempts
from .paging import Page, PageRequest
from .ports.clock import Clock, iso
from .ports.states import SpecLookup, StateRows
from .state_views import LockView, StateView, VersionView


class StateHistory:
    """Reads that any member of the zone may make."""

    def __init__(
        self, access: Access, specs: SpecLookup, rows: StateRows, attempts: Attempts, clock: Clock
    ) -> None:
        self._access = access
        self._specs = specs
        self._rows = rows
        self._attempts = attempts
        self._clock = clock

    def view(self, principal: Principal, spec_id: str) -> StateView:
        """Where the state stands, and whether its lock can be broken safely."""
        _, head = self.state(principal, spec_id, Role.VIEWER)
        return StateView(
            name=head.name,
            epoch=head.epoch,
            lock=self.lock_view(head.lock) if head.lock else None,
            version_id=head.version.id if head.version else None,
            version=head.version,
        )

    def versions(self, principal: Principal, spec_id: str, page: PageRequest) -> Page[VersionView]:
        """The versions, highest serial first; rejected ones too."""
        _, head = self.state(principal, spec_id, Role.VIEWER)
        found = self._rows.versions(head, page)
        return Page(
            items=[version_view(head, version) for version in found.items], next_cursor=found.next_cursor
        )

    def version(self, principal: Principal, spec_id: str, version_id: str) -> VersionView:
        """One version."""
        _, head = self.state(principal, spec_id, Role.VIEWER)
        return version_view(head, self.find(head, version_id))

    def acts(self, principal: Principal, spec_id: str, page: PageRequest) -> Page[StateAct]:
        """Who did what by hand, newest first."""
        _, head = self.state(principal, spec_id, Role.VIEWER)
        return self._rows.acts(head, page)

    def state(self, principal: Principal, spec_id: str, role: Role) -> tuple[Spec, StateHead]:
        """A spec and its state's head, for somebody who has `role` in its zone."""
        spec = self._specs.get(spec_id)
        if spec is None:
            raise NotFound("There is no such thing here, or it is not yours.")
        self._access.require(principal, spec.zone_id, role)
        head = self._rows.head(spec.zone_id, spec.state_name)
        if head is None or head.spec_id != spec_id:
            raise NotFound("This spec has no terraform state.")
        return spec, head

    def find(self, head: StateHead, version_id: str) -> StateVersion:
        """A version of this very state, or :class:`NotFound`."""
        version = self._rows.version(head, version_id)
        if version is None:
            raise NotFound("This state has no such version.")
        return version

    def lock_view(self, lock: Lock) -> LockView:
        """A lock, and what is known about its holder now."""
        facts = self._attempts.facts(lock.job_id, lock.attempt)
        now = self._clock.now().timestamp()
        return LockView(
            lock=lock,
            job_status=facts.status if facts else None,
            safe_to_break=facts is None or not facts.may_still_write(now),
            why=_about(facts, now),
        )


def version_view(head: StateHead, version: StateVersion) -> VersionView:
    """A version as people see it."""
    is_head = head.version is not None and head.version.id == version.id
    return VersionView(version_id=version.id, is_head=is_head, version=version)


def _about(facts: AttemptFacts | None, now: float) -> str:
    if facts is None:
        return "The job that took it is gone."
    if facts.stopped:
        return "The task that took it has stopped."
    if facts.reported:
        return "The job that took it has ended, and left it behind."
    if facts.attempt != facts.current_attempt:
        return "The attempt that took it was given up, and a newer one works on its job."
    if facts.holds_lease(now):
        return "The runner that took it is alive and may be writing."
    if facts.lease_expires_at is None or not facts.may_still_write(now):
        return "The runner that took it has been silent for so long that it can't be writing any more."
    over = datetime.fromtimestamp(facts.lease_expires_at + LOCK_GRACE_SECONDS, UTC)
    return f"The runner that took it does not answer; it may still be writing until {iso(over)}."
