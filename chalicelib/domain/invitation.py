"""An invitation: a role in a zone for whoever brings its code, once, until it expires."""

from enum import StrEnum

from .model import Model
from .words import Role


class InvitationStatus(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    REVOKED = "revoked"
    EXPIRED = "expired"
    """Open on its row, and past its time: nothing has to run for it to become so."""


class Invitation(Model):
    """One invitation, without its code: that was shown once, and only its sha256 is kept."""

    invitation_id: str
    zone_id: str
    role: Role
    email: str | None = None
    """A note on whom it is for. Nothing is sent there, and whoever brings the code may accept."""
    status: InvitationStatus = InvitationStatus.OPEN
    expires_at: str
    created_at: str
    created_by: str
    accepted_by: str | None = None

    def at(self, now: str) -> "Invitation":
        """As it stands at `now` (a time as rows carry it)."""
        if self.status is InvitationStatus.OPEN and self.expires_at <= now:
            return self.model_copy(update={"status": InvitationStatus.EXPIRED})
        return self
