"""Invitations: an admin makes one, its code is shown once, whoever brings the code joins; once.

A code is ``{zone}.{invitation}.{secret}``: it names its invitation, so that accepting is one read, and only
the sha256 of the secret is kept. To somebody whose code does not open anything, all reasons look the same.
"""

import hmac
import secrets
from datetime import datetime, timedelta

from pydantic import Field

from ..domain.audit import AuditEntry
from ..domain.errors import Conflict, NotFound, Unavailable
from ..domain.ids import id_for, is_id
from ..domain.invitation import Invitation, InvitationStatus
from ..domain.model import Model
from ..domain.snapshot import sha256_hex
from ..domain.words import Role
from ..domain.zone import Member, ZoneOfMember, member_id_of
from .access import Access, Principal
from .audit import Audit
from .paging import Page, PageRequest
from .ports.clock import Clock, iso
from .ports.invitations import Invitations, KeptInvitation
from .ports.zones import Members, Zones

SECRET_BYTES = 32
TRIES = 4
"""Writes that one call may lose to others before it asks the caller to come again."""

USELESS = (
    "This invitation can't be used: there is none with this code, or it was used, withdrawn or has expired. "
    "Ask an admin of the zone for a new one."
)
NOT_ANY_MORE = "It was used, withdrawn or has expired, or its maker is no admin any more."
BUSY = "The zone is being changed just now; repeating the request is safe."


class NewInvitation(Model):
    """An invitation and its code, which is not shown again."""

    invitation: Invitation
    code: str = Field(repr=False, description="To be given to the person; shown this once.")


