"""Linking GCP and Azure: which forms are right, and what a customer is given to paste."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import hcl2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.errors import Conflict
from chalicelib.domain.identity import Identity, IdentityForm, subject_of
from chalicelib.domain.words import CloudProvider
from chalicelib.providers.linking import LinkSetup, OurSide, linking_of
from chalicelib.providers.linking.azure_permissions import GRANTABLE as GRANTABLE_ON_AZURE
from chalicelib.providers.linking.azure_permissions import actions
from chalicelib.providers.linking.gcp_permissions import GRANTABLE, permissions
from tests.support.builders import NOW

ISSUER = "https://api.example.com/api/oidc"
OURS = OurSide(issuer_url=ISSUER)
UUIDS = [f"{digit * 8}-2222-4333-8444-555555555555" for digit in "1a7"]

GCP: dict[str, Any] = {
    "provider": "gcp",
    "name": "Shop",
    "account_id": "shop-prod-1234",
    "method": "federation",
    "gcp": {
        "project_number": "123456789012",
        "pool_id": "alethia",
        "provider_id": "alethia-prod",
        "service_account": "alethia-runner@shop-iam.iam.gserviceaccount.com",
    },
    "region": "europe-west4",
}
AZURE: dict[str, Any] = {
    "provider": "azure",
    "name": "Shop",
    "account_id": UUIDS[0],
    "method": "federation",
    "azure": {"tenant_id": UUIDS[1], "client_id": UUIDS[2]},
    "region": "westeurope",
}


def problems(form: dict[str, Any], **changes: Any) -> dict[str, str]:
    """Field → message, for the form with some values changed (``gcp__pool_id`` reaches inside)."""
    form = json.loads(json.dumps(form))
    for name, value in changes.items():
        outer, _, inner = name.partition("__")
        if inner:
            form[outer][inner] = value
        else:
            form[outer] = value
    read = IdentityForm.model_validate(form)
    linking = linking_of(read.provider)
    assert linking is not None
    return {problem.field: problem.message for problem in linking.check(read)}


def setup(form: dict[str, Any], ours: OurSide = OURS, **changes: Any) -> LinkSetup:
    identity = an_identity({**form, **changes})
    linking = linking_of(identity.provider)
    assert linking is not None
    return linking.setup(identity, ours)


def an_identity(form: dict[str, Any]) -> Identity:
    fields = {"identity_id": "identity-1", "zone_id": "zone-1", "status": "PENDING", "created_at": NOW}
    return Identity.model_validate({**form, **fields})


class TestForms:
    @pytest.mark.parametrize("form", [GCP, AZURE])
    def test_complete_ones_are_right(self, form: dict[str, Any]) -> None:
        assert problems(form) == {}
        assert problems(form, region=None) == {}

    @pytest.mark.parametrize(("form", "part"), [(GCP, "gcp"), (AZURE, "azure")])
    def test_the_federation_may_come_later(self, form: dict[str, Any], part: str) -> None:
        assert problems(form, **{part: None}) == {}

    @pytest.mark.parametrize(
        ("form", "changes", "field", "says"),
        [
            (GCP, {"account_id": "123456789012"}, "account_id", "not its name or number"),
            (GCP, {"account_id": "Shop"}, "account_id", "project's id"),
            (GCP, {"account_id": None}, "account_id", "project's id"),
            (GCP, {"account_id": 'x"; rm -rf $HOME #'}, "account_id", "project's id"),
            (GCP, {"gcp__project_number": "shop-prod"}, "gcp.project_number", "digits"),
            (GCP, {"gcp__pool_id": "gcp-pool"}, "gcp.pool_id", "not begin with gcp-"),
            (GCP, {"gcp__pool_id": "abc"}, "gcp.pool_id", "4 to 32"),
            (GCP, {"gcp__provider_id": "Alethia"}, "gcp.provider_id", "a-z"),
            (GCP, {"gcp__provider_id": "alethia\n"}, "gcp.provider_id", "a-z"),
            (GCP, {"gcp__service_account": "ada@example.com"}, "gcp.service_account", "e-mail"),
            (GCP, {"method": "role"}, "method", "federation"),
            (GCP, {"role_reference": "arn:aws:iam::1:role/x"}, "role_reference", "leave it out"),
            (GCP, {"azure": AZURE["azure"]}, "azure", "leave it out"),
            (GCP, {"region": "eu west"}, "region", "europe-west4"),
            (AZURE, {"account_id": "shop"}, "account_id", "subscription's id"),
            (AZURE, {"azure__tenant_id": "contoso.com"}, "azure.tenant_id", "UUID"),
            (AZURE, {"azure__client_id": "1234"}, "azure.client_id", "object id"),
            (AZURE, {"method": "runner"}, "method", "federation"),
            (AZURE, {"gcp": GCP["gcp"]}, "gcp", "leave it out"),
            (AZURE, {"region": "West Europe"}, "region", "westeurope"),
        ],
    )
    def test_a_wrong_one_names_the_field_and_what_would_be_right(
        self, form: dict[str, Any], changes: dict[str, Any], field: str, says: str
    ) -> None:
        found = problems(form, **changes)
        assert list(found) == [field]
        assert says in found[field]

    @pytest.mark.parametrize(
        ("form", "field"),
        [
            (GCP, "account_id"),
            (GCP, "region"),
            *((GCP, f"gcp__{name}") for name in GCP["gcp"]),
            (AZURE, "account_id"),
            (AZURE, "region"),
            *((AZURE, f"azure__{name}") for name in AZURE["azure"]),
        ],
    )
    @given(text=st.text() | st.from_regex(r"[a-z0-9$`;'\"@. -]{4,40}"))
    def test_whatever_is_taken_can_stand_in_a_shell(
        self, form: dict[str, Any], field: str, text: str
    ) -> None:
        if not problems(form, **{field: text}):
            assert re.fullmatch(r"[A-Za-z0-9@.-]+", text)


class TestAudience:
    def test_is_the_pools_provider(self) -> None:
        linking = linking_of(CloudProvider.GCP)
        assert linking is not None
        assert linking.audience(an_identity(GCP)) == (
            "//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/alethia"
            "/providers/alethia-prod"
        )

    def test_is_entras_own(self) -> None:
        linking = linking_of(CloudProvider.AZURE)
        assert linking is not None
        assert linking.audience(an_identity(AZURE)) == "api://AzureADTokenExchange"

    @pytest.mark.parametrize(("form", "part"), [(GCP, "gcp"), (AZURE, "azure")])
    def test_is_none_until_the_federation_is_known(self, form: dict[str, Any], part: str) -> None:
        identity = an_identity({**form, part: None})
        linking = linking_of(identity.provider)
        assert linking is not None
        assert linking.audience(identity) is None


EVERY = [GCP, AZURE, {**GCP, "gcp": None}, {**AZURE, "azure": None}]
IDS = ["gcp", "azure", "gcp, nothing made yet", "azure, nothing made yet"]


FAKE_AZ = f"""case "$*" in
  "ad app create "*) echo {UUIDS[2]};;
  "ad sp show "*"--query id "*) echo {UUIDS[0]};;
  "account show "*) echo {UUIDS[1]};;
  "feature show "*) echo Registered;;
  "role definition list "*) echo Alethia;;
  "role assignment delete "*) exit 1;;
