"""A zone: the workspace that specs, identities and people belong to."""

from .model import Model
from .words import Role
from .zone_rules import ZoneRules


class Zone(Model):
    """One workspace."""

    zone_id: str
    name: str
    created_at: str
    created_by: str
    rules: ZoneRules = ZoneRules()


class ZoneOfMember(Model):
    """A zone as one of its members sees it in their list."""

    zone_id: str
    name: str
    role: Role
