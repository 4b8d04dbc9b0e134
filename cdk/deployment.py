"""What differs between two deployments of the control plane: one file, one typed record.

What AWS would refuse in the middle of a deployment is refused here, by the name of the field.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    field_validator,
    model_validator,
)

from chalicelib.providers.aws.worker_form import MEMORY_OF_CPU

HttpsUrl = Annotated[str, Field(pattern=r"^https://\S+$")]
Address = Annotated[HttpsUrl, AfterValidator(lambda url: url.rstrip("/"))]
"""What paths are added to."""
AccountId = Annotated[str, Field(pattern=r"^\d{12}$")]
Stage = Literal["dev", "prod"]

STAGES: Mapping[Stage, Mapping[str, Any]] = {
    "dev": {"log_days": 30, "requests_per_second": 20, "burst": 40},
    "prod": {"log_days": 365, "requests_per_second": 50, "burst": 100},
}
"""What a stage decides where the file does not. :class:`Alarms` and :class:`Cognito` have more."""


class NotADeployment(ValueError):
    """The file describes no deployment; the message names each field that does not fit."""


class Part(BaseModel):
    """Base: frozen, and a misspelt key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ExternalIssuer(Part):
    """An OIDC issuer of your own, whose tokens the console's users carry."""

    issuer: HttpsUrl
    jwks_url: HttpsUrl | None = None
    """Unset: ``<issuer>/.well-known/jwks.json``."""
    audience: str = "alethia"
    audience_claim: Literal["aud", "client_id"] = "aud"
    """The claim that holds the audience: ``client_id`` for Cognito's access tokens."""


class Cognito(Part):
    """A user pool of the stack's own. Only an administrator makes users."""

    mfa: Literal["optional", "required"] | None = None
    """A code of an authenticator app with each sign-in. Unset: required in prod, optional in dev."""
    threat_protection: bool = False
    """Cognito's checks for stolen passwords and odd sign-ins: its Plus plan, paid by user."""
    domain_prefix: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$")] | None = None
    """Of Cognito's own sign-in pages; nobody else's in the region. Unset: no such pages."""
    callback_urls: tuple[HttpsUrl, ...] = ()
    """Where those pages send a person back to, with a code: your console."""
    logout_urls: tuple[HttpsUrl, ...] = ()

    @model_validator(mode="after")
    def _pages_lead_somewhere(self) -> "Cognito":
        if bool(self.domain_prefix) != bool(self.callback_urls):
            raise ValueError("domain_prefix and callback_urls go together: pages, and where they lead.")
        return self


class OwnPool(Part):
    """``{"cognito": {…}}``: people sign in at a user pool that the stack makes."""

    cognito: Cognito = Cognito()


def _kind_of_sign_in(value: Any) -> str:
    given = value if isinstance(value, Mapping) else vars(value) if isinstance(value, Part) else {}
    return "pool" if not given or "cognito" in given else "issuer"


SignIn = Annotated[
    Annotated[OwnPool, Tag("pool")] | Annotated[ExternalIssuer, Tag("issuer")],
    Discriminator(_kind_of_sign_in),
]


class ExternalStore(Part):
    """An S3-compatible store, such as Supabase's, in place of a bucket in this account."""

    endpoint_url: Address
    region: str
    bucket: str
    access_key_id: str
    secret_name: str = Field(pattern=r"^[A-Za-z0-9/_+=.@-]+$")
    """Secrets Manager secret, made beforehand, that holds the secret access key and nothing else. Its name,
    no ARN."""


class Network(Part):
    """Subnets for the runner that exist already; they need a way out to the internet."""

    vpc_id: str = Field(pattern=r"^vpc-[0-9a-f]+$")
    subnet_ids: tuple[Annotated[str, Field(pattern=r"^subnet-[0-9a-f]+$")], ...] = Field(min_length=1)


class Runner(Part):
    """The platform's own runner."""

    image_tag: str = "0.1.0"
    """In the repository that the stack creates. Tags there never move."""
    cpu: int = 1024
    memory_mib: int = 2048
    network: Network | None = None
    """Unset: a VPC of public subnets, whose tasks nobody can reach, and no NAT gateway."""

    @model_validator(mode="after")
    def _fargate_has_the_size(self) -> "Runner":
        memory = MEMORY_OF_CPU.get(self.cpu)
        if memory is None:
            raise ValueError(f"cpu must be one of {', '.join(map(str, MEMORY_OF_CPU))}.")
        if self.memory_mib not in memory:
            fitting = ", ".join(map(str, memory))
            raise ValueError(f"with cpu {self.cpu}, memory_mib must be one of {fitting}.")
        return self


class CustomerRunners(Part):
    """Runners in customers' accounts."""

    accounts: tuple[AccountId, ...] = ()
    """Who may pull the platform's image, with the roles of their runners' stacks and no others."""
    image: str | None = Field(None, pattern=r"^\S+[:@]\S+$")
    """Another image, by tag or digest, that they can pull. Unset: the platform's, if there are `accounts`;
    with neither, no runner can be deployed into a customer's account."""


