"""Whatever people do, in whatever order: nothing is deployed that too few of the right people approved."""

from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.adapters.dynamodb.members import member_sk
from chalicelib.adapters.dynamodb.tables import MemberRow, zone_pk
from chalicelib.domain.errors import AlethiaError
from chalicelib.domain.words import JobType, Role
from chalicelib.domain.zone_rules import ZoneRules
from chalicelib.services.access import Principal
from tests.support.people import join
from tests.support.runs import ADA, World

PEOPLE = ("bob", "cid", "dan", "pat")
EVERYBODY = ("ada", *PEOPLE)

ACTS = [
    *(("approve", who) for who in EVERYBODY for _ in range(5)),
    *(("approve an older plan", who) for who in EVERYBODY),
    *(("plan again", who) for who in ("bob", "pat")),
    *((role, who) for role in ("planner", "admin", "viewer") for who in ("bob", "pat")),
    ("reject", "cid"),
    ("reject", "pat"),
    ("edit", "ada"),
    ("forbid the planner", "ada"),
    ("one approval more", "ada"),
]
"""What may happen next; approvals are the likeliest, so that many sequences come to an end."""


@dataclass
class Model:
    """What the rules say, kept apart from the code."""

    needed: int
    planner_may: bool
    roles: dict[str, Role]
    planner: str = ""
    approved: set[str] = field(default_factory=set)
    rejected: bool = False
    stale: bool = False
    deployed: bool = False

    def may_approve(self, user: str) -> bool:
        return self.roles[user].includes(Role.APPROVER) and (self.planner_may or user != self.planner)

    def approve(self, user: str) -> None:
        if self.may_approve(user) and not (self.rejected or self.stale or self.deployed):
            self.approved.add(user)
            self.deployed = sum(map(self.may_approve, self.approved)) >= self.needed


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
@given(st.integers(1, 3), st.booleans(), st.lists(st.sampled_from(ACTS), min_size=3, max_size=12))
def test_a_deploy_has_its_approvals(
    world: World, needed: int, planner_may: bool, sequence: list[tuple[str, str]]
) -> None:
    model = begin(world, needed, planner_may)
    older = ["0" * 64]
    for act, who in sequence:
        match act:
            case "approve":
                attempt(world, who, str(world.run.plan_digest))
                model.approve(who)
            case "approve an older plan":
                attempt(world, who, older[-1])
            case "reject":
                attempt(world, who, str(world.run.plan_digest), reject=True)
                if model.roles[who].includes(Role.APPROVER) and not model.deployed:
                    model.rejected = True
            case "plan again":
                if not model.deployed and model.roles[who].includes(Role.PLANNER):
                    older.append(str(world.run.plan_digest))
                    plan(world, who)
                    model.planner, model.approved = who, set()
                    model.rejected = model.stale = False
            case "edit":
                world.edit(queues=[{"name": f"emails-{world.spec.current_rev}"}])
                model.stale = True
            case "forbid the planner" | "one approval more":
                model.planner_may &= act != "forbid the planner"
                model.needed += act == "one approval more" and model.needed < 4
                set_rules(world, model)
            case role:
                give_role(world, who, role)
                model.roles[who] = Role(role)
        check(world, model)


def begin(world: World, needed: int, planner_may: bool) -> Model:
    """A fresh plan in review, of a spec that nobody holds."""
    roles = {"ada": Role.ADMIN, "bob": Role.APPROVER, "cid": Role.APPROVER, "dan": Role.APPROVER}
    model = Model(needed=needed, planner_may=planner_may, roles=roles | {"pat": Role.PLANNER})
    for user in PEOPLE:
        if world.run_id:
            give_role(world, user, str(model.roles[user]))
        else:
            join(world.zone_id, user, str(model.roles[user]))
    if world.run_id and world.run.status == "APPROVED":
        world.cancel()
    set_rules(world, model)
    plan(world, "ada")
    model.planner = "ada"
    return model


def plan(world: World, who: str) -> None:
    world.run_id = world.container.runs.start_plan(Principal(who), world.spec_id).run_id
    world.machine.play()
    world.claim()
    world.report_plan()


def set_rules(world: World, model: Model) -> None:
    service = world.container.zone_rules
    rules = ZoneRules(approvals_needed=model.needed, planner_may_approve=model.planner_may)
    service.change(ADA, world.zone_id, service.read(ADA, world.zone_id).version, rules)


def give_role(world: World, user: str, role: str) -> None:
    row = MemberRow(zone_pk(world.zone_id), member_sk(world.zone_id, user))
    row.update([MemberRow.role.set(role)])


def attempt(world: World, who: str, digest: str, *, reject: bool = False) -> None:
    decide = world.container.decisions.reject if reject else world.container.decisions.approve
    try:
        decide(Principal(who), world.run_id, plan_digest=digest)
    except AlethiaError:
        return
    world.machine.play()


def check(world: World, model: Model) -> None:
    run = world.run
    assert (run.apply_job_id is not None) is model.deployed, (run, model)
    if not model.deployed:
        return
    assert run.apply_job_id is not None
    job = world.container.job_store.get(run.apply_job_id)
    assert job is not None
    assert (job.job_type, job.plan_job_id) == (JobType.DEPLOY, run.run_id)
    said = {one.by for one in run.decisions if one.plan_digest == run.plan_digest}
    assert model.approved <= said
    assert all(one.verdict == "approve" for one in run.decisions)
