"""Moving a spec to another cloud through the API: a draft and a report, made once, for the right people."""

import uuid
from typing import Any

import pytest

from tests.support.api import Api
from tests.support.builders import a_form, a_full_form


@pytest.fixture
def spec(api: Api) -> dict[str, Any]:
    return api.a_stored_spec(**a_full_form())


def convert(api: Api, spec: dict[str, Any], *, key: str | None = None, **wish: Any) -> Any:
    headers = {"idempotency_key": key} if key else {}
    body = {"provider": "gcp", **wish}
    return api.as_user("ada").post(f"/api/specs/{spec['spec_id']}/convert", body, **headers)


def outcomes(answer: dict[str, Any]) -> dict[str, str]:
    return {line["field"]: line["outcome"] for line in answer["report"]}


class TestDraft:
    @pytest.mark.parametrize(
        ("provider", "region", "engine"),
        [("gcp", "europe-west1", "postgresql"), ("azure", "northeurope", "postgresql")],
    )
    def test_a_spec_becomes_a_draft_of_another_cloud(
        self, api: Api, spec: dict[str, Any], provider: str, region: str, engine: str
    ) -> None:
        made = convert(api, spec, provider=provider)
        assert made.status == 201, made.body
        draft = made.json["spec"]
        assert (draft["status"], draft["provider"], draft["region"]) == ("DRAFT", provider, region)
        assert draft["cloud_identity"] is None
        assert draft["form"] == made.json["form"]
        assert [database["engine"] for database in draft["form"]["databases"]] == [engine, "mysql"]
        assert len(draft["components"]) == len(spec["components"])
        assert api.as_user("ada").get(f"/api/specs/{draft['spec_id']}").json == draft

    def test_the_spec_itself_stays_as_it_was(self, api: Api, spec: dict[str, Any]) -> None:
        convert(api, spec)
        assert api.as_user("ada").get(f"/api/specs/{spec['spec_id']}").json == spec

    def test_the_report_says_what_became_of_each_field(self, api: Api, spec: dict[str, Any]) -> None:
        answer = convert(api, spec).json
        said = outcomes(answer)
        assert said["region"] == "converted"
        assert said["databases[0].name"] == "carried"
        assert said["caches[1].engine"] == "needs_decision"
        assert said["cloud_identity"] == "needs_decision"
        assert sum(answer["counts"].values()) == len(answer["report"]) == len(said)
        assert answer["source_spec_id"] == spec["spec_id"]

    def test_region_and_project_can_be_chosen(self, api: Api, spec: dict[str, Any]) -> None:
        draft = convert(api, spec, region="europe-central2", project_name="shop-next").json["spec"]
        assert (draft["region"], draft["project_name"]) == ("europe-central2", "shop-next")

    def test_the_draft_can_be_edited_like_any_other(self, api: Api, spec: dict[str, Any]) -> None:
        draft = convert(api, spec).json["spec"]
        edited = api.as_user("ada").put(
            f"/api/specs/{draft['spec_id']}", {**draft["form"], "queues": [], "topics": [], "expected_rev": 1}
        )
        assert (edited.status, edited.json["form"]["queues"]) == (200, [])

    def test_the_audit_names_the_spec_that_it_was_made_of(self, api: Api, spec: dict[str, Any]) -> None:
        draft = convert(api, spec).json["spec"]
        entries = api.as_user("ada").get(f"/api/zones/{spec['zone_id']}/audit").json["items"]
        (entry,) = [entry for entry in entries if entry["subject"] == draft["spec_id"]]
        assert (entry["action"], entry["actor"]) == ("spec.converted", "user:ada")
        assert entry["reason"] == f"from the spec {spec['spec_id']}, which is for aws"
        assert entry["after"]["provider"] == "gcp"


