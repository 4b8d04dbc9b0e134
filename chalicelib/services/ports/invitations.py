"""Where invitations are kept."""

from typing import NamedTuple, Protocol

from ...domain.audit import AuditEntry
from ...domain.invitation import Invitation
from ...domain.words import Role
from ...domain.zone import Member
from ..paging import Page, PageRequest


class KeptInvitation(NamedTuple):
    """An invitation, and what proves that somebody was given its code."""

    invitation: Invitation
    code_sha256: str
    request_hash: str | None


class Invitations(Protocol):
    """Invitations of zones. A write that returns ``False`` changed nothing: read again, judge again."""

    def get(self, zone_id: str, invitation_id: str) -> KeptInvitation | None: ...

    def of_zone(self, zone_id: str, page: PageRequest) -> Page[Invitation]:
        """Newest first."""
        ...

    def create(self, kept: KeptInvitation, entry: AuditEntry) -> bool:
        """Keep a new one, while its maker is an admin; ``False`` when its id is taken.

        Raises
        ------
        Forbidden
            Its maker is no admin any more.
        """
        ...

    def renew(self, seen: KeptInvitation, code_sha256: str, entry: AuditEntry) -> bool:
        """Give an open one another code; the one of before ends."""
        ...

    def revoke(self, seen: KeptInvitation, entry: AuditEntry) -> bool:
        """End an open one."""
        ...

    def accept(self, seen: KeptInvitation, member: Member, held: Role | None, entry: AuditEntry) -> bool:
        """Use an open one up, and make the person a `member` who had the role `held` before.

        It counts only while its maker is an admin (so a maker who accepts it has nothing to gain).
        """
        ...
