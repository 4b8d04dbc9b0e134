"""GCP and Azure as the embedded stack plays them (:mod:`alethia.embedded.other_clouds`), one account each.

``clouds.gcp`` and ``clouds.azure`` are what a customer has set up, as attributes that a test changes.
Everything that was asked is in ``clouds.requests``.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from joserfc.errors import JoseError

from alethia.embedded.other_clouds import Accounts, Serving
from alethia.embedded.other_clouds.common import Refused, Unverified, Verifier
from chalicelib.domain.messages import CloudAccess, CloudToken, CloudTokenRequest
from chalicelib.services.oidc_issuer import OidcIssuer
from chalicelib.services.ports.signing import RsaPublicKey
from runner_task.clouds import CloudContext
from runner_task.loopback import Loopback
from runner_task.masking import Masker

from .clouds_azure import a_subscription
from .clouds_common import IDENTITY, SUBJECT, ZONE
from .clouds_gcp import a_project
from .oidc import Relying


@dataclass
class MemoryKeys:
    """One signing key, in memory."""

    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    def public_key(self, key_id: str) -> RsaPublicKey:
        numbers = self.key.public_key().public_numbers()
        return RsaPublicKey(numbers.n, numbers.e)

    def sign(self, key_id: str, message: bytes) -> bytes:
        return self.key.sign(message, padding.PKCS1v15(), hashes.SHA256())


@dataclass
class RelyingKeys:
    """A :class:`~alethia.embedded.other_clouds.common.KeySet` that shares no code with our signing."""

    relying: Relying

    def read_keys(self) -> object:
        return self.relying.read_keys()

    def claims(self, token: str) -> dict[str, Any]:
        try:
            return self.relying.claims(token)
        except (JoseError, ValueError) as error:
            raise Unverified(str(error)) from None


class PlayedClouds(Accounts):
    """Serves one project and one subscription. Start it with ``with``."""

    def __init__(self, relying: Relying, now: Callable[[], float] = time.time) -> None:
        self.relying = relying
        self.gcp, self.azure = a_project(), a_subscription()
        verifier = Verifier(RelyingKeys(relying), now)
        super().__init__(verifier, projects={IDENTITY: self.gcp}, subscriptions={IDENTITY: self.azure})
        self.requests: list[tuple[str, str, str]] = []
        """Method, host and path, authorization."""
        self.broken: set[str] = set()
        """Hosts that answer 503."""
        self._serving = Serving(self, poll_seconds=0.02)

    @property
    def url(self) -> str:
        return self._serving.url

    def __enter__(self) -> "PlayedClouds":
        self._serving.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._serving.stop()

    def answer(self, method: str, target: str, authorization: str, body: bytes) -> Any:
        asked = urlsplit(target).path.lstrip("/")
        self.requests.append((method, asked, authorization))
        if asked.partition("/")[0] in self.broken:
            raise Refused(503, {})
        return super().answer(method, target, authorization, body)


@dataclass
class SigningApi:
    """The one call of the control plane that a cloud's module makes: a token, as the route would sign it."""

    issuer: OidcIssuer
    audience: str
    subject: str = SUBJECT
    zone_id: str = ZONE
    issued: list[str] = field(default_factory=list)

    def cloud_token(self, request: CloudTokenRequest) -> CloudToken:
        assert request.attempt == 1
        about = {"zone_id": self.zone_id, "identity_id": IDENTITY, "job_id": "job-1"}
        signed = self.issuer.sign(subject=self.subject, audience=self.audience, about=about)
        self.issued.append(signed.token)
        return CloudToken(token=signed.token, audience=self.audience, expires_at=signed.expires_at)


@contextmanager
def a_job(
    clouds: PlayedClouds | Serving, access: CloudAccess, api: SigningApi, folder: Path
) -> Iterator[tuple[CloudContext, list[str]]]:
    """What a cloud's module gets of a running job, and the lines that it says."""
    said: list[str] = []
    session: Any = None
    with Loopback(session, said.append) as loopback:
        yield (
            CloudContext(
                access=access,
                api=api,  # type: ignore[arg-type]
                zone_id=ZONE,
                job_id="job-1",
                attempt=1,
                folder=folder,
                masker=Masker(),
                loopback=loopback,
                say=said.append,
                check=lambda: None,
                stand_in_url=clouds.url,
            ),
            said,
        )
