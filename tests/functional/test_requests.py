"""Every request gets an answer of the one shape: malformed, foreign, unsigned, repeated, or fine."""

import json
import uuid
from typing import Any

import pytest
from openapi_spec_validator import validate

from chalicelib.api.errors import STATUS, status_of
from chalicelib.api.nouns import NOUNS
from chalicelib.domain import errors as domain_errors
from tests.support.api import Api, Client
from tests.support.builders import a_form

OPERATIONS = [operation for noun in NOUNS for operation in noun.operations]


def assert_one_shape(body: bytes) -> None:
    error = json.loads(body)["error"]
    assert set(error) == {"code", "message", "field", "problems", "details", "request_id"}
    assert error["request_id"]
    assert error["message"]


class TestWhoIsCalling:
    @pytest.mark.parametrize(
        "authorization",
        [
            "Bearer",
            "Bearer x.y.z",
            "Basic YTpi",
            "Runner platform.guess",
            "Runner x",
            "Job x.y.z",
            "\u2603 x",
            "Job " + "a" * 9000,
        ],
    )
    def test_a_credential_that_proves_nobody(self, api: Api, authorization: str) -> None:
        reply = Client(api.gateway, authorization).get("/api/me")
        assert reply.status == 401
        assert_one_shape(reply.body)

    def test_a_runner_registered_anew_ends_its_old_credential(self, api: Api) -> None:
        old = api.as_runner()
        api.as_runner()
        assert old.get("/api/me").status == 401

    def test_the_token_names_the_person(self, api: Api) -> None:
        assert api.as_user("ada").get("/api/me").json == {"user": "ada"}


class TestPagesOfElsewhere:
    """What a browser shows to a console that is served from another address."""

    def test_the_consoles_may_read_answers_and_refusals(self, api: Api) -> None:
        origin = "https://console.example.com"
        api.container.settings = api.container.settings.model_copy(update={"console_origin": origin})
        ada = api.as_user("ada")
        for reply in (ada.get("/api/me"), ada.get("/api/zones/none")):
            assert reply.headers["Access-Control-Allow-Origin"] == origin

    def test_no_others_may_unless_the_deployment_says_so(self, api: Api) -> None:
        assert "Access-Control-Allow-Origin" not in api.as_user("ada").get("/api/me").headers


class TestTenants:
    """What the table of routes (test_authorization.py) can't reach: ids outside of paths, keys, cursors."""

    def test_a_spec_in_a_strangers_zone(self, api: Api) -> None:
        reply = api.as_user("mallory").post("/api/specs", {"zone_id": api.a_zone("ada"), **a_form()})
        assert reply.status == 404

    def test_a_strangers_identity(self, api: Api) -> None:
        identity = api.a_verified_identity(api.a_zone("ada"))
        body = {"zone_id": api.a_zone("mallory"), **a_form(cloud_identity=identity.identity_id)}
        reply = api.as_user("mallory").post("/api/specs", body)
        assert (reply.status, reply.error["field"]) == (422, "cloud_identity")

    def test_the_same_key_of_two_people_makes_two_zones(self, api: Api) -> None:
        one = api.as_user("ada").post("/api/zones", {"name": "Shop"}, idempotency_key="k").json
        other = api.as_user("mallory").post("/api/zones", {"name": "Shop"}, idempotency_key="k").json
        assert one["zone_id"] != other["zone_id"]

    def test_a_cursor_of_a_strangers_list(self, api: Api) -> None:
        zone = api.a_zone("ada")
        for region in ("eu-west-1", "eu-central-1"):
            api.a_stored_spec("ada", zone, region=region)
        cursor = api.as_user("ada").get(f"/api/zones/{zone}/specs", limit=1).json["next_cursor"]
        reply = api.as_user("mallory").get(f"/api/zones/{api.a_zone('mallory')}/specs", cursor=cursor)
        assert (reply.status, reply.error["field"]) == (422, "cursor")


