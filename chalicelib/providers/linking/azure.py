"""Linking an Azure subscription: an app registration whose federated credential trusts our OIDC issuer.

The application gets one custom role with the actions that Alethia uses, enumerated
(:mod:`.azure_permissions`), and may grant a few roles to the identities that it makes.
"""

import re

from chalicelib.domain.errors import FieldProblem
from chalicelib.domain.identity import AzureFederation, Identity, IdentityForm, subject_of

from .azure_permissions import actions
from .azure_snippets import AUDIENCE, az, hcl
from .base import LinkSetup, OurSide, SetupSnippet
from .federation import issuer_of, misplaced, unlike, unreachable

CLOUD = "Azure"

UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
REGION = re.compile(r"[a-z][a-z0-9]{3,39}")

WHO_SETS_UP = (
    "Run the az commands as somebody who may register applications in the tenant and assign roles on the "
    "subscription; or apply the terraform. Either is enough, and neither makes a secret."
)

PERMISSIONS = actions()
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
                SetupSnippet(title="az, from a shell", language="bash", text=az(identity, issuer)),
                SetupSnippet(
                    title="terraform, azuread and azurerm", language="hcl", text=hcl(identity, issuer)
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
