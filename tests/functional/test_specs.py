"""Specs through the API: filled in, read back, edited, deleted, by the right people and only once."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

import pytest

from chalicelib.adapters.dynamodb import revisions
from chalicelib.adapters.dynamodb.tables import SpecRow, StateRow, spec_pk, state_pk
from chalicelib.domain.lifecycle.spec import SpecStatus
from chalicelib.domain.snapshot import config_hash
from chalicelib.domain.spec import with_stage_defaults
from chalicelib.domain.words import ComponentKind
from chalicelib.services.ports.facts import ComponentRecord
from chalicelib.services.spec_audit import shown
from tests.support.api import Api
from tests.support.builders import ACCOUNT, a_form, a_full_form


def spec_row(spec_id: str) -> SpecRow:
    return SpecRow.get(spec_pk(spec_id), "SPEC", consistent_read=True)


def set_row(spec_id: str, **values: str) -> None:
    """Move a spec as a run would."""
    row = SpecRow(spec_pk(spec_id), "SPEC")
    row.update([getattr(SpecRow, name).set(value) for name, value in values.items()])


class TestCreate:
    def test_a_spec_starts_as_a_draft_at_revision_one(self, api: Api) -> None:
        spec = api.a_stored_spec()
        assert spec["status"] == "DRAFT"
        assert spec["current_rev"] == 1
        assert spec["changes_not_applied"] is False
        assert spec["created_by"] == "ada"

    def test_every_component_comes_back_as_it_was_saved(self, api: Api) -> None:
        sent = a_full_form()
        spec = api.a_stored_spec(**sent)
        assert [c["name"] for c in spec["form"]["databases"]] == ["orders", "reports"]
        assert {c["name"] for c in spec["form"]["caches"]} == {"sessions", "pages"}
        assert len(spec["components"]) == 14
        assert {c["status"] for c in spec["components"]} == {"PENDING"}
        for kind in (
            "queues",
            "topics",
            "nosql_tables",
            "container_registries",
            "storage_buckets",
            "secrets",
        ):
            for name, value in sent[kind][0].items():
                kept = spec["form"][kind][0][name]
                assert kept == value or kept == {**kept, **value} if isinstance(value, dict) else True

    def test_the_stage_fills_in_what_a_section_leaves_out(self, api: Api) -> None:
        production = api.a_stored_spec(environment_stage="production", network={})
        development = api.a_stored_spec(network={})
        assert production["form"]["network"]["single_nat_gateway"] is False
        assert development["form"]["network"]["single_nat_gateway"] is True

    def test_what_a_person_set_is_never_overridden(self, api: Api) -> None:
        spec = api.a_stored_spec(environment_stage="production", network={"single_nat_gateway": True})
        assert spec["form"]["network"]["single_nat_gateway"] is True

    def test_the_repeat_of_a_request_finds_the_first_spec(self, api: Api) -> None:
        ada, zone, key = api.as_user("ada"), api.a_zone(), str(uuid.uuid4())
        first = ada.post("/api/specs", {"zone_id": zone, **a_form()}, idempotency_key=key)
        again = ada.post("/api/specs", {**a_form(), "zone_id": zone}, idempotency_key=key)
        assert (first.status, again.status) == (201, 201)
        assert again.json == first.json

    def test_a_key_that_was_used_for_another_request_is_refused(self, api: Api) -> None:
        ada, zone, key = api.as_user("ada"), api.a_zone(), str(uuid.uuid4())
        ada.post("/api/specs", {"zone_id": zone, **a_form()}, idempotency_key=key)
        other = ada.post("/api/specs", {"zone_id": zone, **a_form(project_name="blog")}, idempotency_key=key)
        assert other.status == 409
        assert other.error["message"] == "This idempotency key was used for a different request."

    def test_a_torn_create_is_finished_by_its_repeat(self, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        ada, zone, key = api.as_user("ada"), api.a_zone(), str(uuid.uuid4())
        body = {"zone_id": zone, **a_full_form()}
        with monkeypatch.context() as torn:
            torn.setattr(revisions, "write", lambda *_: 1 / 0)
            assert ada.post("/api/specs", body, idempotency_key=key).status == 500
        assert ada.get(f"/api/zones/{zone}/specs").json["items"] == []
        whole = ada.post("/api/specs", body, idempotency_key=key)
        assert whole.status == 201
        assert len(whole.json["components"]) == 14

    def test_one_name_of_a_state_belongs_to_one_spec(self, api: Api) -> None:
        ada, zone = api.as_user("ada"), api.a_zone()
        first = api.a_stored_spec(zone_id=zone)
        second = ada.post("/api/specs", {"zone_id": zone, **a_form()})
        assert second.status == 409
        assert second.error["details"] == {"spec_id": first["spec_id"]}
        assert first["spec_id"] in second.error["message"]
        assert ada.post("/api/specs", {"zone_id": zone, **a_form(region="eu-central-1")}).status == 201
        assert ada.post("/api/specs", {"zone_id": api.a_zone(), **a_form()}).status == 201

    def test_ten_people_racing_for_one_name_make_one_spec(self, api: Api) -> None:
        ada, zone = api.as_user("ada"), api.a_zone()
        with ThreadPoolExecutor(10) as pool:
            body = {"zone_id": zone, **a_form()}
            replies = list(pool.map(lambda _: ada.post("/api/specs", body), range(10)))
        assert sorted(reply.status for reply in replies) == [201] + [409] * 9


class TestEdit:
    def test_an_edit_makes_the_next_revision(self, api: Api) -> None:
        spec = api.a_stored_spec(**a_full_form())
        form = {**spec["form"], "caches": [], "expected_rev": 1}
        edited = api.as_user("ada").put(f"/api/specs/{spec['spec_id']}", form)
        assert edited.status == 200, edited.body
        assert edited.json["current_rev"] == 2
        assert edited.json["form"]["caches"] == []
        assert edited.json["config_hash"] != spec["config_hash"]
        assert api.as_user("ada").get(f"/api/specs/{spec['spec_id']}").json == edited.json

    def test_a_stale_edit_is_refused_with_the_current_revision(self, api: Api) -> None:
        spec = api.a_stored_spec()
        ada, path = api.as_user("ada"), f"/api/specs/{spec['spec_id']}"
        assert ada.put(path, {**a_form(queues=[{"name": "emails"}]), "expected_rev": 1}).status == 200
        stale = ada.put(path, {**a_form(queues=[{"name": "other"}]), "expected_rev": 1})
        assert stale.status == 409
        assert stale.error["code"] == "StaleEdit"
        assert stale.error["details"] == {"current_rev": 2}
        assert ada.get(path).json["form"]["queues"][0]["name"] == "emails"

    def test_an_edit_of_a_revision_that_never_was_is_stale_and_writes_nothing(self, api: Api) -> None:
        spec = api.a_stored_spec()
        edit = api.as_user("ada").put(
            f"/api/specs/{spec['spec_id']}", {**a_form(), "expected_rev": 99_999_999}
        )
        assert (edit.status, edit.error["details"]) == (409, {"current_rev": 1})
        assert revisions.written_for(spec["spec_id"], 100_000_000) is None

    def test_the_repeat_of_an_edit_whose_answer_was_lost_is_done_already(self, api: Api) -> None:
        spec = api.a_stored_spec()
        ada, path = api.as_user("ada"), f"/api/specs/{spec['spec_id']}"
        body = {**a_form(queues=[{"name": "emails"}]), "expected_rev": 1}
        first, again = ada.put(path, body), ada.put(path, body)
        assert (first.status, again.status) == (200, 200)
        assert again.json == first.json

    def test_of_concurrent_edits_one_wins_and_its_components_are_not_mixed(self, api: Api) -> None:
        spec = api.a_stored_spec()
        ada, path = api.as_user("ada"), f"/api/specs/{spec['spec_id']}"

        def edit(number: int) -> int:
            queues = [{"name": f"queue-{number}-{index}"} for index in range(5)]
            return ada.put(path, {**a_form(queues=queues), "expected_rev": 1}).status

        with ThreadPoolExecutor(8) as pool:
            statuses = list(pool.map(edit, range(8)))
        assert sorted(statuses) == [200] + [409] * 7
        winner = statuses.index(200)
        names = {queue["name"] for queue in ada.get(path).json["form"]["queues"]}
        assert names == {f"queue-{winner}-{index}" for index in range(5)}

    def test_a_torn_edit_is_invisible_and_the_next_one_works(
        self, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        spec = api.a_stored_spec(**a_full_form())
        ada, path = api.as_user("ada"), f"/api/specs/{spec['spec_id']}"
        body = {**a_form(queues=[{"name": "emails"}]), "expected_rev": 1}
        whole = revisions.write

        def half(spec_id: str, rev: int, configs: dict[str, object]) -> None:
            whole(spec_id, rev, {"queues": configs["queues"]})
            raise KeyboardInterrupt

        with monkeypatch.context() as torn, pytest.raises(KeyboardInterrupt):
            torn.setattr(revisions, "write", half)
            ada.put(path, body)
        assert ada.get(path).json == spec
        edited = ada.put(path, body)
        assert edited.status == 200
        assert edited.json["form"]["queues"][0]["name"] == "emails"

    def test_only_the_current_and_the_previous_revision_are_kept(self, api: Api) -> None:
        spec = api.a_stored_spec()
        for rev in range(1, 5):
            body = {**a_form(queues=[{"name": f"queue-{rev}"}]), "expected_rev": rev}
            assert api.as_user("ada").put(f"/api/specs/{spec['spec_id']}", body).status == 200
        kept = [rev for rev in range(1, 7) if revisions.read(spec["spec_id"], rev) is not None]
        assert kept == [4, 5]

    def test_a_reader_that_meets_a_purged_revision_reads_again(
        self, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        spec = api.a_stored_spec(queues=[{"name": "emails"}])
        answers = iter([None])
        real = revisions.read
        monkeypatch.setattr(revisions, "read", lambda spec_id, rev: next(answers, None) or real(spec_id, rev))
        assert api.as_user("ada").get(f"/api/specs/{spec['spec_id']}").json == spec


class TestRename:
    def test_a_draft_that_is_renamed_takes_its_states_name_along(self, api: Api) -> None:
        ada, zone = api.as_user("ada"), api.a_zone()
        spec = api.a_stored_spec(zone_id=zone)
        renamed = ada.put(f"/api/specs/{spec['spec_id']}", {**a_form(project_name="blog"), "expected_rev": 1})
        assert renamed.status == 200, renamed.body
        assert StateRow.get(state_pk(zone, "blog-development-eu-west-1"), "HEAD").spec_id == spec["spec_id"]
        assert ada.post("/api/specs", {"zone_id": zone, **a_form()}).status == 201

    def test_a_name_that_another_spec_has_is_refused(self, api: Api) -> None:
        zone = api.a_zone()
        taken = api.a_stored_spec(zone_id=zone, project_name="blog")
        spec = api.a_stored_spec(zone_id=zone)
        renamed = api.as_user("ada").put(
            f"/api/specs/{spec['spec_id']}", {**a_form(project_name="blog"), "expected_rev": 1}
        )
        assert (renamed.status, renamed.error["details"]) == (409, {"spec_id": taken["spec_id"]})

    @pytest.mark.parametrize(
        "began",
        [{"status": "ACTIVE"}, {"status": "FAILED"}, {"live_run": "job-1"}],
        ids=["applied", "failed", "a run in hand"],
    )
    @pytest.mark.parametrize(
        "change",
        [{"project_name": "blog"}, {"environment_stage": "staging"}, {"region": "eu-central-1"}],
        ids=lambda change: next(iter(change)),
    )
    def test_what_names_the_state_is_frozen_once_work_began(
        self, api: Api, began: dict[str, str], change: dict[str, str]
    ) -> None:
        spec = api.a_stored_spec()
        set_row(spec["spec_id"], **began)
        edit = api.as_user("ada").put(
            f"/api/specs/{spec['spec_id']}", {**a_form(**change), "expected_rev": 1}
        )
        assert edit.status == 422
        assert list(edit.problems) == list(change)
        assert "make another spec" in edit.error["message"]

    def test_a_committed_state_freezes_it_too(self, api: Api) -> None:
        zone = api.a_zone()
        spec = api.a_stored_spec(zone_id=zone)
        head = StateRow.get(state_pk(zone, "shop-development-eu-west-1"), "HEAD")
        head.update([StateRow.version.set({"serial": 1})])
        edit = api.as_user("ada").put(
            f"/api/specs/{spec['spec_id']}", {**a_form(region="eu-central-1"), "expected_rev": 1}
        )
        assert (edit.status, edit.error["field"]) == (422, "region")


class TestDelete:
    def test_a_draft_goes_and_gives_its_name_back(self, api: Api) -> None:
        ada, zone = api.as_user("ada"), api.a_zone()
        spec = api.a_stored_spec(zone_id=zone)
        assert ada.delete(f"/api/specs/{spec['spec_id']}").status == 204
        assert ada.get(f"/api/specs/{spec['spec_id']}").status == 404
        assert revisions.read(spec["spec_id"], 1) is None
        assert ada.post("/api/specs", {"zone_id": zone, **a_form()}).status == 201

    @pytest.mark.parametrize("status", sorted(set(SpecStatus) - {SpecStatus.DRAFT, SpecStatus.DESTROYED}))
    def test_one_that_may_be_provisioned_stays(self, api: Api, status: str) -> None:
        spec = api.a_stored_spec()
        set_row(spec["spec_id"], status=status)
        refused = api.as_user("ada").delete(f"/api/specs/{spec['spec_id']}")
        assert refused.status == 409
        assert "Destroy it first" in refused.error["message"]

    def test_one_with_a_run_in_hand_names_the_run(self, api: Api) -> None:
        spec = api.a_stored_spec()
        set_row(spec["spec_id"], live_run="job-7")
        refused = api.as_user("ada").delete(f"/api/specs/{spec['spec_id']}")
        assert (refused.status, refused.error["details"]) == (409, {"run_id": "job-7"})

    def test_a_state_that_was_used_keeps_its_epoch_for_the_next_spec(self, api: Api) -> None:
        ada, zone = api.as_user("ada"), api.a_zone()
        spec = api.a_stored_spec(zone_id=zone)
        set_row(spec["spec_id"], status="DESTROYED")
        key = (state_pk(zone, "shop-development-eu-west-1"), "HEAD")
        StateRow.get(*key).update([StateRow.epoch.set(7), StateRow.version.set({"serial": 9})])
        assert ada.delete(f"/api/specs/{spec['spec_id']}").status == 204
        again = api.a_stored_spec(zone_id=zone)
        head = StateRow.get(*key)
        assert (head.epoch, head.spec_id, head.version) == (7, again["spec_id"], {"serial": 9})


class TestPreview:
    def test_it_shows_what_a_plan_would_freeze(self, api: Api) -> None:
        zone = api.a_zone()
        identity = api.a_verified_identity(zone)
        spec = api.a_stored_spec(zone_id=zone, **a_full_form(cloud_identity=identity.identity_id))
        preview = api.as_user("ada").get(f"/api/specs/{spec['spec_id']}/preview").json
        assert preview["config_hash"] == config_hash(preview["snapshot"]) == spec["config_hash"]
        assert preview["tfvars"]["aws_account_id"] == ACCOUNT
        assert set(preview["tfvars"]["rds_config"]) == {"orders", "reports"}

    def test_the_hash_follows_the_identity_and_the_row_is_corrected(self, api: Api) -> None:
        spec = api.a_stored_spec()
        set_row(spec["spec_id"], config_hash="0" * 64)
        found, text, digest = api.container.spec_reader.snapshot(spec["spec_id"])
        assert digest == config_hash(text) == found.config_hash == spec["config_hash"]
        assert spec_row(spec["spec_id"]).config_hash == digest

    def test_what_was_applied_and_edited_since_shows(self, api: Api) -> None:
        spec = api.a_stored_spec()
        ada, path = api.as_user("ada"), f"/api/specs/{spec['spec_id']}"
        set_row(spec["spec_id"], status="ACTIVE", applied_config_hash=spec["config_hash"])
        assert ada.get(path).json["changes_not_applied"] is False
        ada.put(path, {**a_form(queues=[{"name": "emails"}]), "expected_rev": 1})
        assert ada.get(path).json["changes_not_applied"] is True


def test_the_hash_is_over_what_was_stored_not_over_todays_defaults(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = api.a_stored_spec(network={})
    monkeypatch.setattr(
        "chalicelib.services.spec_forms.with_stage_defaults",
        lambda raw, _: with_stage_defaults(raw, {"network": {"cidr_block": "172.16.0.0/12"}}),
    )
    assert api.container.spec_reader.snapshot(spec["spec_id"])[2] == spec["config_hash"]


def test_every_change_leaves_an_entry_with_the_fields_that_changed(api: Api) -> None:
    spec = api.a_stored_spec(queues=[{"name": "emails"}])
    ada, path = api.as_user("ada"), f"/api/specs/{spec['spec_id']}"
    body = {**spec["form"], "queues": [], "expected_rev": 1}
    assert [ada.put(path, body).status for _ in range(2)] == [200, 200]
    assert ada.delete(path).status == 204
    deleted, edited, created, _ = ada.get(f"/api/zones/{spec['zone_id']}/audit").json["items"]
    assert [entry["action"] for entry in (created, edited, deleted)] == [
        "spec.created",
        "spec.edited",
        "spec.deleted",
    ]
    assert [queue["name"] for queue in edited["before"]["queues"]] == ["emails"]
    assert edited["after"] == {"queues": []}
    assert (created["before"], created["after"]["project_name"], deleted["after"]) == (None, "shop", None)


def test_an_entry_of_a_long_change_names_its_fields_only() -> None:
    before, after = shown({"region": "a", "x": "1" * 40_000}, {"region": "a", "x": "2"})
    assert before == after == {"fields": ["x"]}


class TestKubeconfig:
    FACTS: ClassVar[dict[str, str]] = {
        "name": "shop-development",
        "endpoint": "https://abc.gr7.eu-west-1.eks.amazonaws.com",
        "ca_certificate": "Q0E=",
    }

    def test_it_names_the_program_that_gets_a_token_and_holds_none(self, api: Api) -> None:
        spec = api.a_stored_spec()
        cluster = ComponentRecord(kind=ComponentKind.CLUSTER, name="cluster", facts=self.FACTS)
        api.container.facts.put(spec["spec_id"], [cluster])
        answer = api.as_user("ada").get(f"/api/specs/{spec['spec_id']}/kubeconfig").json
        document = answer["document"]
        login = document["users"][0]["user"]["exec"]
        assert document["clusters"][0]["cluster"]["server"] == self.FACTS["endpoint"]
        assert [login["command"], *login["args"]] == [
            *("aws", "eks", "get-token", "--cluster-name", "shop-development", "--region", "eu-west-1")
        ]
        assert document["current-context"] == "shop-development-eu-west-1"
        assert answer["needs"] == "the AWS CLI, signed in to the account"

    @pytest.mark.parametrize("missing", ["name", "endpoint", "ca_certificate"])
    def test_a_cluster_that_does_not_stand_yet_is_a_conflict(self, api: Api, missing: str) -> None:
        spec = api.a_stored_spec()
        known = {name: value for name, value in self.FACTS.items() if name != missing}
        cluster = ComponentRecord(kind=ComponentKind.CLUSTER, name="cluster", facts=known)
        api.container.facts.put(spec["spec_id"], [cluster])
        refused = api.as_user("ada").get(f"/api/specs/{spec['spec_id']}/kubeconfig")
        assert refused.status == 409
        assert "no cluster that stands" in refused.error["message"]
