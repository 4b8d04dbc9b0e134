"""A zone: the workspace that specs, identities and people belong to."""

from .ids import derived_id
from .model import Model
from .words import Role
from .zone_rules import ZoneRules

MAX_SUBJECT = 200


class Zone(Model):
    """One workspace."""

    zone_id: str
    name: str
    created_at: str
    created_by: str
    rules: ZoneRules = ZoneRules()
    rules_version: int = 0
    """Rises with each change of the rules; an edit names the one that it was made of."""


class ZoneOfMember(Model):
    """A zone as one of its members sees it in their list."""

    zone_id: str
    name: str
    role: Role


class Member(Model):
    """A person in a zone."""

    member_id: str
    """Names the person in paths: an issuer's subjects may hold any symbol."""
    user: str
    """The subject that the person's issuer names them by."""
    role: Role
    since: str


def is_subject(text: str) -> bool:
    """Whether an issuer may name a person so."""
    return 0 < len(text) <= MAX_SUBJECT and text.isprintable()


def member_id_of(zone_id: str, user: str) -> str:
    """The one id that a person has in a zone, member or not."""
    return derived_id("member", zone_id, user)
