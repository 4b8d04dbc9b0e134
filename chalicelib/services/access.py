"""Who may do what in a zone: viewer ⊂ planner ⊂ approver ⊂ admin."""

from dataclasses import dataclass

from ..domain.errors import Forbidden, NotFound
from ..domain.words import Role
from .ports.zones import Zones


@dataclass(frozen=True)
class Principal:
    """A signed-in person; ``user`` is the subject that their issuer names them by."""

    user: str


class Access:
    """Checks a person's role in a zone."""

    def __init__(self, zones: Zones) -> None:
        self._zones = zones

    def require(self, principal: Principal, zone_id: str, role: Role) -> Role:
        """The person's role in the zone, which is at least `role`.

        Raises
        ------
        NotFound
            Not a member: to a stranger, a zone that exists looks like one that doesn't.
        Forbidden
            A member, with too small a role; the message names the one needed.
        """
        held = self._zones.role_of(zone_id, principal.user)
        if held is None:
            raise NotFound("There is no such thing here, or it is not yours.")
        if not held.includes(role):
            raise Forbidden(
                f"This needs the role {role} in the zone; yours is {held}. A zone admin can change it.",
                details={"needed": str(role), "held": str(held)},
            )
        return held
