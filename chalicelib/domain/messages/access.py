"""How a job comes by credentials: for its account, and for its repositories."""

from enum import StrEnum

from pydantic import Field

from ..identity import AccessMethod, AzureFederation, GcpFederation
from ..model import Model
from ..words import CloudProvider


class CloudAccess(Model):
    """How the runner comes by credentials for the account; keyless, so nothing here is secret."""

    provider: CloudProvider
    identity_id: str | None = None
    method: AccessMethod = AccessMethod.RUNNER
    account_id: str | None = None
    role_reference: str | None = None
    gcp: GcpFederation | None = None
    azure: AzureFederation | None = None
    region: str


class CloudCredentialsRequest(Model):
    """Sessions of an assumed role last an hour at most; ask again before the last one ends."""

    attempt: int


class CloudCredentials(Model):
    """An AWS session in the linked account (method ``role``). For the runner's memory only."""

    access_key_id: str = Field(repr=False)
    secret_access_key: str = Field(repr=False)
    session_token: str = Field(repr=False)
    expires_at: str
    account_id: str
    principal: str
    """The assumed role's session, as AWS names it."""


class CloudTokenRequest(Model):
    """A token of our OIDC issuer for the job's identity (``web_identity`` and ``federation``)."""

    attempt: int


class CloudToken(Model):
    """RS256, good for ten minutes, for the one audience that the identity's cloud expects."""

    token: str = Field(repr=False)
    audience: str
    expires_at: str


class GitTokenRequest(Model):
    """A token to read one of the job's repositories with."""

    attempt: int
    repository: str = Field(max_length=2048)
    """The URL, exactly as in the configuration."""


class GitAccess(StrEnum):
    """How a repository can be read."""

    PUBLIC = "public"
    """By anybody; there is no token, and none is needed."""
    TOKEN = "token"  # noqa: S105 - a word


class GitToken(Model):
    """For the runner's memory only; a repository that can't be read at all is an error, not an answer."""

    access: GitAccess
    username: str | None = None
    token: str | None = Field(None, repr=False)
    expires_at: str | None = None
