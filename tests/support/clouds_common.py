"""The zone and the identity that the played clouds are told of, and what trusting them means."""

from alethia.embedded.other_clouds.common import Trust
from chalicelib.domain.identity import subject_of

from .oidc import ISSUER_URL

ZONE, IDENTITY = "zone-1", "identity-1"
SUBJECT = subject_of(ZONE, IDENTITY)


def trusting_us(audience: str) -> Trust:
    """What a customer told the cloud of us."""
    return Trust(issuer=ISSUER_URL, audience=audience, subject=SUBJECT)


def canary(whom: str) -> str:
    """A token of the cloud's own that tests can look for."""
    return f"canary-{whom}"
