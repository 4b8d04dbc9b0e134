"""A cloud identity: a linked account, and how Alethia comes to act in it without a stored key."""

from enum import StrEnum

from .model import Model
from .words import CloudProvider


class IdentityStatus(StrEnum):
    PENDING = "PENDING"
    """Linked, and its connection never tested."""
    VERIFIED = "VERIFIED"
    DEGRADED = "DEGRADED"
    """It worked once; the last test did not."""


class Identity(Model):
    """One linked account."""

    identity_id: str
    zone_id: str
    provider: CloudProvider
    name: str
    account_id: str | None = None
    """AWS account id, GCP project id or Azure subscription id."""
    role_reference: str | None = None
    """AWS: the role to assume; ``None`` uses the runner's own identity."""
    external_id: str | None = None
    """AWS: what the role's trust policy must ask for; ours, and no secret."""
    status: IdentityStatus = IdentityStatus.PENDING
    created_at: str
