"""The separate role that deploys runners: what people may say of it, its setup, what holds an identity."""

import json
from typing import Any

import pytest

from chalicelib.adapters.dynamodb.tables import IdentityRow, zone_pk
from chalicelib.domain.lifecycle.worker import WorkerStatus
from chalicelib.domain.runner import RunnerKind
from chalicelib.domain.worker import Worker, WorkerForm, stack_name, worker_id
from chalicelib.services.paging import PageRequest
from chalicelib.services.ports.runners import RunnerRecord
from tests.support.api import Api, Client
from tests.support.builders import ACCOUNT, ROLE

US = "arn:aws:iam::000000000000:role/alethia-customer-access"
WORKER_ROLE = f"arn:aws:iam::{ACCOUNT}:role/alethia/alethia-1-runners"
OTHER_ACCOUNT = "999999999999"
FORM = {"name": "Sandbox", "account_id": ACCOUNT, "role_reference": ROLE}


@pytest.fixture
def zone(api: Api) -> str:
    api.container.settings = api.container.settings.model_copy(update={"control_plane_principal": US})
    return api.a_zone("ada")


@pytest.fixture
def ada(api: Api) -> Client:
    return api.as_user("ada")


def linked(ada: Client, zone: str, **form: Any) -> tuple[str, dict[str, Any]]:
    made = ada.post(f"/api/zones/{zone}/identities", {**FORM, **form})
    assert made.status == 201, made.body
    return f"/api/zones/{zone}/identities/{made.json['identity_id']}", made.json


def deployed(api: Api, zone: str, identity_id: str, status: WorkerStatus = WorkerStatus.READY) -> str:
    """A runner that was deployed through an identity; its id."""
    runner_id = worker_id(zone, ACCOUNT, "eu-west-1")
    worker = Worker(
        status=status,
        job_id="job-1",
        form=WorkerForm(identity_id=identity_id, region="eu-west-1", name="inside"),
        account_id=ACCOUNT,
        role=WORKER_ROLE,
        external_id="external",
        stack_name=stack_name(runner_id),
        image="registry/runner:1",
    )
    record = RunnerRecord(
        runner_id=runner_id,
        kind=RunnerKind.FARGATE,
        name="inside",
        zone_id=zone,
        credential_sha256="",
        worker=worker,
        created_at="2026-03-01T12:00:00.000Z",
    )
    api.container.runners.put(record)
    return runner_id


class TestWhatPeopleSay:
    def test_is_kept_and_audited(self, api: Api, ada: Client, zone: str) -> None:
        path, made = linked(ada, zone, worker_role_reference=WORKER_ROLE)
        assert made["worker_role_reference"] == WORKER_ROLE
        assert ada.get(path).json == made
        [entry] = [
            entry
            for entry in api.container.audit_store.of_zone(zone, PageRequest()).items
            if entry.action == "identity.linked"
        ]
        assert entry.after["worker_role_reference"] == WORKER_ROLE

    @pytest.mark.parametrize(
        ("form", "says"),
        [
            ({"worker_role_reference": f"arn:aws:iam::{OTHER_ACCOUNT}:role/x"}, f"account {ACCOUNT}"),
            ({"worker_role_reference": ROLE}, "a role of its own"),
            ({"worker_role_reference": "a role"}, "role's ARN"),
            ({"worker_role_reference": WORKER_ROLE, "method": "web_identity"}, "method web_identity"),
            (
                {
                    "provider": "gcp",
                    "account_id": "shop-prod-1234",
                    "role_reference": None,
                    "worker_role_reference": WORKER_ROLE,
                },
                "leave it out",
            ),
        ],
        ids=["another account", "the role that provisions", "no ARN", "web identity", "gcp"],
    )
    def test_is_refused_with_what_is_wrong(
        self, ada: Client, zone: str, form: dict[str, Any], says: str
    ) -> None:
        reply = ada.post(f"/api/zones/{zone}/identities", {**FORM, **form})
        assert (reply.status, list(reply.problems)) == (422, ["worker_role_reference"])
        assert says in str(reply.problems["worker_role_reference"])

    def test_needs_no_new_test_and_makes_no_plan_stale(self, api: Api, ada: Client, zone: str) -> None:
        path, made = linked(ada, zone)
        row = IdentityRow(zone_pk(zone), f"IDENTITY#{made['identity_id']}")
        row.update([IdentityRow.status.set("VERIFIED")])
        spec = api.a_stored_spec(zone_id=zone, cloud_identity=made["identity_id"])
        for role in (WORKER_ROLE, None):
            reply = ada.put(path, {**FORM, "worker_role_reference": role})
            assert (reply.status, reply.json["status"]) == (200, "VERIFIED")
            assert ada.get(path).json["worker_role_reference"] == role
        assert ada.get(f"/api/specs/{spec['spec_id']}").json["config_hash"] == spec["config_hash"]