esac
"""
"""What the commands are told: a new application, a role that is there, nothing granted yet."""


class TestSetup:
    @pytest.mark.parametrize("form", EVERY, ids=IDS)
    def test_every_snippet_holds_our_side(self, form: dict[str, Any]) -> None:
        made = setup(form)
        assert (made.issuer, made.subject) == (ISSUER, subject_of("zone-1", "identity-1"))
        assert [snippet.language for snippet in made.snippets] == ["bash", "hcl"]
        for snippet in made.snippets:
            assert ISSUER in snippet.text
            assert subject_of("zone-1", "identity-1") in snippet.text
            assert str(form["account_id"]) in snippet.text

    @pytest.mark.parametrize("form", EVERY, ids=IDS)
    def test_shells_and_terraform_can_read_them(self, form: dict[str, Any]) -> None:
        bash, hcl = (snippet.text for snippet in setup(form).snippets)
        subprocess.run(["bash", "-n"], input=bash.encode(), check=True, capture_output=True)
        assert hcl2.loads(hcl)["resource"]

    def test_azures_commands_follow_a_new_application_and_a_new_release(self, tmp_path: Path) -> None:
        """A new application is found by its object id only; an assignment keeps the condition it has."""
        bash, _ = setup({**AZURE, "azure": None}).snippets
        az = tmp_path / "az"
        az.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\n{FAKE_AZ}')
        az.chmod(0o755)
        path = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
        done = subprocess.run(["bash"], input=bash.text, env=path, capture_output=True, text=True, check=True)
        assert f"--tenant {UUIDS[1]} --client-id {UUIDS[2]}" in done.stdout
        asked = (tmp_path / "asked").read_text().splitlines()
        grants = [line for line in asked if line.startswith("role assignment")]
        assert [line.split()[2] for line in grants] == ["create", "delete", "create"]
        whose = f"--assignee-object-id {UUIDS[0]} --assignee-principal-type ServicePrincipal"
        assert [whose in line for line in grants] == [True, False, True]
        assert UUIDS[0] in grants[1] and "--condition-version 2.0" in grants[2]
        assert asked[-1] == "provider register --namespace Microsoft.Compute --output none"

    @pytest.mark.parametrize("form", EVERY, ids=IDS)
    def test_a_role_of_our_own_is_granted_and_a_bounded_right_to_grant(self, form: dict[str, Any]) -> None:
        granted = {
            "gcp": {"roles/iam.workloadIdentityUser", "roles/resourcemanager.projectIamAdmin", *GRANTABLE},
            "azure": {"Role Based Access Control Administrator"},
        }
        pattern = r'(roles/[\w.]+\.[\w.]+)|--role "([\w ]+)"|role_definition_name = "([\w ]+)"'
        for snippet in setup(form).snippets:
            found = {"".join(groups) for groups in re.findall(pattern, snippet.text)}
            assert found == granted[form["provider"]]

    def test_every_permission_stands_in_both_of_gcps_snippets(self) -> None:
        for snippet in setup(GCP).snippets:
            assert all(permission in snippet.text for permission in permissions())
            assert snippet.text.count("hasOnly(['roles/") == 1

    def test_services_are_enabled_where_the_pool_and_the_account_of_gcp_are(self) -> None:
        bash, hcl = (snippet.text for snippet in setup(GCP).snippets)
        assert 'for OTHER in "$POOL_PROJECT" "shop-iam"' in bash
        assert '"shop-prod-1234/pubsub.googleapis.com"' in hcl
        assert '"shop-iam/iamcredentials.googleapis.com"' in hcl
        assert '"shop-iam/pubsub.googleapis.com"' not in hcl

    def test_every_action_stands_in_both_of_azures_snippets(self) -> None:
        for snippet in setup(AZURE).snippets:
            assert all(f'"{action}"' in snippet.text for action in actions())
            assert snippet.text.count("ForAnyOfAnyValues:GuidEquals") == 2
            assert all(role in snippet.text for role in GRANTABLE_ON_AZURE.values())

    @pytest.mark.parametrize("form", [GCP, AZURE])
    def test_only_this_identity_is_trusted(self, form: dict[str, Any]) -> None:
        for snippet in setup(form).snippets:
            assert "principalSet" not in snippet.text
            trusted = [line for line in snippet.text.splitlines() if "subject" in line]
            assert trusted and not any("*" in line for line in trusted)

    def test_known_names_are_filled_in(self) -> None:
        for snippet in setup(GCP).snippets:
            for value in ("123456789012", "alethia-prod", "alethia-runner", "shop-iam"):
                assert value in snippet.text
        for snippet in setup(AZURE).snippets:
            assert UUIDS[2] in snippet.text
            assert "api://AzureADTokenExchange" in snippet.text

    @pytest.mark.parametrize("form", EVERY, ids=IDS)
    def test_steps_ask_for_the_ids_only_while_they_are_missing(self, form: dict[str, Any]) -> None:
        missing = form[form["provider"]] is None
        assert any("of this identity." in step for step in setup(form).steps) == missing

    @pytest.mark.parametrize("form", [GCP, AZURE])
    def test_a_deployment_without_an_issuer_says_which_setting_it_lacks(self, form: dict[str, Any]) -> None:
        with pytest.raises(Conflict, match="ALETHIA_OIDC_SIGNING_KEYS"):
            setup(form, OurSide())

    @pytest.mark.parametrize("form", [GCP, AZURE])
    def test_an_issuer_that_no_cloud_reaches_is_said_first(self, form: dict[str, Any]) -> None:
        made = setup(form, OurSide(issuer_url="http://127.0.0.1:8000/api/oidc"))
        assert "https address" in made.steps[0]