class RestoredTables(Part):
    """Both tables as they were at one second, restored from the backup of the stack's own."""

    specs: str = Field(pattern=r"^[A-Za-z0-9_.-]{3,255}$")
    jobs: str = Field(pattern=r"^[A-Za-z0-9_.-]{3,255}$")


class Alarms(Part):
    """When to say that something is wrong."""

    email: str | None = Field(None, pattern=r"^[^@\s]+@[^@\s]+$")
    """Who is told, once they confirmed it by mail. Unset: whoever subscribes to the topic."""
    oldest_job_minutes: int | None = Field(None, ge=5)
    """How long a job may take that waits for nobody. Unset: 90 in prod, 180 in dev."""
    failed_executions: int | None = Field(None, ge=1)
    """How many executions may not fail within an hour; what terraform refuses is no such failure. Unset: 1
    in prod, 3 in dev."""
    errors: int | None = Field(None, ge=1)
    """How many errors of the API or of functions within five minutes. Unset: 1 in prod, 5 in dev."""


class Deployment(Part):
    """One control plane."""

    name: str = Field("alethia", pattern=r"^[a-z][a-z0-9-]{1,30}[a-z0-9]$")
    """Prefix of the names in the account: two deployments can stand side by side."""
    stage: Stage = "prod"
    """What is decided for you where this file does not: see :data:`STAGES`."""
    sign_in: SignIn = OwnPool()
    store: ExternalStore | None = None
    """Unset: an encrypted bucket of the stack's own."""
    runner: Runner = Runner()
    customer_runners: CustomerRunners = CustomerRunners()
    oidc_keys: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,20}$")], ...] = Field(("A",), min_length=1)
    """Names of the RSA keys of our own OIDC issuer, which the stack makes. The first signs; tokens of all are
    good. To rotate, deploy ``["A", "B"]``, then ``["B", "A"]``, then ``["B"]``, an hour or more apart."""
    link_template_url: HttpsUrl | None = None
    """Where CloudFormation reads the account-link template; unset: no one-click link."""
    worker_template_url: HttpsUrl | None = None
    """The same for the template of the role that deploys runners."""
    publish_link_templates: bool = False
    """Make a bucket of which everybody may read these two templates, and nothing else: for one-click links
    without copies of your own."""
    public_api_url: Address | None = None
    """A domain of your own in front of the API; unset: the address that API Gateway gives."""
    console_url: Address | None = None
    """Where people find the console: executions link to its jobs. Unset: no such links."""
    console_origin: str = Field("*", pattern=r"^(\*|https?://[A-Za-z0-9.:\[\]-]+)$")
    """Whose pages may read the API's answers: scheme and host, no path. Tokens travel in a header: ``*``
    gives nothing away."""
    auto_approve: Literal["never", "no-destroy"] = "never"
    alarms: Alarms | None = Alarms()
    """``null``: no alarms, and no topic."""
    restored_tables: RestoredTables | None = None
    """The tables to work with in place of the stack's own, which stay as they are."""
    deletion_protection: bool = True
    """Of tables and user pool. ``false`` is for a dev deployment that is thrown away."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_days: Literal[30, 90, 180, 365, 731]
    """How long CloudWatch keeps what functions, runner and API wrote."""
    requests_per_second: int = Field(ge=0)
    """With a `burst` of 0 as well, the API answers nobody."""
    burst: int = Field(ge=0)

    @model_validator(mode="before")
    @classmethod
    def _stage_decides(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        # An unknown stage gets its error from the field, and no others beside it.
        return {**STAGES.get(given.get("stage", "prod"), STAGES["prod"]), **given}

    @field_validator("oidc_keys")
    @classmethod
    def _keys_are_different(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(names)) < len(names):
            raise ValueError("A key is named once.")
        return names

    @model_validator(mode="after")
    def _prod_is_protected(self) -> "Deployment":
        if self.stage == "prod" and not self.deletion_protection:
            raise ValueError("deletion_protection can be switched off in stage dev only.")
        return self


def read_deployment(file: Path) -> Deployment:
    """The deployment that a JSON file describes (:class:`NotADeployment` when it describes none)."""
    try:
        return Deployment.model_validate_json(file.read_bytes())
    except ValidationError as error:
        raise NotADeployment("\n".join(f"{file}: {problem}" for problem in _problems(error))) from None


def _problems(error: ValidationError) -> Iterator[str]:
    """``runner.cpu: what is wrong``, for each; nothing that stands in the file is repeated."""
    for problem in error.errors(include_url=False, include_input=False):
        match problem["loc"]:
            case ("sign_in", "pool" | "issuer", *rest):  # which of the two is our guess, and no field
                where = ["sign_in", *rest]
            case named:
                where = list(named)
        path = ".".join(map(str, where))
        what = problem["msg"].removeprefix("Value error, ")
        yield f"{path}: {what}" if path else what
