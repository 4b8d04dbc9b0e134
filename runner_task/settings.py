"""What the runner is told by its environment; the only reader of ``os.environ``."""

import os
import uuid
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path

from .errors import BadSettings

RUNNER_VERSION = "0.1.0"

PASSED_ON = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "AWS_CA_BUNDLE",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
)
"""Variables that a child process may inherit: where programs and certificates are, and the way out."""

STAND_INS = "TF_REATTACH_PROVIDERS"
"""Providers that run already. Passed on beside played clouds alone: none may apply for a real one."""

AMBIENT_AWS = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
)
"""The runner's own AWS identity; terraform gets it only when the spec's identity names no role."""


@dataclass(frozen=True)
class Patience:
    """How long the runner waits for what; seconds."""

    interrupt: float = 80
    """From SIGINT to SIGKILL: terraform finishes what is in hand."""
    last_words: float = 30
    """After terraform's end on a stop: to commit the state and report."""
    claim: float = 120
    request: float = 60
    """For an API call that a step can't go on without."""
    missing: float = 3
    """For an object that the store says it does not have: a read during a write can fail."""
    commit: float = 20
    """For a state commit while terraform waits for it; what fails is tried again at the end."""
    after_lease: float = 120
    """Beyond the lease: the final commit and the report are tried this much longer."""
    lock: int = 150
    """terraform's ``-lock-timeout``: longer than a lost attempt's lock can stand."""


@dataclass(frozen=True)
class Places:
    """Where things lie on this machine, whatever the job."""

    templates_dir: Path
    cache_dir: Path
    work_dir: Path
    terraform: tuple[str, ...] = ()
    cli_config: Path | None = None
    inherited: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Settings:
    """One runner's settings."""

    job_id: str
    attempt: int
    api_url: str
    credential: str = field(repr=False)
    claim_id: str
    """Names this process's claim: made here, or given by a runner that will tell of the process's end."""
    templates_dir: Path
    cache_dir: Path
    """Prepared workspaces; kept between jobs where the machine is."""
    work_dir: Path
    """Scratch; each job has a directory of its own, removed at its end."""
    terraform: tuple[str, ...] = ()
    """Paths of terraform programs; empty: the one on ``PATH``."""
    cloud_endpoint_url: str | None = None
    """An emulated cloud, reached with dummy credentials."""
    rest_stand_in_url: str | None = None
    """Where GCP's and Azure's APIs are played, each below its host's name."""
    cli_config: Path | None = None
    """A terraform CLI configuration to use instead of our own."""
    inherited: Mapping[str, str] = field(default_factory=dict)
    ambient_aws: Mapping[str, str] = field(default_factory=dict, repr=False)
    patience: Patience = Patience()


def read_settings(environ: MutableMapping[str, str] = os.environ) -> Settings:
    """Read the settings; the runner's credential is *removed* from the environment at once.

    Raises
    ------
    BadSettings
        A variable is missing or does not fit; names it.
    """
    credential = environ.pop("ALETHIA_RUNNER_CREDENTIAL", "")

    def wanted(name: str) -> str:
        value = environ.get(name, "")
        if not value:
            raise BadSettings(f"{name} is not set; the dispatcher sets it for each task.")
        return value

    if not credential:
        raise BadSettings(
            "ALETHIA_RUNNER_CREDENTIAL is not set; it comes through the task definition's secrets."
        )
    attempt = wanted("ALETHIA_ATTEMPT")
    if not attempt.isdigit():
        raise BadSettings("ALETHIA_ATTEMPT must be a number, counted from 1.")
    places = read_places(environ)
    return Settings(
        job_id=wanted("ALETHIA_JOB_ID"),
        attempt=int(attempt),
        api_url=wanted("ALETHIA_API_URL").rstrip("/"),
        credential=credential,
        claim_id=environ.get("ALETHIA_CLAIM_ID") or uuid.uuid4().hex,
        templates_dir=places.templates_dir,
        cache_dir=places.cache_dir,
        work_dir=places.work_dir,
        terraform=places.terraform,
        cloud_endpoint_url=environ.get("ALETHIA_CLOUD_ENDPOINT_URL") or None,
        rest_stand_in_url=environ.get("ALETHIA_REST_STAND_IN_URL") or None,
        cli_config=places.cli_config,
        inherited=places.inherited,
        ambient_aws={name: environ[name] for name in AMBIENT_AWS if name in environ},
        patience=Patience(lock=int(environ.get("ALETHIA_LOCK_TIMEOUT", Patience.lock))),
    )


def read_places(environ: Mapping[str, str] = os.environ) -> Places:
    """The part of the settings that a machine has without a job."""
    home = Path(environ.get("HOME") or "/tmp")  # noqa: S108 - a container without a home
    passed_on = (*PASSED_ON, STAND_INS) if environ.get("ALETHIA_REST_STAND_IN_URL") else PASSED_ON
    return Places(
        templates_dir=_path(environ, "ALETHIA_TEMPLATES_DIR", Path(__file__).parent.parent / "templates"),
        cache_dir=_path(environ, "ALETHIA_CACHE_DIR", home / ".cache" / "alethia"),
        work_dir=_path(environ, "ALETHIA_WORK_DIR", home / ".cache" / "alethia" / "work"),
        terraform=tuple(part for part in environ.get("ALETHIA_TERRAFORM", "").split(os.pathsep) if part),
        cli_config=_cli_config(environ),
        inherited={name: environ[name] for name in passed_on if name in environ},
    )


def _path(environ: Mapping[str, str], name: str, default: Path) -> Path:
    return Path(environ.get(name) or default).resolve()


def _cli_config(environ: Mapping[str, str]) -> Path | None:
    """Ours by name; terraform's own variable counts only when its file is there."""
    if environ.get("ALETHIA_TF_CLI_CONFIG_FILE"):
        return Path(environ["ALETHIA_TF_CLI_CONFIG_FILE"])
    usual = environ.get("TF_CLI_CONFIG_FILE")
    return Path(usual) if usual and Path(usual).is_file() else None
