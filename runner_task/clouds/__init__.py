"""The customer's cloud, as one job meets it: a module for each provider, behind one small Protocol.

Each module offers ``open_cloud(context) -> Cloud`` and imports nothing of the others, so that a job about one
cloud loads that cloud's client alone. How a job is let in is decided by ``context.access.method``:

================  ==========================================================================================
``role``          :meth:`CloudContext.session`: the control plane assumes the role and hands the session over
``web_identity``  :meth:`CloudContext.token`, which AWS exchanges for a session
``federation``    :meth:`CloudContext.token`, which GCP's or Azure's token service exchanges
``runner``        the identity that this machine has by itself
================  ==========================================================================================

Whatever is secret stays in memory, or in a file of mode 0600 in ``context.folder`` (which is removed when the
job ends), and is told to ``context.masker`` in the moment that it is known.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from chalicelib.domain.identity import RefusalCause
from chalicelib.domain.ids import attempt_id
from chalicelib.domain.messages import (
    CloudAccess,
    CloudCredentials,
    CloudCredentialsRequest,
    CloudToken,
    CloudTokenRequest,
)
from chalicelib.domain.resources import CloudResources
from chalicelib.domain.results import ConnectionResult
from chalicelib.domain.words import CloudProvider

from ..api import Api
from ..errors import ApiRefused, NotLetIn
from ..loopback import Loopback
from ..masking import Masker

if TYPE_CHECKING:
    from ..context import JobContext


class Cloud(Protocol):
    """A linked account. Every method may raise :class:`~runner_task.errors.NotLetIn`."""

    def environment(self) -> dict[str, str]:
        """The variables with which terraform's provider reaches the account, for as long as the job lasts.

        Lets itself in once, so that a refusal comes before terraform starts.
        """

    def test_connection(self) -> ConnectionResult:
        """Who we are in the account, and which permissions that the templates need are missing.

        Missing permissions are part of the result. Where the cloud offers no way to ask for them, the result
        says so in ``unchecked``. An account other than the linked one is a refusal (``other_account``).
        """

    def fetch_resources(self) -> CloudResources:
        """What a form can offer. What can't be read is named in ``unreadable``; the other lists stand."""


@dataclass(frozen=True)
class CloudContext:
    """What a cloud's module may use of its job."""

    access: CloudAccess
    api: Api = field(repr=False)
    zone_id: str
    job_id: str
    attempt: int
    folder: Path
    """Scratch of the job, mode 0700, removed when it ends."""
    masker: Masker
    loopback: Loopback
    say: Callable[[str], None]
    """A line in the job's log."""
    check: Callable[[], None]
    """Raises when the job is to end; to be called between requests of a long look."""
    endpoint_url: str | None = None
    """An emulated cloud in place of the real one."""
    stand_in_url: str | None = None
    """Where GCP's and Azure's APIs are played, each below its host's name."""
    ambient: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The identity that this machine has by itself, as environment variables."""

    @property
    def session_name(self) -> str:
        """What the account's own audit trail shows: the attempt's id."""
        return attempt_id(self.job_id, self.attempt)[:64]

    def session(self) -> CloudCredentials:
        """A fresh AWS session of the linked role, from the control plane; masked from now on."""
        try:
            session = self.api.cloud_credentials(CloudCredentialsRequest(attempt=self.attempt))
        except ApiRefused as refusal:
            raise as_refusal(refusal) from None
        self.masker.add(session.secret_access_key, session.session_token)
        return session

    def token(self) -> CloudToken:
        """A fresh token of our OIDC issuer, good for ten minutes; masked from now on."""
        try:
            token = self.api.cloud_token(CloudTokenRequest(attempt=self.attempt))
        except ApiRefused as refusal:
            raise as_refusal(refusal) from None
        self.masker.add(token.token)
        return token


def as_refusal(refusal: ApiRefused) -> Exception:
    """What the control plane said, as a refusal of the cloud when it is one."""
    try:
        return NotLetIn(refusal.message, RefusalCause(str(refusal.details.get("cause"))))
    except ValueError:
        return refusal


def context_of(job: "JobContext") -> CloudContext:
    """The part of `job` that its cloud may use."""
    assignment, settings = job.assignment, job.settings
    return CloudContext(
        access=assignment.access,
        api=job.api,
        zone_id=assignment.zone_id,
        job_id=assignment.job_id,
        attempt=assignment.attempt,
        folder=job.folder,
        masker=job.masker,
        loopback=job.loopback,
        say=job.say,
        check=job.stop.check,
        endpoint_url=settings.cloud_endpoint_url,
        stand_in_url=settings.rest_stand_in_url,
        ambient=settings.ambient_aws,
    )


def cloud_of(job: "JobContext") -> Cloud:
    """The account that the job is about."""
    module = import_module(f"{__name__}.{_MODULES[job.assignment.access.provider]}")
    cloud: Cloud = module.open_cloud(context_of(job))
    return cloud


_MODULES = {CloudProvider.AWS: "aws", CloudProvider.GCP: "gcp", CloudProvider.AZURE: "azure"}
