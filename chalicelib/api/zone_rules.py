"""A zone's rules."""

from pydantic import Field

from ..bootstrap import container
from ..domain.model import Model
from ..domain.zone_rules import ZoneRules
from ..services.zone_rules import RulesOfZone
from .callers import UserCaller
from .routing import Routes

routes = Routes("zone_rules")


class RulesEdit(Model):
    """All of the rules; what is left out becomes the default."""

    expected_version: int = Field(ge=0, description="version of the rules that you edited.")
    rules: ZoneRules


@routes.get("/api/zones/{zone_id}/rules")
def read_rules(caller: UserCaller, zone_id: str) -> RulesOfZone:
    """Read the zone's rules, also as sentences."""
    return container().zone_rules.read(caller.principal, zone_id)


@routes.put("/api/zones/{zone_id}/rules", errors=(409,))
def change_rules(caller: UserCaller, zone_id: str, body: RulesEdit) -> RulesOfZone:
    """Change the zone's rules (admins only)."""
    return container().zone_rules.change(caller.principal, zone_id, body.expected_version, body.rules)
