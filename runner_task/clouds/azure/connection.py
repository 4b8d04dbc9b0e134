"""Who we are in an Azure subscription, and which permissions that we need are missing.

Azure lists the caller's own permissions as patterns of actions, less those of ``notActions``; a permission is
there when one entry allows it and does not take it away again.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.domain.results import ConnectionResult, MissingPermission
from chalicelib.domain.words import CloudProvider
from chalicelib.providers.linking.azure import PERMISSIONS

from .. import CloudContext
from ..rest import CloudError, Rest
from .refusals import of_subscription
from .sessions import ARM, Sessions

SUBSCRIPTIONS = {"api-version": "2022-12-01"}
AUTHORIZATION = {"api-version": "2022-04-01"}


def test_connection(context: CloudContext, rest: Rest, sessions: Sessions) -> ConnectionResult:
    """Look, from outside in: the token, the subscription, the permissions."""
    token, subscription = sessions.access_token(), context.access.account_id
    client_id = sessions.federation.client_id
    context.check()
    try:
        found = rest.get(ARM, f"/subscriptions/{subscription}", token, SUBSCRIPTIONS)
    except CloudError as error:
        raise of_subscription(error, subscription, client_id) from None
    result = ConnectionResult(
        provider=CloudProvider.AZURE,
        account_id=str(found.get("subscriptionId") or subscription),
        principal=f"application {client_id}",
    )
    path = f"/subscriptions/{subscription}/providers/Microsoft.Authorization/permissions"
    try:
        pages = list(rest.pages(ARM, path, token, AUTHORIZATION, next_field="nextLink"))
    except CloudError as error:
        unchecked = f"Permissions were not checked: the application may not list its own ({error.code})."
        return result.model_copy(update={"unchecked": unchecked})
    entries = [entry for page in pages for entry in page.get("value", [])]
    missing = [
        MissingPermission(action=action, resource=f"/subscriptions/{subscription}")
        for action in PERMISSIONS
        if not allowed(action, entries)
    ]
    return result.model_copy(update={"permissions_checked": len(PERMISSIONS), "missing": missing})


def allowed(action: str, entries: Iterable[Mapping[str, Any]]) -> bool:
    """Whether one of the entries allows the action."""
    return any(
        _fits(action, entry.get("actions", [])) and not _fits(action, entry.get("notActions", []))
        for entry in entries
    )


def _fits(action: str, patterns: Iterable[str]) -> bool:
    """Azure's patterns: ``*`` stands for anything, and case does not count."""
    return any(
        re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), action, re.IGNORECASE) for pattern in patterns
    )
