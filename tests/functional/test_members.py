"""People in zones: who may change them, and that a zone always has an admin."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from chalicelib.adapters.dynamodb.tables import ZoneRow, zone_pk
from chalicelib.domain.errors import Forbidden
from chalicelib.domain.words import Role
from chalicelib.domain.zone import Member, member_id_of
from tests.support.api import Api, Reply
from tests.support.people import join

ODD = "auth0|5f7c8e:ana@example.com/ü"
"""A subject as issuers really make them."""


@pytest.fixture
def zone(api: Api) -> str:
    return api.a_zone("ada")


def path(zone: str, user: str = "") -> str:
    return f"/api/zones/{zone}/members" + (f"/{member_id_of(zone, user)}" if user else "")


def add(api: Api, zone: str, user: str, role: str = "viewer", by: str = "ada") -> Reply:
    return api.as_user(by).post(path(zone), {"user": user, "role": role})


def roles(api: Api, zone: str) -> dict[str, str]:
    listed = api.container.member_store.of_zone(zone, _all())
    return {member.user: str(member.role) for member in listed.items}


def _all() -> Any:
    from chalicelib.services.paging import PageRequest

    return PageRequest(limit=100)


def audited(api: Api, zone: str | None) -> list[tuple[str, str]]:
    page = api.container.audit_store.of_zone(zone or "PLATFORM", _all())
    return [(entry.actor, entry.action) for entry in page.items]


def at_once(*calls: Callable[[], Reply]) -> list[Reply]:
    """Every call from a thread of its own, released together."""
    replies: list[Any] = [None] * len(calls)
    barrier = threading.Barrier(len(calls))

    def run(index: int) -> None:
        barrier.wait()
        replies[index] = calls[index]()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return replies


def test_an_admin_adds_changes_and_removes_a_member_whatever_the_subject(api: Api, zone: str) -> None:
    ada = api.as_user("ada")
    added = add(api, zone, ODD)
    assert (added.status, added.json["user"], added.json["role"]) == (201, ODD, "viewer")
    mine = path(zone) + "/" + added.json["member_id"]
    assert ada.get(mine).json == added.json
    changed = ada.put(mine, {"role": "approver"})
    assert (changed.status, changed.json) == (200, {**added.json, "role": "approver"})
    assert api.as_user(ODD).get("/api/zones").json["items"] == [
        {"zone_id": zone, "name": "Shop", "role": "approver"}
    ]
    assert ada.delete(mine).status == 204
    assert api.as_user(ODD).get("/api/zones").json["items"] == []
    assert ada.get(mine).status == 404
    assert [action for _, action in audited(api, zone)] == [
        "member.removed",
        "member.changed",
        "member.added",
        "zone.created",
    ]


def test_an_entry_says_what_it_was_and_where_from(api: Api, zone: str) -> None:
    add(api, zone, "pat")
    api.as_user("ada").put(path(zone, "pat"), {"role": "planner"})
    entry = api.as_user("ada").get(f"/api/zones/{zone}/audit", limit=1).json["items"][0]
    assert (entry["before"], entry["after"]) == ({"role": "viewer"}, {"role": "planner"})
    assert (entry["actor"], entry["subject"]) == ("user:ada", member_id_of(zone, "pat"))
    origin = entry["origin"]
    assert origin["route"] == "PUT /api/zones/{zone_id}/members/{member_id}"
    assert origin["source_ip"] == "127.0.0.1"
    assert origin["request_id"]


def test_the_list_shows_role_and_since(api: Api, zone: str) -> None:
    add(api, zone, "pat")
    listed = api.as_user("pat").get(path(zone)).json["items"]
    assert {member["user"]: member["role"] for member in listed} == {"ada": "admin", "pat": "viewer"}
    assert all(member["since"].endswith("Z") for member in listed)


@pytest.mark.parametrize("role", ["viewer", "planner", "approver"])
def test_only_admins_change_people(api: Api, zone: str, role: str) -> None:
    join(zone, "pat", role)
    for refused in (
        add(api, zone, "eve", by="pat"),
        api.as_user("pat").put(path(zone, "pat"), {"role": "admin"}),
        api.as_user("pat").delete(path(zone, "ada")),
    ):
        assert (refused.status, refused.error["details"]["needed"]) == (403, "admin")
    assert roles(api, zone) == {"ada": "admin", "pat": role}


def test_adding_again_is_once_and_with_another_role_is_refused(api: Api, zone: str) -> None:
    first, again = add(api, zone, "pat"), add(api, zone, "pat")
    assert (again.status, again.json) == (201, first.json)
    other = add(api, zone, "pat", "admin")
    assert (other.status, other.error["details"]["role"]) == (409, "viewer")
    assert roles(api, zone)["pat"] == "viewer"


@pytest.mark.parametrize("user", ["", "a\nb", "x" * 201])
def test_what_no_issuer_names_anybody_by_is_refused(api: Api, zone: str, user: str) -> None:
    refused = add(api, zone, user)
    assert (refused.status, refused.error["field"]) == (422, "user")


def test_anybody_may_leave(api: Api, zone: str) -> None:
    add(api, zone, "pat")
    assert api.as_user("pat").delete(path(zone) + "/me").status == 204
    assert roles(api, zone) == {"ada": "admin"}
    assert audited(api, zone)[0] == ("user:pat", "member.left")
    assert api.as_user("pat").get(path(zone)).status == 404


@pytest.mark.parametrize("way", ["leave", "demote"])
def test_the_last_admin_stays_and_is_told_why(api: Api, zone: str, way: str) -> None:
    add(api, zone, "pat", "approver")
    ada = api.as_user("ada")
    refused = (
        ada.delete(path(zone) + "/me") if way == "leave" else ada.put(path(zone, "ada"), {"role": "viewer"})
    )
    assert refused.status == 409
    assert "at least one admin" in refused.error["message"]
    assert "Make another member an admin first; ada can." in refused.error["message"]
    assert ada.put(path(zone, "pat"), {"role": "admin"}).status == 200
    assert ada.delete(path(zone) + "/me").status == 204
    assert roles(api, zone) == {"pat": "admin"}


def test_two_admins_who_demote_each_other_at_once_leave_one(api: Api, zone: str) -> None:
    for number in range(5):
        ann, bob = f"ann{number}", f"bob{number}"
        zone = api.a_zone(ann)
        add(api, zone, bob, "admin", by=ann)
        replies = at_once(
            partial(api.as_user(ann).put, path(zone, bob), {"role": "viewer"}),
            partial(api.as_user(bob).put, path(zone, ann), {"role": "viewer"}),
        )
        assert sorted(reply.status for reply in replies)[0] == 200
        assert sorted(reply.status for reply in replies)[1] in (403, 409)
        assert sorted(roles(api, zone).values()) == ["admin", "viewer"]
        assert ZoneRow.get(zone_pk(zone), "ZONE").admins == 1


def test_admins_who_all_leave_at_once_leave_one(api: Api, zone: str) -> None:
    users = ["ada", "bob", "eve"]
    for user in users[1:]:
        add(api, zone, user, "admin")
    clients = [api.as_user(user) for user in users]
    replies = at_once(*[partial(one.delete, path(zone) + "/me") for one in clients])
    assert sorted(reply.status for reply in replies) == [204, 204, 409]
    assert list(roles(api, zone).values()) == ["admin"]


def test_a_zone_of_before_admins_were_counted_keeps_its_admin(api: Api, zone: str) -> None:
    ZoneRow(zone_pk(zone), "ZONE").update([ZoneRow.admins.remove()])
    assert api.as_user("ada").delete(path(zone) + "/me").status == 409
    assert add(api, zone, "bob", "admin").status == 201
    assert api.as_user("ada").delete(path(zone) + "/me").status == 204


def test_an_admin_renames_the_zone_for_everybody(api: Api, zone: str) -> None:
    add(api, zone, "pat")
    assert api.as_user("pat").put(f"/api/zones/{zone}", {"name": "Store"}).status == 403
    renamed = api.as_user("ada").put(f"/api/zones/{zone}", {"name": "Store"})
    assert (renamed.status, renamed.json["name"]) == (200, "Store")
    assert api.as_user("pat").get("/api/zones").json["items"][0]["name"] == "Store"
    entry = api.as_user("ada").get(f"/api/zones/{zone}/audit", limit=1).json["items"][0]
    assert (entry["action"], entry["before"], entry["after"]) == (
        "zone.renamed",
        {"name": "Shop"},
        {"name": "Store"},
    )


def test_somebody_elses_zone_has_no_people(api: Api, zone: str) -> None:
    eve = api.as_user("eve")
    for refused in (
        eve.get(path(zone)),
        eve.get(path(zone, "ada")),
        add(api, zone, "eve", "admin", by="eve"),
        eve.put(path(zone, "ada"), {"role": "viewer"}),
        eve.delete(path(zone, "ada")),
        eve.delete(path(zone) + "/me"),
        eve.get(f"/api/zones/{zone}/audit"),
        eve.put(f"/api/zones/{zone}", {"name": "Mine"}),
    ):
        assert refused.status == 404
    assert roles(api, zone) == {"ada": "admin"}


def test_who_stops_being_an_admin_while_they_act_changes_nothing(api: Api, zone: str) -> None:
    """As if the role was taken between the check and the write: the write checks again."""
    join(zone, "bob", "approver")
    store, audit = api.container.member_store, api.container.audit
    pat = Member(member_id=member_id_of(zone, "pat"), user="pat", role=Role.ADMIN, since="2026")
    ada = store.get(zone, member_id_of(zone, "ada"))
    assert ada
    entry = audit.entry(zone, actor="user:bob", action="member.added", subject="x")
    for late in (
        partial(store.add, zone, pat, "bob", entry),
        partial(store.change, zone, ada, Role.VIEWER, "bob", entry),
        partial(store.remove, zone, ada, "bob", entry),
    ):
        with pytest.raises(Forbidden, match="changed meanwhile"):
            late()
    assert roles(api, zone) == {"ada": "admin", "bob": "approver"}
    assert [action for _, action in audited(api, zone)] == ["zone.created"]
