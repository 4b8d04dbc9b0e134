"""The only reader of the environment: one typed, frozen record for each deployment."""

import os
from collections.abc import Mapping
from functools import lru_cache

from .domain.model import Model


class Settings(Model):
    """Where everything is. Each field is the environment variable ``ALETHIA_<FIELD>`` in capitals."""

    specs_table: str = "alethia-specs"
    jobs_table: str = "alethia-jobs"
    state_machine_arn: str = ""
    region: str = "eu-west-1"
    aws_endpoint_url: str | None = None
    """An emulator in place of AWS: the embedded stack sets it, a deployment never does."""

    store_endpoint_url: str | None = None
    """S3-compatible endpoint of the store (Supabase: ``https://<ref>.storage.supabase.co/storage/v1/s3``)."""
    store_region: str = "eu-west-1"
    store_bucket: str = "alethia"
    store_access_key_id: str | None = None
    store_secret_name: str | None = None
    """Secrets Manager secret with the store's keys; unset: the function's own role."""
    kms_key_id: str = ""

    oidc_issuer: str = ""
    oidc_audience: str = "alethia"
    oidc_audience_claim: str = "aud"
    """The claim that says whom a token is for: ``aud``, or ``client_id`` for Cognito's access tokens."""
    oidc_jwks_url: str = ""
    """Unset: ``<issuer>/.well-known/jwks.json``, where Cognito and Supabase publish theirs."""

    oidc_signing_keys: str = ""
    """Comma-separated ids of KMS RSA keys of *our* issuer: the first signs, all are published."""
    control_plane_principal: str = ""
    """ARN of the principal that assumes customers' roles; their trust policies name it."""
    customer_access_role: str = ""
    """The role that is assumed before any customer's: the same as the principal. Unset: we are it already."""
    link_template_url: str = ""
    """Where CloudFormation reads the account-link template (an S3 address); unset: no one-click link."""
    worker_template_url: str = ""
    """The same for the template of the role that deploys runners."""
    customer_aws_endpoint_url: str | None = None
    """An emulator in place of the customers' AWS: the embedded stack sets it, a deployment never does."""
    git_secrets_prefix: str = "alethia/git"
    """Secrets Manager names of linked git tokens begin with it."""
    git_host_urls: str = ""
    """Stand-ins for git hosts, ``host=URL`` with commas between: tests set it, a deployment never does."""
    runner_poll_seconds: float = 5
    """How often a self-hosted runner asks for work."""

    job_token_secret: str = ""
    """Secrets Manager secret whose value signs job tokens."""
    public_api_url: str = ""
    """The API's address as runners reach it."""
    platform_runner: str = "platform"
    """Id of the runner that takes jobs when the person chose none."""
    ecs_cluster: str = ""
    ecs_task_definition: str = ""
    ecs_subnets: str = ""
    """Comma-separated subnet ids."""
    ecs_security_groups: str = ""
    """Comma-separated."""
    worker_state_machine_arn: str = ""
    """The state machine that deploys runners into customers' accounts."""
    worker_image: str = ""
    """The image of runners in customers' accounts, by tag or digest; unset: none can be deployed."""
    console_url: str = ""
    """Where people see a job: ``<console_url>/jobs/<job id>``; unset: no such links."""
    console_origin: str = ""
    """Whose pages may read the API's answers; unset: those of the API's own address."""
    deployment_name: str = "alethia"
    auto_approve: str = "never"
    """``never``, or ``no-destroy``: plans that replace and destroy nothing need no person."""
    log_level: str = "INFO"


def from_environment(environ: Mapping[str, str]) -> Settings:
    """Settings from variables named ``ALETHIA_…``; unknown ones are ignored (the runner has its own)."""
    prefix = "ALETHIA_"
    values = {
        key.removeprefix(prefix).lower(): value
        for key, value in environ.items()
        if key.startswith(prefix) and key.removeprefix(prefix).lower() in Settings.model_fields
    }
    return Settings.model_validate(values)


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The process's settings, read once."""
    return from_environment(os.environ)
