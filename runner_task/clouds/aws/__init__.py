"""An AWS account.

::

    sessions    how the job is let in, and the renewal of what it was given
    clients     boto3, for this package alone
    connection  who we are there, and which permissions are missing
    resources   regions, networks, subnets, hosted zones

terraform never holds a session for longer than it is good for: its SDK asks the loopback endpoint, which asks
:class:`~.sessions.Sessions`. An emulated cloud is reached in the same way, at another address.
"""

from chalicelib.domain.identity import AccessMethod
from chalicelib.domain.resources import CloudResources
from chalicelib.domain.results import ConnectionResult

from .. import CloudContext
from .clients import Clients
from .connection import test_connection
from .resources import fetch_resources
from .sessions import Sessions


class Aws:
    """A :class:`~runner_task.clouds.Cloud`."""

    def __init__(self, context: CloudContext, sessions: Sessions | None) -> None:
        self._context = context
        self._sessions = sessions
        self._clients = Clients(context, sessions.for_botocore if sessions else None)

    def environment(self) -> dict[str, str]:
        context = self._context
        environment = {"AWS_REGION": context.access.region}
        if context.endpoint_url:
            environment["AWS_ENDPOINT_URL"] = context.endpoint_url
        if self._sessions is not None:
            self._sessions.current()
            context.loopback.credentials = self._sessions.for_the_sdk
            context.say(
                f"Cloud: as {context.access.role_reference}, in sessions named {context.session_name}."
            )
            return environment | context.loopback.credentials_environment()
        if context.endpoint_url:
            context.say("Cloud: an emulated one, with dummy credentials.")
            return environment | self._clients.dummy_environment()
        context.masker.add(*(v for k, v in context.ambient.items() if "SECRET" in k or "TOKEN" in k))
        context.say("Cloud: with the runner's own identity.")
        return environment | dict(context.ambient)

    def test_connection(self) -> ConnectionResult:
        return test_connection(self._context, self._clients)

    def fetch_resources(self) -> CloudResources:
        return fetch_resources(self._context, self._clients)


def open_cloud(context: CloudContext) -> Aws:
    """The account of ``context.access``. Nothing is asked of it yet."""
    lent = context.access.method is not AccessMethod.RUNNER
    return Aws(context, Sessions(context) if lent else None)
