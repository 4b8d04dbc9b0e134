"""What a linked GCP project lets us do: all that the template needs, and no way to get more."""

import re

import pytest

from chalicelib.providers.linking.gcp_permissions import GRANTABLE, TERRAFORM, permissions, permissions_in
from chalicelib.providers.linking.gcp_snippets import AGENTS, APIS
from tests.support.templates import GCP_TEMPLATE, blocks, resource_types

READ_BY_A_PLAN = {
    "google_compute_network": "compute",
    "google_compute_subnetwork": "compute",
    "google_dns_managed_zone": "dns",
    "google_project": "cloudresourcemanager",
    "google_storage_project_service_account": "storage",
}
"""Data source → the service of GCP that answers it."""

ACTS_AS = {"container-engine-robot": "container", "gcp-sa-pubsub": "pubsub"}
"""Host of a Google-made account, as the template writes it → the service whose account it is."""


def test_every_type_of_the_template_is_listed_and_no_other() -> None:
    cloud = {one for one in resource_types(GCP_TEMPLATE) if one.startswith("google_")}
    assert cloud == TERRAFORM.keys()


@pytest.mark.parametrize("of", TERRAFORM)
def test_each_type_can_be_looked_at(of: str) -> None:
    """A type without a word for reading could never be refreshed."""
    reading = ("get", "getMetadata", "list", "use", "getIamPolicy")
    assert any(permission.endswith(reading) for permission in permissions_in(TERRAFORM[of]))


def test_permissions_are_concrete() -> None:
    assert all(re.fullmatch(r"[a-z]+(\.[a-zA-Z]+){2}", permission) for permission in permissions())
    assert list(permissions()) == sorted(set(permissions()))


def test_it_can_not_give_itself_more() -> None:
    assert "resourcemanager.projects.setIamPolicy" not in permissions()
    assert not [permission for permission in permissions() if permission.startswith("iam.roles.")]
    assert "iam.serviceAccountKeys.create" not in permissions()


def test_it_may_grant_what_the_template_grants_and_nothing_else() -> None:
    granted = set()
    for block in blocks(GCP_TEMPLATE, "google_project_iam_member"):
        granted.update(re.findall(r'"(roles/[\w.]+)"', block))
    assert granted == set(GRANTABLE)


def test_what_a_plan_reads_from_is_enabled_when_a_project_is_linked() -> None:
    """terraform enables services in an apply: too late for a plan that asks one of them."""
    texts = [file.read_text() for file in GCP_TEMPLATE.rglob("*.tf")]
    read = {name for text in texts for name in re.findall(r'^data "(\w+)"', text, re.MULTILINE)}
    assert read == READ_BY_A_PLAN.keys()
    assert {f"{service}.googleapis.com" for service in READ_BY_A_PLAN.values()} <= set(APIS)


def test_the_accounts_of_google_that_are_granted_rights_are_made_when_a_project_is_linked() -> None:
    """GCP refuses to grant anything to an account that it has not made yet."""
    texts = [file.read_text() for file in GCP_TEMPLATE.rglob("*.tf")]
    pattern = r"service-\$\{[\w.]+\}@([\w-]+)\.iam\.gserviceaccount\.com"
    named = {account for text in texts for account in re.findall(pattern, text)}
    assert named == ACTS_AS.keys()
    assert set(AGENTS) == {f"{ACTS_AS[account]}.googleapis.com" for account in named}
    assert set(AGENTS) <= set(APIS)


@pytest.mark.parametrize(
    ("of", "permission"),
    [
        # CreateInstance asks for both, whatever is set (its audit log names them).
        ("google_redis_instance", "redis.instances.create"),
        ("google_redis_instance", "redis.instances.updateAuth"),
        # Another version is another call than an update.
        ("google_redis_instance", "redis.instances.upgrade"),
        # The provider deletes no object of a bucket before it has asked for caches.
        ("google_storage_bucket", "storage.anywhereCaches.list"),
    ],
)
def test_what_is_asked_for_beside_the_obvious(of: str, permission: str) -> None:
    assert permission in set(permissions_in(TERRAFORM[of]))
