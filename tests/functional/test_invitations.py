"""Invitations: the code is shown once, opens one zone once, and tells a stranger nothing."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from chalicelib.adapters.dynamodb.tables import InvitationRow, zone_pk
from chalicelib.services.access import Principal
from chalicelib.services.paging import PageRequest
from tests.functional.test_members import at_once, audited, roles
from tests.support.api import Api, Reply
from tests.support.people import join

ACCEPT = "/api/invitations/accept"


@pytest.fixture
def zone(api: Api) -> str:
    return api.a_zone("ada")


def invite(api: Api, zone: str, role: str = "planner", **form: Any) -> Reply:
    return api.as_user("ada").post(f"/api/zones/{zone}/invitations", {"role": role, **form})


def accept(api: Api, user: str, code: str) -> Reply:
    return api.as_user(user).post(ACCEPT, {"code": code})


def test_whoever_brings_the_code_joins_once(api: Api, zone: str) -> None:
    made = invite(api, zone, email="pat@example.com")
    assert made.status == 201
    assert made.json["invitation"]["status"] == "open"
    joined = accept(api, "pat", made.json["code"])
    assert (joined.status, joined.json) == (200, {"zone_id": zone, "name": "Shop", "role": "planner"})
    assert roles(api, zone) == {"ada": "admin", "pat": "planner"}
    assert accept(api, "pat", made.json["code"]).json == joined.json
    assert accept(api, "eve", made.json["code"]).status == 404
    listed = api.as_user("ada").get(f"/api/zones/{zone}/invitations").json["items"][0]
    assert (listed["status"], listed["accepted_by"]) == ("accepted", "pat")
    done = [entry for entry in audited(api, zone) if entry[1] != "invitation.refused"]
    assert done == [
        ("user:pat", "invitation.accepted"),
        ("user:ada", "invitation.created"),
        ("user:ada", "zone.created"),
    ]


def test_the_code_is_kept_as_a_hash_and_shown_once(api: Api, zone: str) -> None:
    made = invite(api, zone)
    secret = made.json["code"].rsplit(".", 1)[1]
    row = InvitationRow.get(zone_pk(zone), f"INVITATION#{made.json['invitation']['invitation_id']}")
    assert secret not in str(row.attribute_values)
    ada = api.as_user("ada")
    assert secret not in ada.get(f"/api/zones/{zone}/invitations").body.decode()
    assert secret not in ada.get(f"/api/zones/{zone}/audit").body.decode()


def test_a_repeat_gets_a_fresh_code_for_the_same_invitation(api: Api, zone: str) -> None:
    ada, path = api.as_user("ada"), f"/api/zones/{zone}/invitations"
    first, again = (ada.post(path, {"role": "viewer"}, idempotency_key="k") for _ in range(2))
    assert first.json["invitation"] == again.json["invitation"]
    assert accept(api, "pat", first.json["code"]).status == 404
    assert accept(api, "pat", again.json["code"]).status == 200
    assert ada.post(path, {"role": "admin"}, idempotency_key="k").status == 409
    assert ada.post(path, {"role": "viewer"}, idempotency_key="k").status == 409


def test_every_useless_code_gets_the_same_sentence(api: Api, zone: str) -> None:
    used, revoked, old = (invite(api, zone).json for _ in range(3))
    accept(api, "pat", used["code"])
    gone = f"/api/zones/{zone}/invitations/{revoked['invitation']['invitation_id']}"
    assert [api.as_user("ada").delete(gone).status for _ in range(2)] == [204, 204]
    row = InvitationRow(zone_pk(zone), f"INVITATION#{old['invitation']['invitation_id']}")
    row.update([InvitationRow.expires_at.set(1)])
    codes = [used["code"], revoked["code"], old["code"]]
    codes += ["x", "a.b.c", f"{zone}.x.y", used["code"] + "x", ".."]
    replies = [accept(api, "eve", code) for code in codes]
    assert {(reply.status, reply.error["message"]) for reply in replies} == {
        (404, replies[0].error["message"])
    }
    assert roles(api, zone) == {"ada": "admin", "pat": "planner"}
    statuses = {
        one["invitation_id"]: one["status"]
        for one in api.as_user("ada").get(f"/api/zones/{zone}/invitations").json["items"]
    }
    assert statuses[old["invitation"]["invitation_id"]] == "expired"
    assert statuses[revoked["invitation"]["invitation_id"]] == "revoked"


def test_only_a_true_code_writes_a_refusal_into_the_zones_audit(api: Api, zone: str) -> None:
    used = invite(api, zone).json["code"]
    accept(api, "pat", used)
    accept(api, "eve", used[:-1])
    assert ("user:eve", "invitation.refused") not in audited(api, zone)
    assert audited(api, None)[0] == ("user:eve", "invitation.refused")
    accept(api, "eve", used)
    assert ("user:eve", "invitation.refused") in audited(api, zone)


@pytest.mark.parametrize(
    ("held", "offered", "kept"), [("approver", "viewer", "approver"), ("viewer", "admin", "admin")]
)
def test_a_member_keeps_the_larger_role(api: Api, zone: str, held: str, offered: str, kept: str) -> None:
    join(zone, "pat", held)
    code = invite(api, zone, offered).json["code"]
    assert accept(api, "pat", code).json["role"] == kept
    assert roles(api, zone)["pat"] == kept
    assert accept(api, "eve", code).status == 404


def test_who_was_removed_does_not_come_back_by_the_same_code(api: Api, zone: str) -> None:
    code = invite(api, zone).json["code"]
    accept(api, "pat", code)
    api.as_user("pat").delete(f"/api/zones/{zone}/members/me")
    assert accept(api, "pat", code).status == 404


def test_an_invitation_ends_when_its_maker_is_no_admin_any_more(api: Api, zone: str) -> None:
    api.as_user("ada").post(f"/api/zones/{zone}/members", {"user": "bob", "role": "admin"})
    form: dict[str, Any] = {"role": "admin"}
    code = api.as_user("bob").post(f"/api/zones/{zone}/invitations", form).json["code"]
    members = api.as_user("ada").get(f"/api/zones/{zone}/members").json["items"]
    bob = next(member["member_id"] for member in members if member["user"] == "bob")
    assert api.as_user("ada").delete(f"/api/zones/{zone}/members/{bob}").status == 204
    assert accept(api, "bob", code).status == 404
    assert accept(api, "mallory", code).status == 404
    assert roles(api, zone) == {"ada": "admin"}


def test_of_two_who_bring_one_code_at_once_exactly_one_joins(api: Api, zone: str) -> None:
    for number in range(5):
        code = invite(api, zone, "viewer").json["code"]
        users = [f"u{number}", f"v{number}", f"w{number}"]
        clients = [api.as_user(user) for user in users]
        replies = at_once(*[partial(one.post, ACCEPT, {"code": code}) for one in clients])
        assert sorted(reply.status for reply in replies) == [200, 404, 404]
        assert len([user for user in users if user in roles(api, zone)]) == 1


def test_accepting_and_revoking_at_once_is_one_of_the_two(api: Api, zone: str) -> None:
    made = invite(api, zone).json
    gone = f"/api/zones/{zone}/invitations/{made['invitation']['invitation_id']}"
    ada, pat = api.as_user("ada"), api.as_user("pat")
    revoked, joined = at_once(lambda: ada.delete(gone), lambda: pat.post(ACCEPT, {"code": made["code"]}))
    assert (revoked.status, joined.status) in ((204, 404), (409, 200))
    assert ("pat" in roles(api, zone)) == (joined.status == 200)


@pytest.mark.parametrize("role", ["viewer", "planner", "approver"])
def test_only_admins_invite(api: Api, zone: str, role: str) -> None:
    join(zone, "pat", role)
    pat, path = api.as_user("pat"), f"/api/zones/{zone}/invitations"
    assert [pat.post(path, {"role": "viewer"}).status, pat.get(path).status] == [403, 403]
    assert pat.delete(f"{path}/invitation-1").status == 403
    assert [api.as_user("eve").post(path, {"role": "viewer"}).status] == [404]


@pytest.mark.parametrize(
    "form",
    [
        {"role": "owner"},
        {"role": "viewer", "expires_in_seconds": 1},
        {"role": "viewer", "email": "x"},
        {"role": "viewer", "email": "\u001b[31m@example.com"},
    ],
)
def test_a_wrong_form_is_refused_by_field(api: Api, zone: str, form: dict[str, Any]) -> None:
    refused = api.as_user("ada").post(f"/api/zones/{zone}/invitations", form)
    assert (refused.status, refused.error["field"]) == (422, list(form)[-1])


def test_a_code_is_not_quoted(api: Api, zone: str) -> None:
    refused = accept(api, "pat", "hunter2-canary" * 60)
    assert refused.status == 422
    assert "hunter2-canary" not in refused.body.decode()


def test_the_service_shows_no_code_in_its_repr(api: Api, zone: str) -> None:
    from chalicelib.domain.words import Role

    made = api.container.invitations.create(
        Principal("ada"), zone, Role.VIEWER, None, timedelta(days=7), None, "hash"
    )
    assert made.code not in repr(made)
    assert api.container.invitations.list(Principal("ada"), zone, PageRequest()).items == [made.invitation]
