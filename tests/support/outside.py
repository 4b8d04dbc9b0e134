"""What stands outside the services, in memory: the store, the key service, secrets, clouds and git hosts.

Every secret that they hand out is one of :data:`SECRETS`, so that a test can look for it where it must not
be.
"""

from collections.abc import Mapping
from functools import cached_property

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from chalicelib.domain.errors import Damaged, NotFound
from chalicelib.domain.git import GitKind, GitSecret, Repository
from chalicelib.domain.messages import CloudCredentials
from chalicelib.domain.store_names import digest_of
from chalicelib.services.ports.git import Reading, Refreshed
from chalicelib.services.ports.keys import FreshKey
from chalicelib.services.ports.secret_versions import VersionState
from chalicelib.services.ports.signing import RsaPublicKey
from chalicelib.services.ports.store import PresignedPut

SECRETS = {
    "git token": "canary-git-token-4b1d",
    "git refresh token": "canary-git-refresh-token-77e0",
    "git client secret": "canary-git-client-secret-0c55",
    "refreshed git token": "canary-refreshed-git-token-a9a2",
    "refreshed git refresh token": "canary-refreshed-git-refresh-token-52fd",
    "cloud secret key": "canary-cloud-secret-key-e2f1",
    "cloud session token": "canary-cloud-session-token-18ab",
}
"""What it is → its value."""


class MemoryStore:
    """An object store that keeps its promises."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def put(self, key: str, body: bytes) -> None:
        self.objects[key] = body

    def get(self, key: str, *, expected: bool = False) -> bytes:
        try:
            return self.objects[key]
        except KeyError:
            raise NotFound("There is no such object.") from None

    def size(self, key: str, *, expected: bool = False) -> int:
        return len(self.get(key))

    def presigned_put(self, key: str) -> PresignedPut:
        return PresignedPut(f"https://store.test/{key}", {"x-amz-meta-sha256": digest_of(key)})

    def presigned_get(self, key: str) -> str:
        return f"https://store.test/{key}"


class MemoryKeys:
    """A key service that knows its own keys by their context."""

    CLEAR = b"k" * 32

    def generate(self, context: Mapping[str, str]) -> FreshKey:
        return FreshKey(clear=self.CLEAR, wrapped=repr(sorted(context.items())).encode())

    def unwrap(self, wrapped: bytes, context: Mapping[str, str]) -> bytes:
        if wrapped != repr(sorted(context.items())).encode():
            raise Damaged("The data key was not wrapped for this object.")
        return self.CLEAR


class MemoryVersions:
    """Versions of a secret that Secrets Manager is rotating: each is pending until it is promoted."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.current: str | None = None
        self.former: str | None = None

    def state(self, secret: str, version: str) -> VersionState:
        if version == self.current:
            return VersionState.CURRENT
        return VersionState.OTHER if version == self.former else VersionState.PENDING

    def pending(self, secret: str, version: str) -> str | None:
        return self.values.get(version)

    def put_pending(self, secret: str, version: str, value: str) -> None:
        self.values[version] = value

    def promote(self, secret: str, version: str) -> None:
        self.former, self.current = self.current, version


class MemorySigningKeys:
    """One RSA key, whatever its id."""

    @cached_property
    def _key(self) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def public_key(self, key_id: str) -> RsaPublicKey:
        numbers = self._key.public_key().public_numbers()
        return RsaPublicKey(numbers.n, numbers.e)

    def sign(self, key_id: str, message: bytes) -> bytes:
        return self._key.sign(message, padding.PKCS1v15(), hashes.SHA256())


class MemoryVault:
    """Secrets by name."""

    def __init__(self) -> None:
        self.secrets: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        return self.secrets.get(name)

    def put(self, name: str, value: str) -> None:
        self.secrets[name] = value

    def delete(self, name: str) -> None:
        self.secrets.pop(name, None)


class OpenGitHosts:
    """Every token is octocat's, and reads everything; without one nothing is read."""

    def account_of(self, kind: GitKind, host: str, token: str) -> str:
        return "octocat"

    def can_read(self, kind: GitKind, repository: Repository, token: str | None) -> Reading:
        return Reading.YES if token else Reading.NO

    def refresh(self, secret: GitSecret) -> Refreshed:
        return Refreshed(SECRETS["refreshed git token"], SECRETS["refreshed git refresh token"], 7200)


class OpenAws:
    """Every role can be assumed, with its own external id only."""

    def assume(
        self, role: str, *, external_id: str, account_id: str, session_name: str, region: str
    ) -> CloudCredentials:
        return CloudCredentials(
            access_key_id="ASIAEXAMPLE",
            secret_access_key=SECRETS["cloud secret key"],
            session_token=SECRETS["cloud session token"],
            expires_at="2026-03-01T13:00:00Z",
            account_id=account_id,
            principal=f"arn:aws:sts::{account_id}:assumed-role/alethia/{session_name}",
        )

    def require_external_id(
        self, role: str, *, external_id: str, account_id: str, session_name: str, region: str
    ) -> None:
        """It can't be assumed otherwise."""
