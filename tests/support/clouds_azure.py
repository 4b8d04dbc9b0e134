"""The Azure subscription of these tests: :mod:`alethia.embedded.other_clouds.azure` plays it."""

from alethia.embedded.other_clouds.azure import Subscription
from chalicelib.domain.identity import AzureFederation
from chalicelib.providers.linking.azure import PERMISSIONS

from .clouds_common import canary, trusting_us

TENANT, CLIENT, SUBSCRIPTION = (f"{digit * 8}-2222-4333-8444-555555555555" for digit in "1a7")
ENTRA = "api://AzureADTokenExchange"
AZURE = AzureFederation(tenant_id=TENANT, client_id=CLIENT)


def a_subscription() -> Subscription:
    """Linked as its setup says, and empty; the application has its custom role."""
    return Subscription(
        trust=trusting_us(ENTRA),
        tenant=TENANT,
        application=CLIENT,
        subscription=SUBSCRIPTION,
        permissions=[{"actions": list(PERMISSIONS), "notActions": []}],
        mint=canary,
    )
