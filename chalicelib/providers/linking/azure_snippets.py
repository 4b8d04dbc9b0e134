"""What an Azure subscription's owner pastes to link it: shell commands, or the same as terraform.

Both make the application, its federated credential, its custom role and the condition on what it may grant;
both can be run again after a release of Alethia that needs more.
"""

import json
from textwrap import dedent

from chalicelib.domain.identity import Identity, subject_of

from .azure_permissions import GRANTABLE, actions

AUDIENCE = "api://AzureADTokenExchange"
"""The audience that Microsoft Entra asks of every federated token."""

HOST_ENCRYPTION = ("Microsoft.Compute", "EncryptionAtHost")
"""The service and its feature that nodes need (``host_encryption`` of the template's cluster)."""

GRANTS = "Role Based Access Control Administrator"
"""The built-in role that may grant roles; ours is bound to :data:`GRANTABLE` by a condition."""


def az(identity: Identity, issuer: str) -> str:
    """Shell commands."""
    subject = subject_of(identity.zone_id, identity.identity_id)
    credential = {
        "name": identity.identity_id,
        "issuer": issuer,
        "subject": subject,
        "audiences": [AUDIENCE],
    }
    if identity.azure:
        application = f'APP_ID="{identity.azure.client_id}"'
        tenant = f'TENANT="{identity.azure.tenant_id}"'
    else:
        application = 'APP_ID="$(az ad app create --display-name Alethia --query appId --output tsv)"'
        tenant = 'TENANT="$(az account show --query tenantId --output tsv)"'
    role = {
        "Name": _role(identity),
        "IsCustom": True,
        "Description": "What Alethia provisions in this subscription",
        "Actions": list(actions()),
        "AssignableScopes": [f"/subscriptions/{identity.account_id}"],
    }
    return (
        dedent(f"""\
        set -euo pipefail +o histexpand
        SUBSCRIPTION="{identity.account_id}"
        az account set --subscription "$SUBSCRIPTION"
        {tenant}
        {application}
        az ad sp show --id "$APP_ID" --output none 2>/dev/null || az ad sp create --id "$APP_ID" --output none
        # By its object id and kind: a new one takes Entra a while to be found by name.
        WHO=(--assignee-object-id "$(az ad sp show --id "$APP_ID" --query id --output tsv)"
          --assignee-principal-type ServicePrincipal)

        # Only this identity's subject may act as the application.
        NAME="{identity.identity_id}"
        az ad app federated-credential show --id "$APP_ID" --federated-credential-id "$NAME" \\
          --output none 2>/dev/null ||
          az ad app federated-credential create --id "$APP_ID" --parameters '{json.dumps(credential)}'

        # What Alethia's template needs, action by action.
        ROLE="{_role(identity)}"
        SCOPE="/subscriptions/$SUBSCRIPTION"
        FILE="$(mktemp)"
        cat > "$FILE" <<'ROLE_DEFINITION'
        """)
        + json.dumps(role, indent=1)
        + dedent(f"""
        ROLE_DEFINITION
        KNOWN=(--custom-role-only true --name "$ROLE" --query '[].name' --output tsv)
        if [ -n "$(az role definition list "${{KNOWN[@]}}")" ]; then
          az role definition update --role-definition "@$FILE" --output none
        else
          az role definition create --role-definition "@$FILE" --output none
        fi
        rm -f "$FILE"
        for TRY in {{1..10}}; do  # a new role takes Azure a while as well
          if [ -n "$(az role definition list "${{KNOWN[@]}}")" ]; then break; fi
          sleep 15
        done
        az role assignment create "${{WHO[@]}}" --role "$ROLE" --scope "$SCOPE" --output none

        # It may grant these roles, and no other: {", ".join(GRANTABLE)}.
        # An assignment of an earlier release would stay as it is, with its condition, so it goes first.
        az role assignment delete --assignee "${{WHO[1]}}" --role "{GRANTS}" \\
          --scope "$SCOPE" 2>/dev/null || true
        az role assignment create "${{WHO[@]}}" --role "{GRANTS}" \\
          --scope "$SCOPE" --output none --condition-version 2.0 --condition "{_condition()}"

        # Outside development nodes encrypt on the machine that runs them. A subscription has to switch that
        # on, which takes some minutes.
        FEATURE=(--namespace {HOST_ENCRYPTION[0]} --name {HOST_ENCRYPTION[1]})
        az feature register "${{FEATURE[@]}}" --output none
        for TRY in {{1..40}}; do
          STATE="$(az feature show "${{FEATURE[@]}}" --query properties.state --output tsv)"
          if [ "$STATE" = Registered ]; then break; fi
          sleep 15
        done
        az provider register --namespace {HOST_ENCRYPTION[0]} --output none
        """)
        + f"""
echo 'Now tell Alethia:'
echo alethia identities edit {identity.identity_id} --tenant "$TENANT" --client-id "$APP_ID"
"""
    )