class TestPreview:
    def test_a_preview_is_the_same_report_and_makes_nothing(self, api: Api, spec: dict[str, Any]) -> None:
        ada = api.as_user("ada")
        seen = ada.get(f"/api/specs/{spec['spec_id']}/conversion", provider="gcp")
        assert seen.status == 200, seen.body
        assert seen.json["spec"] is None
        listed = ada.get(f"/api/zones/{spec['zone_id']}/specs").json["items"]
        assert [one["spec_id"] for one in listed] == [spec["spec_id"]]
        assert {**convert(api, spec).json, "spec": None} == seen.json

    def test_it_takes_a_region_and_a_project(self, api: Api, spec: dict[str, Any]) -> None:
        seen = api.as_user("ada").get(
            f"/api/specs/{spec['spec_id']}/conversion",
            provider="azure",
            region="polandcentral",
            project_name="x",
        )
        assert (seen.json["form"]["region"], seen.json["form"]["project_name"]) == ("polandcentral", "x")


class TestRepeats:
    def test_the_repeat_of_a_request_finds_the_first_draft(self, api: Api, spec: dict[str, Any]) -> None:
        key = str(uuid.uuid4())
        first, again = convert(api, spec, key=key), convert(api, spec, key=key)
        assert (first.status, again.status) == (201, 201)
        assert again.json == first.json

    def test_a_spec_that_was_edited_meanwhile_is_another_request(
        self, api: Api, spec: dict[str, Any]
    ) -> None:
        key = str(uuid.uuid4())
        convert(api, spec, key=key)
        api.as_user("ada").put(
            f"/api/specs/{spec['spec_id']}", {**spec["form"], "secrets": [], "expected_rev": 1}
        )
        again = convert(api, spec, key=key)
        assert (again.status, again.error["code"]) == (409, "Conflict")
        assert "different request" in again.error["message"]

    def test_a_second_draft_of_the_same_name_is_refused_with_the_id_of_the_first(
        self, api: Api, spec: dict[str, Any]
    ) -> None:
        first = convert(api, spec).json["spec"]
        second = convert(api, spec)
        assert (second.status, second.error["details"]) == (409, {"spec_id": first["spec_id"]})
        assert convert(api, spec, project_name="other").status == 201


BAD: list[tuple[str, dict[str, Any], str, str]] = [
    ("its own cloud", {"provider": "aws"}, "provider", "choose another cloud"),
    ("no such cloud", {"provider": "ibm"}, "provider", "'gcp'"),
    ("no cloud", {"provider": None}, "provider", "'gcp'"),
    ("no such region", {"region": "eu-west-1"}, "region", "europe-west1"),
    ("an empty region", {"region": ""}, "region", "at least 1"),
    ("a name that is none", {"project_name": "My Shop"}, "project_name", "lower-case"),
    ("an unknown field", {"colour": "red"}, "colour", "check its spelling"),
]


@pytest.mark.parametrize(("wish", "field", "hint"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_a_wish_that_cant_be_granted_names_its_field(
    api: Api, spec: dict[str, Any], wish: dict[str, Any], field: str, hint: str
) -> None:
    refused = convert(api, spec, **wish)
    assert refused.status == 422
    assert list(refused.problems) == [field]
    assert hint in refused.problems[field]


def test_a_region_without_a_counterpart_is_asked_for(api: Api) -> None:
    spec = api.a_stored_spec(provider="gcp", region="europe-central2")
    refused = convert(api, spec, provider="aws")
    assert (refused.status, list(refused.problems)) == (422, ["region"])
    assert "europe-central2 has no counterpart on AWS" in refused.error["message"]
    assert convert(api, spec, provider="aws", region="eu-north-1").status == 201


def test_a_draft_needs_a_planner_and_a_look_a_viewer(api: Api) -> None:
    spec = api.a_stored_spec(**a_form())
    path = f"/api/specs/{spec['spec_id']}"
    api.as_user("ada").post(f"/api/zones/{spec['zone_id']}/members", {"user": "vic", "role": "viewer"})
    assert api.as_user("vic").get(f"{path}/conversion", provider="gcp").status == 200
    assert api.as_user("vic").post(f"{path}/convert", {"provider": "gcp"}).status == 403
    assert api.as_user("eve").get(f"{path}/conversion", provider="gcp").status == 404
    assert api.as_user("eve").post(f"{path}/convert", {"provider": "gcp"}).status == 404
