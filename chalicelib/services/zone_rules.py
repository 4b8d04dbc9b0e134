"""A zone's rules, for the people of the zone: everybody reads them, admins change them."""

from ..domain.errors import FieldProblem, InvalidInput, NotFound, StaleEdit
from ..domain.model import Model
from ..domain.words import Role
from ..domain.zone import Zone
from ..domain.zone_rules import ZoneRules
from .access import Access, Principal
from .audit import Audit
from .ports.clock import Clock, iso
from .ports.ledger import ChangeRules, ExpectRole, Ledger, LostRace, WriteAudit
from .ports.zones import Zones
from .runner_choice import RunnerChoice


class RulesOfZone(Model):
    """The rules as they are."""

    zone_id: str
    version: int
    """Rises with each change; an edit names the one that it was made of."""
    rules: ZoneRules
    in_words: list[str]
    """The rules as sentences."""
    next_opening: str | None = None
    """When the next change window opens; ``None`` while one is open, or when there are none."""


class ZoneRulesService:
    """Reads and changes rules."""

    def __init__(
        self,
        *,
        zones: Zones,
        ledger: Ledger,
        access: Access,
        audit: Audit,
        runner_choice: RunnerChoice,
        clock: Clock,
    ) -> None:
        self._zones = zones
        self._ledger = ledger
        self._access = access
        self._audit = audit
        self._runner_choice = runner_choice
        self._clock = clock

    def read(self, principal: Principal, zone_id: str) -> RulesOfZone:
        """The rules of a zone that the caller is a member of."""
        self._access.require(principal, zone_id, Role.VIEWER)
        return self._shown(self._zone(zone_id))

    def change(
        self, principal: Principal, zone_id: str, expected_version: int, rules: ZoneRules
    ) -> RulesOfZone:
        """Put `rules` in the place of those of `expected_version`; rules that are there already stay.

        Raises
        ------
        StaleEdit
            Somebody else changed the rules first.
        InvalidInput
            The zone has no such default runner.
        """
        self._access.require(principal, zone_id, Role.ADMIN)
        zone = self._zone(zone_id)
        if zone.rules == rules:
            return self._shown(zone)
        if zone.rules_version != expected_version:
            raise _stale(zone)
        if rules.default_runner is not None and rules.default_runner != zone.rules.default_runner:
            self._require_runner(zone_id, rules.default_runner)
        entry = self._audit.entry(
            zone_id,
            actor=f"user:{principal.user}",
            action="rules.changed",
            subject=zone_id,
            before=zone.rules.model_dump(mode="json"),
            after=rules.model_dump(mode="json"),
        )
        try:
            self._ledger.commit(
                ChangeRules(zone_id, expected_version, rules),
                ExpectRole(zone_id, principal.user, Role.ADMIN),
                WriteAudit(entry),
            )
        except LostRace:
            self._access.require(principal, zone_id, Role.ADMIN)
            now = self._zone(zone_id)
            if now.rules != rules:
                raise _stale(now) from None
        return self._shown(self._zone(zone_id))

    def _require_runner(self, zone_id: str, runner: str) -> None:
        try:
            self._runner_choice.of(zone_id, runner)
        except InvalidInput as error:
            path = ("rules", "default_runner")
            raise InvalidInput([FieldProblem(path, one.message) for one in error.problems]) from None

    def _zone(self, zone_id: str) -> Zone:
        zone = self._zones.get(zone_id)
        if zone is None:
            raise NotFound("There is no such zone, or it is not yours.")
        return zone

    def _shown(self, zone: Zone) -> RulesOfZone:
        opens = zone.rules.opens_at(self._clock.now())
        return RulesOfZone(
            zone_id=zone.zone_id,
            version=zone.rules_version,
            rules=zone.rules,
            in_words=zone.rules.in_words(),
            next_opening=iso(opens) if opens else None,
        )


def _stale(zone: Zone) -> StaleEdit:
    return StaleEdit(
        f"The zone's rules have been changed since (they are at version {zone.rules_version} now). "
        "Read them again, then repeat.",
        details={"version": zone.rules_version},
    )
