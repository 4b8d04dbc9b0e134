"""Lists come in pages, and a page costs the same however long the list is."""

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.adapters.dynamodb.connection import connection
from tests.support.api import Api

MANY = 60


class Spy:
    """Counts what the database was asked, and what that cost."""

    def __init__(self) -> None:
        self.operations: list[str] = []
        self.units = 0.0

    def sent(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        self.operations.append(model.name)
        if model.name in ("Query", "GetItem", "BatchGetItem"):
            params["ReturnConsumedCapacity"] = "TOTAL"

    def answered(self, parsed: dict[str, Any], **_: Any) -> None:
        consumed = parsed.get("ConsumedCapacity")
        for table in consumed if isinstance(consumed, list) else [consumed] if consumed else []:
            self.units += table["CapacityUnits"]


@pytest.fixture
def spy(api: Api) -> Iterator[Spy]:
    spy = Spy()
    api.container.zone_store  # noqa: B018  connects
    events = connection().client.meta.events
    events.register("provide-client-params.dynamodb.*", spy.sent)
    events.register("after-call.dynamodb.*", spy.answered)
    yield spy


def cost_of(spy: Spy, api: Api, path: str, **query: Any) -> tuple[list[str], float]:
    spy.operations.clear()
    spy.units = 0.0
    reply = api.as_user("ada").get(path, **query)
    assert reply.status == 200, reply.body
    assert len(reply.json["items"]) == 5
    return list(spy.operations), spy.units


def fill(api: Api, noun: str, zone: str, count: int) -> None:
    for number in range(count):
        if noun == "specs":
            api.a_stored_spec(zone_id=zone, project_name=f"shop-{count}-{number:04}")
        elif noun == "identities":
            body = {"name": f"Account {number}", "account_id": f"{number:012}"}
            assert api.as_user("ada").post(f"/api/zones/{zone}/identities", body).status == 201
        else:
            api.a_zone()


@pytest.mark.parametrize("noun", ["specs", "identities", "zones"])
def test_a_page_costs_the_same_with_few_rows_and_with_many(api: Api, spy: Spy, noun: str) -> None:
    zone = api.a_zone()
    path = "/api/zones" if noun == "zones" else f"/api/zones/{zone}/{noun}"
    fill(api, noun, zone, 10)
    few = cost_of(spy, api, path, limit=5)
    fill(api, noun, zone, MANY)
    many = cost_of(spy, api, path, limit=5)
    assert many == few
    assert few[1] > 0
    assert few[0].count("Query") == 1
    assert set(few[0]) <= {"GetItem", "Query", "BatchGetItem"}


@pytest.mark.parametrize("noun", ["specs", "identities", "zones"])
def test_following_the_cursor_meets_every_row_once(api: Api, noun: str) -> None:
    zone = api.a_zone()
    fill(api, noun, zone, 11)
    path = "/api/zones" if noun == "zones" else f"/api/zones/{zone}/{noun}"
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 4}
    for _ in range(10):
        page = api.as_user("ada").get(path, **query).json
        assert len(page["items"]) <= 4
        seen += [str(item) for item in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert len(seen) == len(set(seen)) == (12 if noun == "zones" else 11)


def test_specs_come_newest_first(api: Api) -> None:
    zone = api.a_zone()
    made = [api.a_stored_spec(zone_id=zone, project_name=name)["spec_id"] for name in ("one", "two", "three")]
    listed = api.as_user("ada").get(f"/api/zones/{zone}/specs").json["items"]
    assert {spec["spec_id"] for spec in listed} == set(made)
    assert [spec["created_at"] for spec in listed] == sorted((s["created_at"] for s in listed), reverse=True)


def test_reading_a_spec_is_two_reads_of_its_own_and_one_of_its_facts(api: Api, spy: Spy) -> None:
    spec = api.a_stored_spec(queues=[{"name": f"q{number}"} for number in range(50)])
    spy.operations.clear()
    api.as_user("ada").get(f"/api/specs/{spec['spec_id']}")
    assert spy.operations.count("Query") == 2
    assert spy.operations.count("GetItem") == 3