class TestBodies:
    @pytest.mark.parametrize(
        ("raw", "headers", "status"),
        [
            (b"", {}, 400),
            (b"{", {}, 400),
            (b'{"name": NaN}', {}, 400),
            (b'{"name": "\\ud800"}', {}, 400),
            (b"\xff\xfe", {}, 400),
            (b"[" * 100_000, {}, 400),
            (b"[]", {}, 422),
            (b'"text"', {}, 422),
            (b"null", {}, 422),
            (b"a: b", {"content_type": "application/yaml"}, 415),
            (b"name=x", {"content_type": "application/x-www-form-urlencoded"}, 415),
            (b'{"name": "' + b"a" * 1_048_576 + b'"}', {}, 413),
            (b'{"name": "' + b"a" * 10_000_000 + b'"}', {}, 413),
            (b'{"name": ""}', {}, 422),
            (b'{"name": "\\u001b[31mred"}', {}, 422),
            (b'{"name": "back\\u202ewards"}', {}, 422),
            (b'{"name": 1e999}', {}, 422),
            (b'{"name": "Shop", "colour": "red"}', {}, 422),
            (b'{"name": "Shop"}', {"idempotency_key": ""}, 422),
            (b'{"name": "Shop"}', {"idempotency_key": "k" * 256}, 422),
            (b'{"name": "Shop"}', {"content_type": "application/json; charset=utf-8"}, 201),
        ],
    )
    def test_each_gets_its_status(self, api: Api, raw: bytes, headers: dict[str, str], status: int) -> None:
        reply = api.as_user("ada").send("POST", "/api/zones", raw=raw, headers=headers)
        assert reply.status == status, reply.body[:300]
        if status >= 400:
            assert_one_shape(reply.body)

    def test_a_number_beyond_all_numbers_names_its_field(self, api: Api) -> None:
        """Also where a service validates, and the body is hashed first."""
        reply = api.as_user("ada").send("POST", "/api/specs", raw=b'{"caches": [{"size": 1e999}]}')
        assert (reply.status, reply.error["field"]) == (422, "caches[0].size")

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ({"limt": 3}, "limt"),
            ({"limit": 0}, "limit"),
            ({"limit": 101}, "limit"),
            ({"limit": "many"}, "limit"),
            ([("limit", 1), ("limit", 2)], "limit"),
            ({"cursor": "x"}, "cursor"),
            ({"cursor": "e30"}, "cursor"),
        ],
    )
    def test_a_query_that_the_route_does_not_know(self, api: Api, query: Any, field: str) -> None:
        reply = api.as_user("ada").send("GET", "/api/zones", query=query)
        assert (reply.status, reply.error["field"]) == (422, field)

    @pytest.mark.parametrize("identifier", ["%00", "a b", "a" * 3000, "..", "\u2603", "a#b", "' OR 1=1"])
    def test_what_can_not_be_an_id_is_not_there(self, api: Api, identifier: str) -> None:
        assert api.as_user("ada").get(f"/api/specs/{identifier}").status == 404

    @pytest.mark.parametrize(
        ("method", "path"), [("GET", "/"), ("GET", "/api/nothing"), ("PATCH", "/api/zones")]
    )
    def test_no_such_route(self, api: Api, method: str, path: str) -> None:
        reply = api.as_user("ada").send(method, path)
        assert reply.status == 404
        assert_one_shape(reply.body)

    def test_a_fault_of_ours_shows_nothing_but_its_request_id(
        self, api: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def broken(*_: object) -> None:
            raise RuntimeError("password=hunter2")

        monkeypatch.setattr(api.container.zones, "mine", broken)
        reply = api.as_user("ada").get("/api/zones")
        assert reply.status == 500
        assert reply.error["request_id"] == reply.headers["X-Request-Id"]
        assert b"hunter2" not in reply.body
        assert "hunter2" not in "".join(capsys.readouterr())


class TestRepeats:
    @pytest.mark.parametrize("noun", ["zones", "identities"])
    def test_a_repeat_finds_the_first_and_another_body_is_refused(self, api: Api, noun: str) -> None:
        ada, key = api.as_user("ada"), str(uuid.uuid4())
        path, body = "/api/zones", {"name": "Shop"}
        if noun == "identities":
            path, body = f"/api/zones/{api.a_zone()}/identities", {"name": "Sandbox", "account_id": "1" * 12}
        first, again = (ada.post(path, body, idempotency_key=key) for _ in range(2))
        assert (first.status, again.status) == (201, 201)
        assert again.json == first.json
        assert len(ada.get(path).json["items"]) == 1
        other = ada.post(path, {**body, "name": "Other"}, idempotency_key=key)
        assert other.status == 409

    def test_without_a_key_each_request_makes_one(self, api: Api) -> None:
        ada = api.as_user("ada")
        made = {ada.post("/api/zones", {"name": "Shop"}).json["zone_id"] for _ in range(2)}
        assert {zone["zone_id"] for zone in ada.get("/api/zones").json["items"]} == made


class TestIdentities:
    def test_a_linked_account_waits_for_its_test_with_an_external_id_of_ours(self, api: Api) -> None:
        zone, body = api.a_zone(), {"name": "Sandbox", "account_id": "123456789012"}
        made = api.as_user("ada").post(f"/api/zones/{zone}/identities", body).json
        assert made["status"] == "PENDING"
        assert len(made["external_id"]) >= 32
        path = f"/api/zones/{zone}/identities/{made['identity_id']}"
        assert api.as_user("ada").get(path).json == made

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"account_id": "123"}, "account_id"),
            ({"role_reference": "admin"}, "role_reference"),
            ({"role_reference": "arn:aws:iam::999999999999:role/x"}, "role_reference"),
            ({"access_key": "AKIA"}, "access_key"),
        ],
    )
    def test_what_can_not_be_linked(self, api: Api, change: dict[str, str], field: str) -> None:
        body = {"name": "Sandbox", "account_id": "123456789012", **change}
        reply = api.as_user("ada").post(f"/api/zones/{api.a_zone()}/identities", body)
        assert (reply.status, reply.error["field"]) == (422, field)