class InvitationService:
    """Invitations to zones."""

    def __init__(
        self,
        invitations: Invitations,
        members: Members,
        zones: Zones,
        access: Access,
        audit: Audit,
        clock: Clock,
    ) -> None:
        self._invitations = invitations
        self._members = members
        self._zones = zones
        self._access = access
        self._audit = audit
        self._clock = clock

    def create(
        self,
        principal: Principal,
        zone_id: str,
        role: Role,
        email: str | None,
        lifetime: timedelta,
        key: str | None,
        request_hash: str,
    ) -> NewInvitation:
        """Invite somebody. A repeat with the same idempotency key gets a fresh code for the same invitation:
        the code of an answer that was lost is known to nobody, and ends.

        Raises
        ------
        Conflict
            The key was used for another request, or its invitation is not open any more.
        """
        self._access.require(principal, zone_id, Role.ADMIN)
        now = self._clock.now()
        invitation = Invitation(
            invitation_id=id_for("invitation", f"{principal.user} {zone_id} invitations", key),
            zone_id=zone_id,
            role=role,
            email=email,
            expires_at=_whole_seconds(now + lifetime),
            created_at=iso(now),
            created_by=principal.user,
        )
        secret = secrets.token_urlsafe(SECRET_BYTES)
        kept = KeptInvitation(invitation, sha256_hex(secret), request_hash)
        after = {"role": str(role), "email": email, "expires_at": invitation.expires_at}
        if not self._invitations.create(kept, self._entry(principal, invitation, "created", after=after)):
            invitation = self._renewed(principal, kept)
        code = f"{zone_id}.{invitation.invitation_id}.{secret}"
        return NewInvitation(invitation=invitation, code=code)

    def list(self, principal: Principal, zone_id: str, page: PageRequest) -> Page[Invitation]:
        """The zone's invitations, newest first; for its admins."""
        self._access.require(principal, zone_id, Role.ADMIN)
        found = self._invitations.of_zone(zone_id, page)
        now = iso(self._clock.now())
        return Page(items=[one.at(now) for one in found.items], next_cursor=found.next_cursor)

    def revoke(self, principal: Principal, zone_id: str, invitation_id: str) -> None:
        """Withdraw an invitation; one that is withdrawn or has expired needs nothing.

        Raises
        ------
        Conflict
            Somebody accepted it: remove the member instead.
        """
        self._access.require(principal, zone_id, Role.ADMIN)
        for _ in range(TRIES):
            seen = self._invitations.get(zone_id, invitation_id)
            if seen is None:
                raise NotFound("There is no such invitation in this zone.")
            match seen.invitation.status:
                case InvitationStatus.ACCEPTED:
                    raise Conflict(
                        f"{seen.invitation.accepted_by} accepted this invitation. Remove the member instead.",
                        details={"member_id": member_id_of(zone_id, str(seen.invitation.accepted_by))},
                    )
                case InvitationStatus.REVOKED:
                    return
            if self._invitations.revoke(seen, self._entry(principal, seen.invitation, "revoked")):
                return
        raise Unavailable(BUSY)

    def accept(self, principal: Principal, code: str) -> ZoneOfMember:
        """Join the zone that the code is for. A member keeps the larger of their roles; accepting again
        answers the same, for as long as they are a member.

        Raises
        ------
        NotFound
            The code opens nothing (any more).
        """
        for _ in range(TRIES):
            seen = self._opened(principal, code)
            zone_id = seen.invitation.zone_id
            member_id = member_id_of(zone_id, principal.user)
            there = self._members.get(zone_id, member_id)
            if seen.invitation.accepted_by == principal.user and there:
                return self._answer(zone_id, there.role)
            if seen.invitation.at(iso(self._clock.now())).status is not InvitationStatus.OPEN:
                raise self._refusal(principal, seen)
            held = there.role if there else None
            if not self._counts(seen, principal, held):
                raise self._refusal(principal, seen)
            role = held if held and held.includes(seen.invitation.role) else seen.invitation.role
            since = there.since if there else iso(self._clock.now())
            member = Member(member_id=member_id, user=principal.user, role=role, since=since)
            entry = self._entry(
                principal,
                seen.invitation,
                "accepted",
                before={"role": str(held)} if held else None,
                after={"user": principal.user, "role": str(role), "invited_by": seen.invitation.created_by},
            )
            if self._invitations.accept(seen, member, held, entry):
                return self._answer(zone_id, role)
        raise Unavailable(BUSY)

    def _opened(self, principal: Principal, code: str) -> KeptInvitation:
        """The invitation that the code proves knowledge of."""
        zone_id, _, rest = code.partition(".")
        invitation_id, _, secret = rest.partition(".")
        if is_id(zone_id) and is_id(invitation_id) and secret:
            seen = self._invitations.get(zone_id, invitation_id)
            if seen and hmac.compare_digest(seen.code_sha256, sha256_hex(secret)):
                return seen
        raise self._refusal(principal, None)

    def _refusal(self, principal: Principal, seen: KeptInvitation | None) -> NotFound:
        """One sentence for all; the audit knows more. Only who has a true code can write into a zone's."""
        self._audit.refused(
            seen.invitation.zone_id if seen else None,
            actor=f"user:{principal.user}",
            action="invitation.refused",
            subject=seen.invitation.invitation_id if seen else "unknown",
            reason=NOT_ANY_MORE if seen else "There is none with this code.",
        )
        return NotFound(USELESS)

    def _counts(self, seen: KeptInvitation, principal: Principal, held: Role | None) -> bool:
        """Whether its maker is an admin still: who was put out leaves no way in behind."""
        maker = seen.invitation.created_by
        if maker != principal.user:
            held = self._zones.role_of(seen.invitation.zone_id, maker)
        return held is Role.ADMIN

    def _renewed(self, principal: Principal, wanted: KeptInvitation) -> Invitation:
        seen = self._invitations.get(wanted.invitation.zone_id, wanted.invitation.invitation_id)
        if seen is None or seen.request_hash != wanted.request_hash:
            raise Conflict("This idempotency key was used for a different request.")
        entry = self._entry(principal, seen.invitation, "renewed")
        if not self._invitations.renew(seen, wanted.code_sha256, entry):
            raise Conflict("The invitation of this idempotency key is not open any more. Make another one.")
        return seen.invitation.at(wanted.invitation.created_at)

    def _answer(self, zone_id: str, role: Role) -> ZoneOfMember:
        zone = self._zones.get(zone_id)
        return ZoneOfMember(zone_id=zone_id, name=zone.name if zone else "", role=role)

    def _entry(
        self,
        principal: Principal,
        invitation: Invitation,
        what: str,
        before: dict[str, str] | None = None,
        after: dict[str, str | None] | None = None,
    ) -> AuditEntry:
        return self._audit.entry(
            invitation.zone_id,
            actor=f"user:{principal.user}",
            action=f"invitation.{what}",
            subject=invitation.invitation_id,
            before=before,
            after=after,
        )


def _whole_seconds(moment: datetime) -> str:
    return iso(moment.replace(microsecond=0))
