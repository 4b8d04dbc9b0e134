"""What a linked Azure subscription lets us do: all that the template needs, and no way to get more."""

import re

from chalicelib.providers.linking.azure_permissions import GRANTABLE, TERRAFORM, actions
from tests.support.templates import AZURE_TEMPLATE, blocks, resource_types


def test_every_type_of_the_template_is_listed_and_no_other() -> None:
    cloud = {one for one in resource_types(AZURE_TEMPLATE) if one.startswith("azurerm_")}
    assert cloud == TERRAFORM.keys()


EVERYWHERE = ("*/privateEndpointConnectionsApproval/action", "*/read", "*/register/action")


def test_three_things_are_allowed_of_every_service() -> None:
    """An apply waits where each service says, and a new subscription knows none of them."""
    assert actions()[:3] == EVERYWHERE


def test_what_changes_something_is_named() -> None:
    firewall = "Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies/*"
    named = [action for action in actions()[3:] if action != firewall]
    assert all(
        re.fullmatch(r"Microsoft\.[A-Za-z]+(/[A-Za-z]+)+/(write|delete|action)", action) for action in named
    )
    assert list(actions()) == sorted(set(actions()))


def test_a_cluster_s_maintenance_windows_are_resources_of_their_own() -> None:
    assert "Microsoft.ContainerService/managedClusters/maintenanceConfigurations/write" in actions()


def test_the_template_registers_every_service_that_it_asks() -> None:
    asked = {action.split("/")[0] for action in actions()[3:]}
    listed = re.findall(r'^ +"(Microsoft\.\w+)",', (AZURE_TEMPLATE / "providers.tf").read_text(), re.M)
    # Azure itself, which nobody registers; machines of the cluster, and its policy add-on.
    itself, behind = {"Microsoft.Authorization", "Microsoft.Resources"}, {"Compute", "PolicyInsights"}
    assert set(listed) == asked - itself | {f"Microsoft.{service}" for service in behind}


def test_it_can_not_give_itself_more() -> None:
    changing = [action for action in actions() if action.startswith("Microsoft.Authorization/")]
    assert set(changing) == {
        "Microsoft.Authorization/locks/write",
        "Microsoft.Authorization/locks/delete",
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
