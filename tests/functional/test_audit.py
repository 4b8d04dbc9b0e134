"""Every change that a person makes leaves an entry: who, what, by which route, from where; and no secret.

The routes are the app's own: one that is missing from the story below fails, unless it says why.
"""

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from chalicelib.domain.audit import AuditEntry, AuditOutcome
from chalicelib.services.paging import PageRequest
from tests.support.api import Api, Reply
from tests.support.outside import SECRETS
from tests.support.populated import PopulatedZone, populated_zone
from tests.support.right_requests import OPERATIONS, RightRequest, label, right_request

ADMIN, NEWCOMER = "admin", "somebody"

CHANGES = {
    label(operation): operation
    for operation in OPERATIONS
    if operation.method != "GET" and operation.caller and operation.caller.kind == "user"
}

ELSEWHERE = {
    "POST /api/specs/{spec_id}/state/rollback": "needs two versions and no run: test_state_admin.py",
}
"""Route → why it is not in the story, and where its entry is tested."""


class Step(NamedTuple):
    """A route, and what its request says otherwise than the right request of a populated zone."""

    route: str
    ids: dict[str, str] = {}
    body: dict[str, Any] | None = None
    by: str = ADMIN


def a_day(zone: PopulatedZone) -> Generator[Step, Reply, None]:
    """Every change once, in an order in which each succeeds; sent the answer to each."""
    path = "/api/zones/{zone_id}"
    yield Step("POST /api/zones")
    yield Step(f"PUT {path}", body={"name": "Store"})
    yield Step(f"PUT {path}/rules", body={"expected_version": 0, "rules": {"review_seconds": 86400}})
    yield Step(f"POST {path}/members")
    yield Step(f"PUT {path}/members/{{member_id}}")
    yield Step(f"DELETE {path}/members/{{member_id}}")
    yield Step("POST /api/invitations/accept", by=NEWCOMER)
    invited = yield Step(f"POST {path}/invitations")
    invitation = {"invitation_id": invited.json["invitation"]["invitation_id"]}
    yield Step(f"DELETE {path}/invitations/{{invitation_id}}", invitation)

    yield Step(f"POST {path}/identities/{{identity_id}}/test")
    yield Step(f"POST {path}/identities/{{identity_id}}/fetch-resources")
    linked = yield Step(f"POST {path}/identities")
    identity = {"identity_id": linked.json["identity_id"]}
    yield Step(f"PUT {path}/identities/{{identity_id}}", identity)
    yield Step(f"DELETE {path}/identities/{{identity_id}}", identity)
    yield Step(f"PUT {path}/git-links/{{host}}")
    yield Step(f"DELETE {path}/git-links/{{host}}")

    yield Step("POST /api/runs/{run_id}/approve")
    yield Step("POST /api/jobs/{job_id}/cancel", {"job_id": zone.waiting.job.job_id})
    zone.waiting.machine.play()
    yield Step("POST /api/jobs/{job_id}/rerun", {"job_id": zone.waiting.run_id})
    zone.queued.claim()
    zone.queued.report_plan()
    rejected = {"plan_digest": str(zone.queued.run.plan_digest)}
    yield Step("POST /api/runs/{run_id}/reject", {"run_id": zone.queued.run_id}, rejected)

    made = yield Step("POST /api/specs")
    spec = {"spec_id": made.json["spec_id"]}
    edited = {**made.json["form"], "queues": [{"name": "emails"}], "expected_rev": 1}
    yield Step("PUT /api/specs/{spec_id}", spec, edited)
    yield Step("POST /api/specs/{spec_id}/convert", spec)
    yield Step("DELETE /api/specs/{spec_id}", spec)
    yield Step("POST /api/specs/{spec_id}/bootstrap", {"spec_id": zone.queued.spec_id})
    yield Step("POST /api/specs/{spec_id}/plan", {"spec_id": zone.queued.spec_id})
    yield Step("POST /api/specs/{spec_id}/state/break-lock", body=broken_lock(zone))
    zone.working.report()
    yield Step("POST /api/specs/{spec_id}/destroy", {"spec_id": zone.working.spec_id})

    yield Step(f"POST {path}/runners")
    for act in ("rotate", "drain", "undrain"):
        yield Step(f"POST {path}/runners/{{runner_id}}/{act}")
    yield Step(f"DELETE {path}/runners/{{runner_id}}")
    yield Step(f"POST {path}/runners/deploy")
    yield Step(f"POST {path}/runners/{{runner_id}}/update")
    yield Step(f"POST {path}/runners/{{runner_id}}/destroy")


def broken_lock(zone: PopulatedZone) -> dict[str, Any]:
    right = right_request(zone, CHANGES["POST /api/specs/{spec_id}/state/break-lock"])
    return {**(right.body or {}), "even_if_alive": True}


def entries(zone: PopulatedZone, zone_id: str) -> dict[str, AuditEntry]:
    page = zone.container.audit_store.of_zone(zone_id, PageRequest(limit=100))
    assert page.next_cursor is None
    return {entry.entry_id: entry for entry in page.items}


