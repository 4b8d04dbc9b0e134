"""Where states are kept: one row that decides, versions that never change, and what people did by hand."""

from typing import NamedTuple, Protocol

from ...domain.audit import AuditEntry
from ...domain.spec import Spec
from ...domain.state import Lock, StateAct, StateHead, StateVersion
from ..paging import Page, PageRequest


class SpecLookup(Protocol):
    """Finds the spec whose state it is."""

    def get(self, spec_id: str) -> Spec | None: ...


class KeptAct(NamedTuple):
    """An act, and the hash of the request that it answered."""

    act: StateAct
    request_hash: str


class StateRows(Protocol):
    """Each write takes the head that its caller *saw* and happens only if that still stands.

    ``False`` means that it does not: read again, judge again.
    """

    def head(self, zone_id: str, name: str) -> StateHead | None:
        """The row that decides, read consistently; ``None`` when no spec claimed that name."""

    def take_lock(self, seen: StateHead, lock: Lock) -> bool:
        """Grant `lock`, whose epoch is the next one."""

    def release_lock(self, seen: StateHead) -> bool:
        """Drop the lock that was seen. The epoch stays its holder's."""

    def move_head(self, seen: StateHead, version: StateVersion) -> bool:
        """Keep `version` and point the head at it, under the epoch that was seen."""

    def keep(self, head: StateHead, version: StateVersion) -> None:
        """Keep a version that does not become the head; a repeat changes nothing."""

    def version(self, head: StateHead, version_id: str) -> StateVersion | None: ...

    def versions(self, head: StateHead, page: PageRequest) -> Page[StateVersion]:
        """Highest serial first."""

    def record(self, head: StateHead, kept: KeptAct, entry: AuditEntry) -> bool:
        """Keep an act that changes nothing; ``False`` when its id is taken."""

    def break_lock(self, seen: StateHead, kept: KeptAct, entry: AuditEntry) -> bool:
        """Drop the lock that was seen and raise the epoch, so that its holder is fenced."""

    def roll_back(self, seen: StateHead, version: StateVersion, kept: KeptAct, entry: AuditEntry) -> bool:
        """Keep `version`, point the head at it and raise the epoch, while nothing is locked or runs."""

    def act(self, head: StateHead, act_id: str) -> KeptAct | None: ...

    def acts(self, head: StateHead, page: PageRequest) -> Page[StateAct]:
        """Newest first."""
