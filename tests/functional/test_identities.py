"""Linked accounts: what people may say of them, what follows from a change, and what a setup offers."""

import json
from typing import Any

import pytest

from chalicelib.adapters.dynamodb.tables import IdentityRow, ResourcesRow, zone_pk
from chalicelib.services.paging import PageRequest
from tests.support.api import Api
from tests.support.builders import ACCOUNT, ROLE, a_form

US = "arn:aws:iam::000000000000:role/alethia-control-plane"
GCP = {
    "project_number": "123456789012",
    "pool_id": "alethia",
    "provider_id": "alethia",
    "service_account": "alethia@shop-prod-1234.iam.gserviceaccount.com",
}
AZURE = {
    "tenant_id": "11111111-2222-3333-4444-555555555555",
    "client_id": "66666666-7777-8888-9999-000000000000",
}
SUBSCRIPTION = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"


@pytest.fixture
def zone(api: Api) -> str:
    settings = {"control_plane_principal": US, "oidc_signing_keys": "k", "public_api_url": "https://api.test"}
    api.container.settings = api.container.settings.model_copy(update=settings)
    return api.a_zone("ada")


def link(api: Api, zone: str, **form: Any) -> Any:
    body = {"name": "Sandbox", "account_id": ACCOUNT, **form}
    return api.as_user("ada").post(f"/api/zones/{zone}/identities", body)


def linked(api: Api, zone: str, **form: Any) -> tuple[str, dict[str, Any]]:
    made = link(api, zone, **form)
    assert made.status == 201, made.body
    return f"/api/zones/{zone}/identities/{made.json['identity_id']}", made.json


def trail(api: Api, zone: str) -> list[Any]:
    return list(api.container.audit_store.of_zone(zone, PageRequest()).items)


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"role_reference": ROLE},
        {"method": "web_identity"},
        {"method": "runner"},
        {"provider": "gcp", "account_id": "shop-prod-1234", "gcp": GCP},
        {"provider": "azure", "account_id": SUBSCRIPTION, "azure": AZURE},
    ],
    ids=["role, made later", "role", "web identity", "runner", "gcp", "azure"],
)
def test_each_way_of_linking_is_kept_and_audited(api: Api, zone: str, form: dict[str, Any]) -> None:
    path, made = linked(api, zone, **form)
    assert api.as_user("ada").get(path).json == made
    assert made["status"] == "PENDING"
    assert (made["external_id"] is not None) is (made["provider"] == "aws")
    [entry] = [entry for entry in trail(api, zone) if entry.action == "identity.linked"]
    assert (entry.actor, entry.subject) == ("user:ada", made["identity_id"])
    assert entry.after["account_id"] == made["account_id"]


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"account_id": "12345"}, "account_id"),
        ({"account_id": "\u0661" * 12}, "account_id"),
        ({"region": "eu-west-\u0661"}, "region"),
        ({"role_reference": f"{ROLE}\u0661"}, "role_reference"),
        ({"name": "\u001b]0;a title\u0007"}, "name"),
        ({"role_reference": "arn:aws:iam::999999999999:role/x"}, "role_reference"),
        ({"role_reference": "a role"}, "role_reference"),
        ({"method": "federation"}, "method"),
        ({"method": "runner", "role_reference": ROLE}, "role_reference"),
        ({"gcp": GCP}, "gcp"),
        ({"region": "Ireland"}, "region"),
        ({"provider": "gcp", "account_id": "shop-prod-1234", "method": "role"}, "method"),
        ({"external_id": "mine"}, "external_id"),
    ],
)
def test_a_wrong_form_names_the_field(api: Api, zone: str, form: dict[str, Any], field: str) -> None:
    reply = link(api, zone, **form)
    assert reply.status == 422
    assert field in reply.problems


def test_external_ids_are_ours_and_differ(api: Api, zone: str) -> None:
    ids = {linked(api, zone, name=name)[1]["external_id"] for name in ("a", "b", "c")}
    assert len(ids) == 3 and all(len(one) >= 32 for one in ids)


