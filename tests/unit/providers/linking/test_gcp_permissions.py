"""What a linked GCP project lets us do: all that the template needs, and no way to get more."""

import re

import pytest

from chalicelib.providers.linking.gcp_permissions import GRANTABLE, TERRAFORM, permissions, permissions_in
from tests.support.templates import GCP_TEMPLATE, blocks, resource_types


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
