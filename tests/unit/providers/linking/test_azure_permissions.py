"""What a linked Azure subscription lets us do: all that the template needs, and no way to get more."""

import re

import pytest

from chalicelib.providers.linking.azure_permissions import GRANTABLE, TERRAFORM, actions, actions_in
from tests.support.templates import AZURE_TEMPLATE, blocks, resource_types


def test_every_type_of_the_template_is_listed_and_no_other() -> None:
    cloud = {one for one in resource_types(AZURE_TEMPLATE) if one.startswith("azurerm_")}
    assert cloud == TERRAFORM.keys()


@pytest.mark.parametrize("of", TERRAFORM)
def test_each_type_can_be_looked_at(of: str) -> None:
    assert any(action.endswith("/read") for action in actions_in(TERRAFORM[of]))


def test_actions_are_concrete() -> None:
    assert all(re.fullmatch(r"Microsoft\.[A-Za-z]+(/[A-Za-z]+)+", action) for action in actions())
    assert list(actions()) == sorted(set(actions()))


def test_it_can_not_give_itself_more() -> None:
    changing = [action for action in actions() if action.startswith("Microsoft.Authorization/")]
    assert set(changing) == {
        "Microsoft.Authorization/locks/read",
        "Microsoft.Authorization/locks/write",
        "Microsoft.Authorization/locks/delete",
        "Microsoft.Authorization/permissions/read",
        "Microsoft.Authorization/roleAssignments/read",
        "Microsoft.Authorization/roleDefinitions/read",
    }


def test_it_may_grant_what_the_template_grants_and_nothing_else() -> None:
    """Roles stand in the assignments, or in maps that say ``role =`` or ``roles =``."""
    text = "\n".join(file.read_text() for file in AZURE_TEMPLATE.rglob("*.tf"))
    named = re.findall(r'\b(?:role|zone|vault|gateway\w*) += "([A-Z][\w ]+)"', text)
    for block in blocks(AZURE_TEMPLATE, "azurerm_role_assignment"):
        named += [name for name in re.findall(r'"([A-Z][\w ]+)"', block) if name != "ServicePrincipal"]
    assert set(named) == GRANTABLE.keys()


def test_none_of_the_roles_that_may_be_granted_can_grant() -> None:
    assert not {"Owner", "Contributor", "User Access Administrator"} & GRANTABLE.keys()
