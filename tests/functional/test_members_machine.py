"""Whatever people do to a zone's members and invitations, in any order, it is what a simple model says:

there is an admin always, nobody has a role that no admin gave them, and who may not do a thing changes
nothing. The rows agree with each other: by zone, by person, and the count of admins.
"""

from datetime import timedelta
from typing import Any, NamedTuple

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from chalicelib.adapters.dynamodb.tables import ZoneRow, zone_pk
from chalicelib.domain.errors import AlethiaError
from chalicelib.domain.words import Role
from chalicelib.domain.zone import member_id_of
from chalicelib.services.access import Principal
from chalicelib.services.paging import PageRequest
from tests.support.api import Api

PEOPLE = st.sampled_from(["ada", "bob", "eve", "auth0|zoë"])
ROLES = st.sampled_from(list(Role))
ALL = PageRequest(limit=100)


class Given(NamedTuple):
    """An invitation that somebody made."""

    code: str
    id: str
    role: Role
    by: str


class PeopleOfAZone(RuleBasedStateMachine):
    """``roles`` is the model: who is in the zone, as what."""

    api: Api

    @initialize()
    def begin(self) -> None:
        services = self.api.container
        self.members, self.invitations = services.members, services.invitations
        self.zone = services.zones.create(Principal("ada"), "Shop", None, "h").zone_id
        self.roles = {"ada": Role.ADMIN}
        self.open: list[Given] = []

    def admins(self) -> list[str]:
        return [user for user, role in self.roles.items() if role is Role.ADMIN]

    def is_last(self, user: str) -> bool:
        return self.admins() == [user]

    def tries(self, allowed: bool, act: Any, *arguments: Any) -> Any:
        """`act` succeeds if and only if the model allows it."""
        try:
            answer = act(*arguments)
        except AlethiaError:
            assert not allowed
            return None
        assert allowed
        return answer

    @rule(by=PEOPLE, user=PEOPLE, role=ROLES)
    def add(self, by: str, user: str, role: Role) -> None:
        allowed = by in self.admins() and self.roles.get(user, role) is role
        if self.tries(allowed, self.members.add, Principal(by), self.zone, user, role):
            self.roles[user] = role

    @rule(by=PEOPLE, user=PEOPLE, role=ROLES)
    def change(self, by: str, user: str, role: Role) -> None:
        stays = role is Role.ADMIN or not self.is_last(user)
        allowed = by in self.admins() and user in self.roles and stays
        member = member_id_of(self.zone, user)
        if self.tries(allowed, self.members.change, Principal(by), self.zone, member, role):
            self.roles[user] = role

    @rule(by=PEOPLE, user=PEOPLE)
    def remove(self, by: str, user: str) -> None:
        may = by in self.admins() or (by == user and by in self.roles)
        allowed = may and user in self.roles and not self.is_last(user)
        self.tries(allowed, self.members.remove, Principal(by), self.zone, member_id_of(self.zone, user))
        if allowed:
            del self.roles[user]

    @rule(by=PEOPLE, role=ROLES)
    def invite(self, by: str, role: Role) -> None:
        how = (Principal(by), self.zone, role, None, timedelta(days=7), None, "h")
        made = self.tries(by in self.admins(), self.invitations.create, *how)
        if made:
            self.open.append(Given(made.code, made.invitation.invitation_id, role, by))

    @rule(user=PEOPLE, which=st.integers(0, 5))
    def accept(self, user: str, which: int) -> None:
        if which >= len(self.open):
            return
        given = self.open[which]
        joined = self.tries(given.by in self.admins(), self.invitations.accept, Principal(user), given.code)
        if joined:
            self.open.remove(given)
            held = self.roles.get(user)
            self.roles[user] = held if held and held.includes(given.role) else given.role
            assert joined.role is self.roles[user]

    @rule(by=PEOPLE, which=st.integers(0, 5))
    def revoke(self, by: str, which: int) -> None:
        if which < len(self.open):
            given = self.open[which]
            allowed = by in self.admins()
            self.tries(allowed, self.invitations.revoke, Principal(by), self.zone, given.id)
            if allowed:
                self.open.remove(given)

    @invariant()
    def the_rows_say_what_the_model_says(self) -> None:
        listed = self.api.container.member_store.of_zone(self.zone, ALL).items
        assert {member.user: member.role for member in listed} == self.roles
        assert ZoneRow.get(zone_pk(self.zone), "ZONE").admins == len(self.admins()) >= 1

    def teardown(self) -> None:
        zones = self.api.container.zone_store
        for user in ("ada", "bob", "eve", "auth0|zoë"):
            mine = {zone.zone_id: zone.role for zone in zones.of_member(user, ALL).items}
            assert mine.get(self.zone) == self.roles.get(user)


def test_whatever_people_do_to_each_other(api: Api) -> None:
    class InThisApi(PeopleOfAZone):
        pass

    InThisApi.api = api
    profile: dict[str, Any] = {
        "max_examples": 12,
        "stateful_step_count": 25,
        "deadline": None,
        "suppress_health_check": list(HealthCheck),
    }
    run_state_machine_as_test(InThisApi, settings=settings(**profile))
