"""An Azure subscription.

::

    sessions    our token → the application's
    refusals    what Microsoft Entra says when it refuses, and what to do about it
    connection  who we are there, and which permissions are missing
    resources   locations, virtual networks, subnets, DNS zones

terraform's provider asks the loopback endpoint for a fresh token of ours whenever it renews its own. (A token
*file* it would read once: https://github.com/hashicorp/terraform-provider-azurerm/issues/29799.)
"""

from chalicelib.domain.resources import CloudResources
from chalicelib.domain.results import ConnectionResult

from .. import CloudContext
from ..rest import Rest, lend_token
from .connection import test_connection
from .resources import fetch_resources
from .sessions import Sessions


class Azure:
    """A :class:`~runner_task.clouds.Cloud`."""

    def __init__(self, context: CloudContext) -> None:
        self._context = context
        self._rest = Rest(context, "Azure")
        self._sessions = Sessions(context, self._rest)

    def environment(self) -> dict[str, str]:
        context, federation = self._context, self._sessions.federation
        self._sessions.access_token()
        lent = lend_token(context)
        context.say(f"Cloud: as application {federation.client_id}, by a federated credential.")
        return {
            "ARM_USE_OIDC": "true",
            # Else a refusal would let the provider in as whoever is signed in on this machine (`az login`).
            "ARM_USE_CLI": "false",
            "ARM_OIDC_REQUEST_URL": lent["url"],
            "ARM_OIDC_REQUEST_TOKEN": lent["authorization"],
            "ARM_CLIENT_ID": federation.client_id,
            "ARM_TENANT_ID": federation.tenant_id,
            "ARM_SUBSCRIPTION_ID": str(context.access.account_id),
        }

    def test_connection(self) -> ConnectionResult:
        return test_connection(self._context, self._rest, self._sessions)

    def fetch_resources(self) -> CloudResources:
        return fetch_resources(self._context, self._rest, self._sessions)


def open_cloud(context: CloudContext) -> Azure:
    """The subscription of ``context.access``. Nothing is asked of it yet."""
    return Azure(context)
