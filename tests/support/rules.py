"""A zone's rules and people, as tests of approvals set them."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from chalicelib.adapters.dynamodb.audit import audit_pk
from chalicelib.adapters.dynamodb.members import member_sk
from chalicelib.adapters.dynamodb.tables import AuditRow, MemberRow, zone_pk
from chalicelib.domain.errors import AlethiaError
from chalicelib.domain.zone_rules import ZoneRules
from chalicelib.services.access import Principal

from .people import join
from .runs import ADA, World


def set_rules(world: World, **rules: Any) -> None:
    service = world.container.zone_rules
    service.change(ADA, world.zone_id, service.read(ADA, world.zone_id).version, ZoneRules(**rules))


def people(world: World, *users: str, role: str = "approver") -> list[Principal]:
    return [join(world.zone_id, user, role) for user in users]


def give_role(world: World, user: str, role: str) -> None:
    """Another role for a member."""
    key = (zone_pk(world.zone_id), member_sk(world.zone_id, user))
    MemberRow(*key).update([MemberRow.role.set(role)])


def entries(world: World, action: str) -> list[dict[str, Any]]:
    """Audit entries of one action, oldest first."""
    found = [row.entry for row in AuditRow.query(audit_pk(world.zone_id))]
    return [entry for entry in found if entry["action"] == action]


def together(*acts: Any) -> list[Any]:
    """What each answers (or is refused with), all begun at once."""
    gate = Barrier(len(acts))

    def act(one: Any) -> Any:
        gate.wait()
        try:
            return one()
        except AlethiaError as error:
            return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(act, acts))