def assert_told(zone: PopulatedZone, step: Step, reply: Reply, before: dict[str, AuditEntry]) -> None:
    assert reply.status < 300, (step.route, reply.body)
    zone_id = reply.json["zone_id"] if step.route == "POST /api/zones" else zone.zone_id
    new = [entry for entry_id, entry in entries(zone, zone_id).items() if entry_id not in before]
    assert new, f"{step.route} leaves no entry"
    for entry in new:
        assert (entry.actor, entry.outcome) == (f"user:{step.by}", AuditOutcome.DONE), step.route
        assert entry.subject
        assert entry.action.count(".") == 1, entry.action
        assert entry.origin.route == step.route
        assert entry.origin.source_ip == "127.0.0.1"
        assert entry.origin.request_id == reply.headers["X-Request-Id"]


def secrets_in(reply: Reply) -> list[str]:
    """What an answer showed once."""
    answer = reply.json if reply.body else {}
    return [answer[name].rsplit(".", 1)[1] for name in ("code", "credential") if name in answer]


def test_every_change_leaves_an_entry_without_a_secret(dynamodb_endpoint: str, issuer_folder: Path) -> None:
    with populated_zone(dynamodb_endpoint, issuer_folder) as zone:
        told: set[str] = set()
        shown = [*SECRETS.values(), zone.invitation.code.rsplit(".", 1)[1]]
        day = a_day(zone)
        reply: Reply | None = None
        while step := next_step(day, reply):
            right = right_request(zone, CHANGES[step.route])
            body = right.body if step.body is None else step.body
            request = RightRequest(right.operation, {**right.ids, **step.ids}, right.query, body)
            before = entries(zone, zone.zone_id)
            reply = request.sent_by(zone.api.as_user(step.by))
            assert_told(zone, step, reply, before)
            shown += secrets_in(reply)
            told.add(step.route)
        assert told | set(ELSEWHERE) == set(CHANGES), "routes that nothing here says anything about"
        assert len(shown) == len(SECRETS) + 4
        trail = json.dumps([entry.model_dump(mode="json") for entry in entries(zone, zone.zone_id).values()])
        assert [secret for secret in shown if secret in trail] == []


def next_step(day: Generator[Step, Reply, None], reply: Reply | None) -> Step | None:
    try:
        return next(day) if reply is None else day.send(reply)
    except StopIteration:
        return None


@pytest.fixture
def zone(api: Api) -> str:
    """A zone of ada's with eleven entries: it was made, and renamed ten times, a second apart."""
    zone_id = api.a_zone()
    for number in range(10):
        reply = api.as_user("ada").put(f"/api/zones/{zone_id}", {"name": f"Shop {number}"})
        assert reply.status == 200
    return zone_id


def test_the_trail_is_read_by_cursor_newest_first(api: Api, zone: str) -> None:
    names: list[Any] = []
    query: dict[str, Any] = {"limit": 4}
    while True:
        page = api.as_user("ada").get(f"/api/zones/{zone}/audit", **query).json
        names += [entry["after"]["name"] for entry in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert names == [*(f"Shop {number}" for number in reversed(range(10))), "Shop"]


def test_a_window_of_it_includes_both_ends(api: Api, zone: str) -> None:
    ask, path = api.as_user("ada").get, f"/api/zones/{zone}/audit"
    times = [entry["at"] for entry in ask(path).json["items"]]
    within = ask(path, since=times[7], until=times[3]).json["items"]
    assert {entry["at"] for entry in within} == set(times[3:8])
    assert ask(path, since="2020-01-01", until="2020-01-02").json["items"] == []
    offset = ask(path, since=times[-1].replace("Z", "+00:00"), until="2999-01-01T00:00:00+14:00")
    assert len(offset.json["items"]) == 11


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"since": "yesterday"}, "since"),
        ({"since": "2026-03-02", "until": "2026-03-01"}, "since"),
        ({"until": "0001-01-01T00:00:00+14:00"}, "until"),
        ({"limit": "101"}, "limit"),
        ({"cursor": "x"}, "cursor"),
    ],
)
def test_a_wrong_question_is_refused_by_field(api: Api, query: dict[str, str], field: str) -> None:
    reply = api.as_user("ada").get(f"/api/zones/{api.a_zone()}/audit", **query)
    assert (reply.status, reply.error["field"]) == (422, field)


def test_a_cursor_is_of_its_own_list_and_window(api: Api, zone: str) -> None:
    path = f"/api/zones/{zone}/audit"
    cursor = api.as_user("ada").get(path, limit=1).json["next_cursor"]
    other = api.as_user("ada").get(path, cursor=cursor, until="2020-01-01")
    assert (other.status, other.error["field"]) == (422, "cursor")
    stranger = api.as_user("mallory").get(f"/api/zones/{api.a_zone('mallory')}/audit", cursor=cursor)
    assert (stranger.status, stranger.error["field"]) == (422, "cursor")
