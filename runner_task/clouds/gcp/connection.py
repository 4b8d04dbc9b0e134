"""Who we are in a GCP project, and which permissions that we need are missing.

GCP answers ``testIamPermissions`` with those of the asked ones that the caller has: nothing is done to find
out, and the asking needs no permission itself.
"""

from chalicelib.domain.results import ConnectionResult, MissingPermission
from chalicelib.domain.words import CloudProvider
from chalicelib.providers.linking.gcp import PERMISSIONS

from .. import CloudContext
from ..rest import CloudError, Rest
from .refusals import of_project
from .sessions import Sessions

RESOURCE_MANAGER = "cloudresourcemanager.googleapis.com"
MOST_AT_ONCE = 100
"""Permissions that one request may ask for."""


def test_connection(context: CloudContext, rest: Rest, sessions: Sessions) -> ConnectionResult:
    """Look, from outside in: the token exchange, the service account, the project."""
    token, project = sessions.access_token(), context.access.account_id
    context.check()
    path = f"/v3/projects/{project}:testIamPermissions"
    granted: set[str] = set()
    for first in range(0, len(PERMISSIONS), MOST_AT_ONCE):
        asked = {"permissions": PERMISSIONS[first : first + MOST_AT_ONCE]}
        try:
            answer = rest.post_json(RESOURCE_MANAGER, path, token, asked)
        except CloudError as error:
            raise of_project(error, project, sessions.service_account) from None
        granted.update(answer.get("permissions", []))
        context.check()
    return ConnectionResult(
        provider=CloudProvider.GCP,
        account_id=project,
        principal=sessions.service_account,
        permissions_checked=len(PERMISSIONS),
        missing=[
            MissingPermission(action=action, resource=f"projects/{project}")
            for action in PERMISSIONS
            if action not in granted
        ],
    )
