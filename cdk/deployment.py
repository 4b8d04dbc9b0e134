"""What differs between two deployments of the control plane: one file, one typed record."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

HttpsUrl = Annotated[str, Field(pattern=r"^https://\S+$")]


class Part(BaseModel):
    """Base: frozen, and a misspelt key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SignIn(Part):
    """The OIDC issuer whose tokens the console's users carry."""

    issuer: HttpsUrl
    jwks_url: HttpsUrl | None = None
    """Unset: ``<issuer>/.well-known/jwks.json``."""
    audience: str = "alethia"
    audience_claim: Literal["aud", "client_id"] = "aud"
    """The claim that holds the audience: ``client_id`` for Cognito's access tokens."""


class ExternalStore(Part):
    """An S3-compatible store, such as Supabase's, in place of a bucket in this account."""

    endpoint_url: HttpsUrl
    region: str
    bucket: str
    access_key_id: str
    secret_name: str
    """Secrets Manager secret, made beforehand, that holds the secret access key and nothing else."""


class Network(Part):
    """Subnets for the runner that exist already; they need a way out to the internet."""

    vpc_id: str = Field(pattern=r"^vpc-[0-9a-f]+$")
    subnet_ids: tuple[str, ...] = Field(min_length=1)


class Runner(Part):
    """The platform's own runner."""

    image_tag: str = "0.1.0"
    """In the repository that the stack creates. Tags there never move."""
    cpu: int = 1024
    memory_mib: int = 2048
    network: Network | None = None
    """Unset: a VPC of public subnets, whose tasks nobody can reach, and no NAT gateway."""


class Deployment(Part):
    """One control plane."""

    name: str = Field("alethia", pattern=r"^[a-z][a-z0-9-]{1,30}[a-z0-9]$")
    """Prefix of the names in the account: two deployments can stand side by side."""
    sign_in: SignIn
    store: ExternalStore | None = None
    """Unset: an encrypted bucket of the stack's own."""
    runner: Runner = Runner()
    oidc_keys: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,20}$")], ...] = Field(("A",), min_length=1)
    """Names of the RSA keys of our own OIDC issuer, which the stack makes. The first signs; tokens of all are
    good. To rotate, deploy ``["A", "B"]``, then ``["B", "A"]``, then ``["B"]``, an hour or more apart."""
    link_template_url: HttpsUrl | None = None
    """Where CloudFormation reads the account-link template; unset: no one-click link."""
    public_api_url: HttpsUrl | None = None
    """A domain of your own in front of the API; unset: the address that API Gateway gives."""
    console_origin: str = "*"
    """Whose pages may read the gateway's answers. Tokens travel in a header: ``*`` gives nothing away."""
    auto_approve: Literal["never", "no-destroy"] = "never"
    log_level: str = "INFO"
    log_days: Literal[30, 90, 180, 365, 731] = 90
    """How long CloudWatch keeps what functions, runner and API wrote."""
    requests_per_second: int = 50
    burst: int = 100


def read_deployment(file: Path) -> Deployment:
    """The deployment that a JSON file describes; pydantic's error names each field that does not fit."""
    return Deployment.model_validate_json(file.read_bytes())