class TestSetup:
    def test_has_every_value_filled_in(self, ada: Client, zone: str) -> None:
        path, made = linked(ada, zone)
        setup = ada.get(f"{path}/runner-setup").json
        assert (setup["external_id"], setup["principal"]) == (made["external_id"], US)
        role = f"alethia-{made['identity_id'].rsplit('-', 1)[-1]}-runners"
        assert any(f"role/alethia/{role}" in step for step in setup["steps"])
        assert "AWS::IAM::Role" in setup["template"]
        command, hcl = (snippet["text"] for snippet in setup["snippets"])
        for text in (command, hcl):
            assert all(value in text for value in (made["external_id"], US, zone, role))
        assert 'output "worker_role_reference"' in hcl
        assert (setup["link"], "ALETHIA_WORKER_TEMPLATE_URL" in setup["no_link"]) == (None, True)

    def test_has_a_link_where_the_template_is_published(self, api: Api, ada: Client, zone: str) -> None:
        url = "https://bucket.s3.eu-west-1.amazonaws.com/runners.json"
        api.container.settings = api.container.settings.model_copy(update={"worker_template_url": url})
        path, made = linked(ada, zone, region="eu-north-1")
        link = ada.get(f"{path}/runner-setup").json["link"]
        assert link.startswith("https://eu-north-1.console.aws.amazon.com/cloudformation/")
        assert f"param_ExternalId={made['external_id']}" in link

    def test_is_the_same_template_for_everybody(self, ada: Client, zone: str) -> None:
        first, second = (linked(ada, zone, name=name)[0] for name in ("one", "two"))
        one, two = (ada.get(f"{path}/runner-setup").json["template"] for path in (first, second))
        assert json.loads(one) == json.loads(two)

    @pytest.mark.parametrize(
        "form",
        [
            {"method": "web_identity"},
            {"method": "runner", "role_reference": None},
            {"provider": "gcp", "account_id": "shop-prod-1234", "role_reference": None},
        ],
        ids=["web identity", "runner", "gcp"],
    )
    def test_is_not_there_for_accounts_without_such_a_role(
        self, ada: Client, zone: str, form: dict[str, Any]
    ) -> None:
        path, _ = linked(ada, zone, **form)
        reply = ada.get(f"{path}/runner-setup")
        assert (reply.status, "alethia runner register" in reply.error["message"]) == (409, True)

    def test_says_which_setting_a_deployment_lacks(self, api: Api, ada: Client) -> None:
        path, _ = linked(ada, api.a_zone("ada"))
        reply = ada.get(f"{path}/runner-setup")
        assert (reply.status, "ALETHIA_CONTROL_PLANE_PRINCIPAL" in reply.error["message"]) == (409, True)


@pytest.mark.parametrize("status", [WorkerStatus.DEPLOYING, WorkerStatus.READY, WorkerStatus.FAILED])
class TestWhileARunnerIsDeployedThroughIt:
    def test_an_identity_stays_linked(self, api: Api, ada: Client, zone: str, status: WorkerStatus) -> None:
        path, made = linked(ada, zone, worker_role_reference=WORKER_ROLE)
        runner_id = deployed(api, zone, made["identity_id"], status)
        reply = ada.delete(path)
        assert (reply.status, reply.error["details"]["runner_ids"]) == (409, [runner_id])
        assert f"inside ({runner_id})" in reply.error["message"]
        assert ada.get(path).status == 200

    def test_an_identity_keeps_its_account_and_little_else(
        self, api: Api, ada: Client, zone: str, status: WorkerStatus
    ) -> None:
        path, made = linked(ada, zone, worker_role_reference=WORKER_ROLE)
        runner_id = deployed(api, zone, made["identity_id"], status)
        moved = ada.put(path, {"name": "Sandbox", "account_id": OTHER_ACCOUNT})
        assert (moved.status, moved.error["details"]["runner_ids"]) == (409, [runner_id])
        assert ada.get(path).json == made
        renamed = ada.put(path, {**FORM, "name": "Prod", "worker_role_reference": WORKER_ROLE})
        assert (renamed.status, renamed.json["name"]) == (200, "Prod")

    def test_another_identity_of_the_zone_is_free(
        self, api: Api, ada: Client, zone: str, status: WorkerStatus
    ) -> None:
        _, made = linked(ada, zone)
        path, _ = linked(ada, zone, name="Other")
        deployed(api, zone, made["identity_id"], status)
        assert ada.put(path, {"name": "Other", "account_id": OTHER_ACCOUNT}).status == 200
        assert ada.delete(path).status == 204