class TestEditing:
    def verified(self, api: Api, zone: str) -> tuple[str, dict[str, Any]]:
        path, made = linked(api, zone, role_reference=ROLE)
        row = IdentityRow(zone_pk(zone), f"IDENTITY#{made['identity_id']}")
        row.update(
            [IdentityRow.status.set("VERIFIED"), IdentityRow.tested_at.set("2026-03-01T12:00:00.000Z")]
        )
        return path, made

    def test_a_new_name_keeps_it_verified(self, api: Api, zone: str) -> None:
        path, _ = self.verified(api, zone)
        reply = api.as_user("ada").put(path, {"name": "Prod", "account_id": ACCOUNT, "role_reference": ROLE})
        assert (reply.status, reply.json["name"], reply.json["status"]) == (200, "Prod", "VERIFIED")

    @pytest.mark.parametrize(
        "change",
        [
            {"role_reference": f"arn:aws:iam::{ACCOUNT}:role/another"},
            {"account_id": "999999999999", "role_reference": "arn:aws:iam::999999999999:role/x"},
            {"method": "web_identity"},
        ],
        ids=["role", "account", "method"],
    )
    def test_another_way_in_waits_for_its_test(self, api: Api, zone: str, change: dict[str, Any]) -> None:
        path, made = self.verified(api, zone)
        ResourcesRow(zone_pk(zone), f"RESOURCES#{made['identity_id']}", fetched={}, fetched_at="then").save()
        body = {"name": "Sandbox", "account_id": ACCOUNT, "role_reference": ROLE} | change
        reply = api.as_user("ada").put(path, body)
        assert (reply.status, reply.json["status"], reply.json["tested_at"]) == (200, "PENDING", None)
        assert reply.json["external_id"] == made["external_id"]
        assert api.as_user("ada").get(path).json == reply.json
        assert api.as_user("ada").get(f"{path}/resources").status == 404
        [entry] = [entry for entry in trail(api, zone) if entry.action == "identity.changed"]
        assert entry.before["status"] == "VERIFIED"
        assert entry.after.keys() >= change.keys()

    def test_the_specs_hash_follows(self, api: Api, zone: str) -> None:
        path, made = self.verified(api, zone)
        spec = api.a_stored_spec(zone_id=zone, cloud_identity=made["identity_id"])
        role = f"arn:aws:iam::{ACCOUNT}:role/another"
        api.as_user("ada").put(path, {"name": "Sandbox", "account_id": ACCOUNT, "role_reference": role})
        after = api.as_user("ada").get(f"/api/specs/{spec['spec_id']}").json
        assert after["config_hash"] != spec["config_hash"]

    def test_the_provider_and_the_external_id_are_not_to_be_edited(self, api: Api, zone: str) -> None:
        path, _ = self.verified(api, zone)
        for field in ("provider", "external_id", "status"):
            reply = api.as_user("ada").put(path, {"name": "x", "account_id": ACCOUNT, field: "gcp"})
            assert (reply.status, list(reply.problems)) == (422, [field])


class TestUnlinking:
    def test_one_that_specs_use_stays_and_the_answer_names_them(self, api: Api, zone: str) -> None:
        path, made = linked(api, zone)
        spec = api.a_stored_spec(zone_id=zone, cloud_identity=made["identity_id"])
        reply = api.as_user("ada").delete(path)
        assert reply.status == 409
        assert spec["spec_id"] in reply.error["message"]
        assert reply.error["details"]["spec_ids"] == [spec["spec_id"]]

    def test_one_that_nothing_uses_goes_and_the_trail_stays(self, api: Api, zone: str) -> None:
        path, made = linked(api, zone)
        _, other = linked(api, zone, name="Other")
        api.as_user("ada").post(
            "/api/specs", {"zone_id": zone, **a_form(cloud_identity=other["identity_id"])}
        )
        assert api.as_user("ada").delete(path).status == 204
        assert api.as_user("ada").get(path).status == 404
        assert api.as_user("ada").delete(path).status == 404
        [entry] = [entry for entry in trail(api, zone) if entry.action == "identity.unlinked"]
        assert entry.before["external_id"] == made["external_id"]


class TestSetup:
    def test_of_a_role_has_every_value_filled_in(self, api: Api, zone: str) -> None:
        path, made = linked(api, zone)
        setup = api.as_user("ada").get(f"{path}/setup").json
        assert (setup["external_id"], setup["principal"]) == (made["external_id"], US)
        assert json.loads(setup["template"])["Outputs"]["RoleArn"]
        command, hcl = (snippet["text"] for snippet in setup["snippets"])
        for text in (command, hcl):
            assert made["external_id"] in text and US in text and zone in text
        assert (setup["link"], "ALETHIA_LINK_TEMPLATE_URL" in setup["no_link"]) == (None, True)

    def test_has_a_link_where_the_template_is_published(self, api: Api, zone: str) -> None:
        url = "https://bucket.s3.eu-west-1.amazonaws.com/alethia-link.json"
        api.container.settings = api.container.settings.model_copy(update={"link_template_url": url})
        path, made = linked(api, zone, region="eu-north-1")
        setup = api.as_user("ada").get(f"{path}/setup").json
        assert setup["link"].startswith("https://eu-north-1.console.aws.amazon.com/cloudformation/")
        assert f"param_ExternalId={made['external_id']}" in setup["link"]
        assert "templateURL=https%3A%2F%2Fbucket" in setup["link"]
        assert setup["no_link"] is None

    def test_of_a_web_identity_names_issuer_subject_and_audience(self, api: Api, zone: str) -> None:
        path, made = linked(api, zone, method="web_identity")
        setup = api.as_user("ada").get(f"{path}/setup").json
        assert setup["issuer"] == "https://api.test/api/oidc"
        assert setup["subject"] == f"zone:{zone}:identity:{made['identity_id']}"
        assert (setup["audience"], setup["external_id"]) == ("sts.amazonaws.com", None)

    def test_says_which_setting_a_deployment_lacks(self, api: Api) -> None:
        zone = api.a_zone("ada")
        path, _ = linked(api, zone)
        reply = api.as_user("ada").get(f"{path}/setup")
        assert (reply.status, "ALETHIA_CONTROL_PLANE_PRINCIPAL" in reply.error["message"]) == (409, True)


def test_resources_that_were_never_fetched_say_how_to(api: Api, zone: str) -> None:
    path, _ = linked(api, zone)
    reply = api.as_user("ada").get(f"{path}/resources")
    assert (reply.status, "fetch-resources" in reply.error["message"]) == (404, True)
