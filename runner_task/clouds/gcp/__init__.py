"""A GCP project.

::

    sessions    our token → a federated one → the service account's
    refusals    what GCP says when it refuses, and what to do about it
    connection  who we are there, and which permissions are missing
    resources   regions, networks, subnets, managed zones

terraform's provider goes the same way by itself: its credential file (no key in it) names the loopback
endpoint, which hands out a fresh token of ours each time; an apply may last longer than any of them.
"""

import json
import os

from chalicelib.domain.resources import CloudResources
from chalicelib.domain.results import ConnectionResult

from .. import CloudContext
from ..rest import Rest, lend_token
from .connection import test_connection
from .resources import fetch_resources
from .sessions import IMPERSONATE, JWT, STS, Sessions

CREDENTIAL_FILE = "gcp-credentials.json"


class Gcp:
    """A :class:`~runner_task.clouds.Cloud`."""

    def __init__(self, context: CloudContext) -> None:
        self._context = context
        self._rest = Rest(context, "GCP")
        self._sessions = Sessions(context, self._rest)

    def environment(self) -> dict[str, str]:
        context, account = self._context, self._sessions.service_account
        self._sessions.access_token()
        lent = lend_token(context)
        configuration = {
            "type": "external_account",
            "audience": self._sessions.audience,
            "subject_token_type": JWT,
            "token_url": f"https://{STS}/v1/token",
            "service_account_impersonation_url": IMPERSONATE.format(account=account),
            "credential_source": {
                "url": lent["url"],
                "headers": {"Authorization": lent["authorization"]},
                "format": {"type": "json", "subject_token_field_name": "value"},
            },
        }
        path = context.folder / CREDENTIAL_FILE
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            json.dump(configuration, file)
        context.say(f"Cloud: as {account}, by workload identity federation.")
        return {
            "GOOGLE_APPLICATION_CREDENTIALS": str(path),
            "GOOGLE_PROJECT": str(context.access.account_id),
            "GOOGLE_REGION": context.access.region,
        }

    def test_connection(self) -> ConnectionResult:
        return test_connection(self._context, self._rest, self._sessions)

    def fetch_resources(self) -> CloudResources:
        return fetch_resources(self._context, self._rest, self._sessions)


def open_cloud(context: CloudContext) -> Gcp:
    """The project of ``context.access``. Nothing is asked of it yet."""
    return Gcp(context)
