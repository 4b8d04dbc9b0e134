"""Tokens of our OIDC issuer for running jobs, which their cloud's token service exchanges for access.

A token's subject is the job's cloud identity and nothing wider: the customer's trust names that subject. It
goes to the attempt that works on the job now, lives for ten minutes, and is kept and logged nowhere.
"""

from ..domain.errors import Conflict
from ..domain.identity import AccessMethod, Identity, subject_of
from ..domain.messages import CloudToken
from ..providers.linking import linking_of
from .attempts import AttemptCaller
from .cloud_access import Identified
from .oidc_issuer import OidcIssuer

WITHOUT_TOKEN = {
    AccessMethod.ROLE: "Alethia assumes its role instead: ask for cloud credentials.",
    AccessMethod.RUNNER: "its runner uses the identity that the machine has by itself.",
}


class CloudTokens:
    """Hands tokens to jobs."""

    def __init__(self, *, identified: Identified, issuer: OidcIssuer) -> None:
        self._identified = identified
        self._issuer = issuer

    def issue(self, caller: AttemptCaller) -> CloudToken:
        """A token for the identity of the caller's job.

        Raises
        ------
        Forbidden
            See :class:`~chalicelib.services.cloud_access.Identified`.
        NotFound
            The identity was unlinked meanwhile.
        Conflict
            The identity is not reached by tokens of ours, or the deployment signs none.
        """
        job, identity = self._identified.job_and_identity(caller)
        audience = audience_of(identity)
        signed = self._issuer.sign(
            subject=subject_of(identity.zone_id, identity.identity_id),
            audience=audience,
            about={
                "zone_id": identity.zone_id,
                "identity_id": identity.identity_id,
                "job_id": job.job_id,
            },
        )
        return CloudToken(token=signed.token, audience=audience, expires_at=signed.expires_at)


def audience_of(identity: Identity) -> str:
    """The one audience of an identity's tokens (:class:`Conflict` when it takes none)."""
    if identity.method in WITHOUT_TOKEN:
        raise Conflict(
            f"The cloud identity {identity.name} takes no token: {WITHOUT_TOKEN[identity.method]}",
            details={"method": str(identity.method)},
        )
    linking = linking_of(identity.provider)
    audience = linking.audience(identity) if linking else None
    if audience is None:
        raise Conflict(
            f"The cloud identity {identity.name} takes no token yet: fill in what its setup asks for.",
            details={"method": str(identity.method)},
        )
    return audience