def hcl(identity: Identity, issuer: str) -> str:
    """A terraform configuration of the azuread and azurerm providers."""
    subject = subject_of(identity.zone_id, identity.identity_id)
    if identity.azure:
        application = (
            f'data "azuread_application" "alethia" {{\n  client_id = "{identity.azure.client_id}"\n}}'
        )
        principal = (
            f'data "azuread_service_principal" "alethia" {{\n  client_id = "{identity.azure.client_id}"\n}}'
        )
        at = "data."
    else:
        application = 'resource "azuread_application" "alethia" {\n  display_name = "Alethia"\n}'
        principal = (
            'resource "azuread_service_principal" "alethia" {\n'
            "  client_id = azuread_application.alethia.client_id\n}"
        )
        at = ""
    allowed = "".join(f'      "{action}",\n' for action in actions())
    scope = f"/subscriptions/{identity.account_id}"
    return f"""\
{application}

{principal}

# Only this identity's subject may act as the application.
resource "azuread_application_federated_identity_credential" "alethia" {{
  application_id = {at}azuread_application.alethia.id
  display_name   = "{identity.identity_id}"
  issuer         = "{issuer}"
  subject        = "{subject}"
  audiences      = ["{AUDIENCE}"]
}}

# What Alethia's template needs, action by action.
resource "azurerm_role_definition" "alethia" {{
  name              = "{_role(identity)}"
  scope             = "{scope}"
  description       = "What Alethia provisions in this subscription"
  assignable_scopes = ["{scope}"]
  permissions {{
    actions = [
{allowed}    ]
  }}
}}

resource "azurerm_role_assignment" "alethia" {{
  scope              = "{scope}"
  role_definition_id = azurerm_role_definition.alethia.role_definition_resource_id
  principal_id       = {at}azuread_service_principal.alethia.object_id
}}

# It may grant a few roles, and no other: {", ".join(GRANTABLE)}.
resource "azurerm_role_assignment" "alethia_grants" {{
  scope                = "{scope}"
  role_definition_name = "{GRANTS}"
  principal_id         = {at}azuread_service_principal.alethia.object_id
  condition_version    = "2.0"
  condition            = "{_condition()}"
}}

# Outside development nodes encrypt on the machine that runs them, which a subscription has to switch on.
# Where it is on already, leave this out.
resource "azurerm_resource_provider_feature_registration" "host_encryption" {{
  provider_name = "{HOST_ENCRYPTION[0]}"
  name          = "{HOST_ENCRYPTION[1]}"
}}

data "azuread_client_config" "alethia" {{}}

output "alethia_azure" {{
  value = {{
    tenant_id = data.azuread_client_config.alethia.tenant_id
    client_id = {at}azuread_application.alethia.client_id
  }}
}}
"""


def _role(identity: Identity) -> str:
    """Names of custom roles are unique in a tenant, so ours ends in the subscription."""
    return f"Alethia {identity.account_id}"


def _condition() -> str:
    """Azure's condition on what may be granted. Source: "Delegate Azure access management to others"."""
    ids = ", ".join(GRANTABLE.values())
    assignments = "Microsoft.Authorization/roleAssignments"

    def only(action: str, whose: str) -> str:
        matches = f"ActionMatches{{'{assignments}/{action}'}}"
        of = f"@{whose}[{assignments}:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {{{ids}}}"
        return f"((!({matches})) OR ({of}))"

    return f"({only('write', 'Request')} AND {only('delete', 'Resource')})"
