"""Rows of invitations: one conditional transition each, from open to accepted, revoked or another code."""

from datetime import UTC, datetime

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from ...domain.audit import AuditEntry
from ...domain.errors import Forbidden
from ...domain.invitation import Invitation, InvitationStatus
from ...domain.words import Role
from ...domain.zone import Member
from ...services.paging import Page, PageRequest
from ...services.ports.clock import iso
from ...services.ports.invitations import KeptInvitation
from . import members
from .audit import audit_row
from .connection import ConditionFailed, Transaction, absent, get_or_none
from .paging import newest_first
from .rows import record
from .tables import InvitationRow, zone_pk

PREFIX = "INVITATION#"
INVITATION = "the invitation"


def invitations_of_zone(zone_id: str) -> str:
    """Partition of the index by_zone that holds a zone's invitations."""
    return f"{zone_pk(zone_id)}#INVITATIONS"


class DynamoInvitations:
    """:class:`~chalicelib.services.ports.invitations.Invitations` on the specs table."""

    def get(self, zone_id: str, invitation_id: str) -> KeptInvitation | None:
        """One GetItem."""
        row = get_or_none(InvitationRow, zone_pk(zone_id), PREFIX + invitation_id)
        return None if row is None else KeptInvitation(_invitation(row), row.code_sha256, row.request_hash)

    def of_zone(self, zone_id: str, page: PageRequest) -> Page[Invitation]:
        """One Query page of the index by_zone."""
        partition = invitations_of_zone(zone_id)
        return newest_first(
            InvitationRow, InvitationRow.by_zone, partition, page.limit, page.cursor, _invitation
        )

    def create(self, kept: KeptInvitation, entry: AuditEntry) -> bool:
        """One transaction."""
        try:
            with Transaction() as write:
                members.check_admin(write, kept.invitation.zone_id, kept.invitation.created_by)
                write.put(INVITATION, _new_row(kept), absent(InvitationRow))
                write.put("the audit entry", audit_row(entry))
        except ConditionFailed as lost:
            if INVITATION in lost.failed:
                return False
            raise Forbidden(members.NO_LONGER) from None
        return True

    def renew(self, seen: KeptInvitation, code_sha256: str, entry: AuditEntry) -> bool:
        """One transaction."""
        return _happens(_moved(seen, [InvitationRow.code_sha256.set(code_sha256)], entry))

    def revoke(self, seen: KeptInvitation, entry: AuditEntry) -> bool:
        """One transaction."""
        return _happens(_moved(seen, [InvitationRow.status.set(str(InvitationStatus.REVOKED))], entry))

    def accept(self, seen: KeptInvitation, member: Member, held: Role | None, entry: AuditEntry) -> bool:
        """One transaction: the invitation, the member under both keys, the count of admins."""
        zone_id, maker = seen.invitation.zone_id, seen.invitation.created_by
        accepted = str(InvitationStatus.ACCEPTED)
        actions: list[Action] = [
            InvitationRow.status.set(accepted),
            InvitationRow.accepted_by.set(member.user),
        ]
        write = _moved(seen, actions, entry)
        members.check_admin(write, zone_id, maker)
        if held is None:
            members.put(write, zone_id, member)
        elif held is not member.role:
            members.set_role(write, zone_id, member.model_copy(update={"role": held}), member.role)
        members.count_admins(write, zone_id, held, member.role)
        return _happens(write)


def _moved(seen: KeptInvitation, actions: list[Action], entry: AuditEntry) -> Transaction:
    """What happens to the invitation if it is open still, under the code that was seen."""
    row = InvitationRow(zone_pk(seen.invitation.zone_id), PREFIX + seen.invitation.invitation_id)
    as_seen: Condition = (InvitationRow.status == str(InvitationStatus.OPEN)) & (
        InvitationRow.code_sha256 == seen.code_sha256
    )
    write = Transaction()
    write.update(INVITATION, row, actions, as_seen)
    write.put("the audit entry", audit_row(entry))
    return write


def _happens(write: Transaction) -> bool:
    try:
        with write:
            pass
    except ConditionFailed:
        return False
    return True


def _invitation(row: InvitationRow) -> Invitation:
    return record(Invitation, row, expires_at=iso(datetime.fromtimestamp(int(row.expires_at), UTC)))


def _new_row(kept: KeptInvitation) -> InvitationRow:
    made = kept.invitation
    fields = made.model_dump(mode="json", exclude_none=True, exclude={"expires_at"})
    return InvitationRow(
        zone_pk(made.zone_id),
        PREFIX + made.invitation_id,
        zone_key=invitations_of_zone(made.zone_id),
        listed_at=f"{made.created_at}#{made.invitation_id}",
        code_sha256=kept.code_sha256,
        request_hash=kept.request_hash,
        expires_at=int(datetime.fromisoformat(made.expires_at).timestamp()),
        **fields,
    )