class TestOpenApi:
    def test_the_document_is_valid_and_public(self, api: Api) -> None:
        document = api.nobody.get("/api/openapi.json").json
        validate(document)
        assert document["openapi"] == "3.1.0"

    def test_it_knows_every_route_its_errors_and_who_may_call(self, api: Api) -> None:
        document = api.nobody.get("/api/openapi.json").json
        for operation in OPERATIONS:
            entry = document["paths"][operation.path][operation.method.lower()]
            assert entry["summary"]
            assert "500" in entry["responses"]
            assert entry["security"] == ([{operation.caller.kind: []}] if operation.caller else [])
        create = document["paths"]["/api/specs"]["post"]
        assert {"201", "400", "401", "403", "409", "413", "415", "422", "503"} <= set(create["responses"])
        assert [parameter["name"] for parameter in create["parameters"]] == ["Idempotency-Key"]

    def test_operation_ids_are_unique(self) -> None:
        ids = [operation.view.__name__ for operation in OPERATIONS]
        assert len(ids) == len(set(ids))


class TestStatuses:
    @pytest.mark.parametrize(
        ("error", "status"),
        [
            ("InvalidInput", 422),
            ("NotSignedIn", 401),
            ("Forbidden", 403),
            ("NotFound", 404),
            ("Conflict", 409),
            ("StaleEdit", 409),
            ("RunInProgress", 409),
            ("StalePlan", 409),
            ("Fenced", 409),
            ("WrongStatus", 409),
            ("StateLocked", 423),
            ("TooLarge", 413),
            ("Unavailable", 503),
        ],
    )
    def test_each_error_has_one(self, error: str, status: int) -> None:
        kind = getattr(domain_errors, error)
        problem = [domain_errors.FieldProblem(("x",), "is wrong")] if error == "InvalidInput" else "Wrong."
        assert status_of(kind(problem)) == status

    def test_a_subclass_stands_above_its_base(self) -> None:
        kinds = [kind for kind, _ in STATUS]
        for index, kind in enumerate(kinds):
            assert not any(issubclass(later, kind) for later in kinds[index + 1 :])


class TestCatalogue:
    @pytest.mark.parametrize(("cloud", "region"), [("aws", "eu-west-1"), ("gcp", "europe-west1")])
    def test_it_offers_what_validation_accepts(self, api: Api, cloud: str, region: str) -> None:
        answer = api.as_user("ada").get(f"/api/catalogue/{cloud}").json
        assert region in [region["value"] for region in answer["catalogue"]["regions"]]
        assert set(answer["defaults"]) == {"development", "staging", "production"}

    def test_a_cloud_that_is_not_here(self, api: Api) -> None:
        assert api.as_user("ada").get("/api/catalogue/ibm").status == 404
