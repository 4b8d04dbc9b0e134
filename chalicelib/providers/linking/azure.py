"""Linking an Azure subscription: an app registration whose federated credential trusts our OIDC issuer.

Alethia looks at Azure subscriptions and does not provision into them yet, so the role is Reader; what its
template will need comes with the template.
"""

import json
import re
from textwrap import dedent

from chalicelib.domain.errors import FieldProblem
from chalicelib.domain.identity import AzureFederation, Identity, IdentityForm, subject_of

from .base import LinkSetup, OurSide, SetupSnippet
from .federation import issuer_of, misplaced, unlike, unreachable

CLOUD = "Azure"
AUDIENCE = "api://AzureADTokenExchange"
"""The audience that Microsoft Entra asks of every federated token."""

UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
REGION = re.compile(r"[a-z][a-z0-9]{3,39}")

WHO_SETS_UP = (
    "Run the az commands as somebody who may register applications in the tenant and assign roles on the "
    "subscription; or apply the terraform. Either is enough, and neither makes a secret."
)

ROLES = {
    "Reader": (
        "Microsoft.Resources/subscriptions/read",
        "Microsoft.Resources/subscriptions/locations/read",
        "Microsoft.Network/virtualNetworks/read",
        "Microsoft.Network/dnszones/read",
        "Microsoft.Network/privateDnsZones/read",
    ),
}
"""The role that the application gets → the actions of it that Alethia uses."""

PERMISSIONS = tuple(action for used in ROLES.values() for action in used)
"""What a connection test looks for among the permissions that Azure says we have."""


class AzureLinking:
    """See :class:`chalicelib.providers.linking.base.Linking`."""

    def check(self, form: IdentityForm) -> list[FieldProblem]:
        """A subscription, and the ids of tenant and application, all UUIDs.

        ``azure`` may be left out until the application is there; the identity's setup says how to make it.
        """
        problems = misplaced(form, CLOUD, ("role_reference", "gcp"))
        right = "must be the subscription's id, a UUID: az account show --query id"
        problems += unlike(form.account_id, UUID, ("account_id",), right)
        if form.region is not None:
            problems += unlike(form.region, REGION, ("region",), "must be a region such as westeurope")
        return problems + (_check(form.azure) if form.azure else [])

    def audience(self, identity: Identity) -> str | None:
        """Microsoft Entra's own."""
        return AUDIENCE if identity.azure else None

    def setup(self, identity: Identity, ours: OurSide) -> LinkSetup:
        """Application, federated credential and role, by az or by terraform."""
        issuer = issuer_of(ours)
        subject = subject_of(identity.zone_id, identity.identity_id)
        steps = [
            *unreachable(issuer, CLOUD),
            WHO_SETS_UP,
        ]
        if identity.azure is None:
            steps.append(
                "Both end by printing two ids (az: in a command): set them as `azure` of this identity."
            )
        steps += [
            "Start a connection test. A new federated credential or role takes Azure up to some minutes.",
            "To end the link at any moment, delete the federated credential of the application.",
        ]
        return LinkSetup(
            identity_id=identity.identity_id,
            provider=identity.provider,
            method=identity.method,
            steps=steps,
            issuer=issuer,
            subject=subject,
            audience=AUDIENCE,
            no_link="Azure's portal has no link that creates a federated credential from a template.",
            snippets=[
                SetupSnippet(title="az, from a shell", language="bash", text=_az(identity, issuer)),
                SetupSnippet(
                    title="terraform, azuread and azurerm", language="hcl", text=_hcl(identity, issuer)
                ),
            ],
        )


def _check(azure: AzureFederation) -> list[FieldProblem]:
    return [
        *unlike(
            azure.tenant_id,
            UUID,
            ("azure", "tenant_id"),
            "must be the tenant's id, a UUID: az account show --query tenantId",
        ),
        *unlike(
            azure.client_id,
            UUID,
            ("azure", "client_id"),
            "must be the application's client id (not its object id), a UUID: az ad app list",
        ),
    ]


def _az(identity: Identity, issuer: str) -> str:
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
    grants = "\n".join(
        f'az role assignment create --assignee "$APP_ID" --role "{role}" \\\n'
        '  --scope "/subscriptions/$SUBSCRIPTION"'
        for role in ROLES
    )
    return (
        dedent(f"""\
        set -euo pipefail
        SUBSCRIPTION="{identity.account_id}"
        az account set --subscription "$SUBSCRIPTION"
        {tenant}
        {application}
        az ad sp show --id "$APP_ID" --output none 2>/dev/null || az ad sp create --id "$APP_ID" --output none

        # Only this identity's subject may act as the application.
        NAME="{identity.identity_id}"
        az ad app federated-credential show --id "$APP_ID" --federated-credential-id "$NAME" \\
          --output none 2>/dev/null ||
          az ad app federated-credential create --id "$APP_ID" --parameters '{json.dumps(credential)}'

        # For reading alone: Alethia provisions nothing here yet.
        """)
        + grants
        + f"""

echo 'Now tell Alethia:'
echo alethia identities edit {identity.identity_id} --tenant "$TENANT" --client-id "$APP_ID"
"""
    )


def _hcl(identity: Identity, issuer: str) -> str:
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
    roles = "\n\n".join(
        f'resource "azurerm_role_assignment" "alethia_{_label(role)}" {{\n'
        f'  scope                = "/subscriptions/{identity.account_id}"\n'
        f'  role_definition_name = "{role}"\n'
        f"  principal_id         = {at}azuread_service_principal.alethia.object_id\n}}"
        for role in ROLES
    )
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

# For reading alone: Alethia provisions nothing here yet.
{roles}

data "azuread_client_config" "alethia" {{}}

output "alethia_azure" {{
  value = {{
    tenant_id = data.azuread_client_config.alethia.tenant_id
    client_id = {at}azuread_application.alethia.client_id
  }}
}}
"""


def _label(role: str) -> str:
    return re.sub(r"\W+", "_", role).lower()
