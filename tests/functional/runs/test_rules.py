"""A zone's rules as people meet them: the routes, what bad rules get, and what the trail says."""

from typing import Any

import pytest

from alethia.embedded.gateway import Gateway
from chalicelib.adapters.dynamodb.audit import audit_pk
from chalicelib.adapters.dynamodb.tables import AuditRow
from chalicelib.domain.errors import Conflict
from chalicelib.domain.zone_rules import ZoneRules
from tests.support.api import Api
from tests.support.people import join
from tests.support.rules import entries, people, together
from tests.support.runs import ADA, World


@pytest.fixture
def api_of(world: World) -> Api:
    from app import app

    return Api(Gateway(app), world.container)


def test_rules_are_read_by_members_and_changed_by_admins(world: World, api_of: Api) -> None:
    people(world, "bob")
    join(world.zone_id, "vic", "viewer")
    ada, path = api_of.as_user("ada"), f"/api/zones/{world.zone_id}/rules"
    before = api_of.as_user("vic").get(path).json
    assert (before["version"], before["rules"]["approvals_needed"]) == (0, 1)
    edit = {
        "expected_version": 0,
        "rules": {
            "approvals_needed": 2,
            "change_windows": [{"days": ["tue", "mon"], "begins": "22:00", "ends": "04:00"}],
        },
    }
    assert api_of.as_user("bob").put(path, edit).status == 403
    assert api_of.as_user("eve").put(path, edit).status == 404
    changed = ada.put(path, edit)
    assert (changed.status, changed.json["version"]) == (200, 1)
    assert "An apply or destroy may start Mon, Tue 22:00-04:00 (next day) UTC." in changed.json["in_words"]
    assert changed.json["next_opening"] == "2026-03-02T22:00:00.000Z"
    assert ada.put(path, edit).json == changed.json  # the same again changes nothing
    stale = ada.put(path, {"expected_version": 0, "rules": {}})
    assert (stale.status, stale.error["code"], stale.error["details"]["version"]) == (409, "StaleEdit", 1)
    (entry,) = entries(world, "rules.changed")
    assert (entry["actor"], entry["before"]["approvals_needed"]) == ("user:ada", 1)
    assert entry["origin"]["route"] == "PUT /api/zones/{zone_id}/rules"
    assert set(entry["after"]) == {"approvals_needed", "change_windows"}


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ({"approvals_needed": 0}, "rules.approvals_needed"),
        ({"approvals_needed": 11}, "rules.approvals_needed"),
        ({"review_seconds": 10}, "rules.review_seconds"),
        ({"default_runner": "nobodys"}, "rules.default_runner"),
        ({"quorum": 2}, "rules.quorum"),
        (
            {"change_windows": [{"days": ["mon"], "begins": "08:00", "ends": "09:00", "time_zone": "Mars"}]},
            "rules.change_windows[0].time_zone",
        ),
        (
            {"change_windows": [{"days": ["mon"], "begins": "0\u0668:00", "ends": "09:00"}]},
            "rules.change_windows[0].begins",
        ),
    ],
)
def test_bad_rules_are_refused_by_field(world: World, api_of: Api, rules: dict[str, Any], field: str) -> None:
    path = f"/api/zones/{world.zone_id}/rules"
    reply = api_of.as_user("ada").put(path, {"expected_version": 0, "rules": rules})
    assert (reply.status, list(reply.problems)) == (422, [field])


def test_two_edits_at_the_same_instant_make_one_change(world: World) -> None:
    change = world.container.zone_rules.change
    answers = together(
        *(
            lambda n=n: change(ADA, world.zone_id, 0, ZoneRules(approvals_needed=n))  # type: ignore[misc]
            for n in (2, 3)
        )
    )
    assert sum(isinstance(answer, Conflict) for answer in answers) == 1
    assert world.container.zone_rules.read(ADA, world.zone_id).version == 1
    assert len(entries(world, "rules.changed")) == 1


def test_every_act_on_a_run_is_in_the_trail(world: World, api_of: Api) -> None:
    ada = api_of.as_user("ada")
    world.to_review()
    replaced = world.run_id
    world.run_id = ada.post(f"/api/jobs/{world.run_id}/rerun", {}).json["run_id"]
    world.machine.play()
    world.claim()
    ada.post(f"/api/jobs/{world.run_id}/cancel")
    ada.post(f"/api/jobs/{world.run_id}/cancel")  # asked twice, told once
    trail = [
        (row.entry["action"], row.entry["subject"], row.entry["actor"])
        for row in AuditRow.query(audit_pk(world.zone_id))
        if row.entry["action"].split(".")[0] in ("run", "job") and row.entry["action"] != "job.claimed"
    ]
    assert sorted(trail) == sorted(
        [
            ("run.planned", replaced, "user:ada"),
            ("run.planned", world.run_id, "user:ada"),
            ("run.superseded", replaced, "user:ada"),
            ("job.rerun", replaced, "user:ada"),
            ("job.cancelled", world.run_id, "user:ada"),
        ]
    )


def test_a_check_in_the_background_is_taken_last(world: World, api_of: Api) -> None:
    made = api_of.as_user("ada").post(f"/api/specs/{world.spec_id}/plan", {"background": True})
    world.run_id = made.json["run_id"]
    assert world.job.urgency == "background"
