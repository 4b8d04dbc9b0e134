"""From a claimed job to a workspace in which terraform can start."""

import json
import os
import shutil
from pathlib import Path

from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.snapshot import sha256_hex
from chalicelib.domain.spec_config import Owner, read_snapshot

from ..clouds import cloud_of
from ..context import JobContext
from ..digests import lock_digest, template_digest
from ..errors import StepFailed
from ..events import EventReader
from ..installations import choose, cli_configuration
from ..terraform import Terraform

TFVARS_FILE = "terraform.tfvars.json"
WORKSPACE = "workspace"

GARBAGE_COLLECTION = "300"
"""Go's ``GOGC`` for terraform and its providers, which allocate a whole schema and end soon after.

Measured on the AWS template: a quarter less CPU than the default of 100, for about 170 MB more memory.
"""


def snapshot(job: JobContext) -> None:
    """Read the frozen configuration again: same hash, no unknown field."""
    text, config_hash = job.assignment.snapshot, job.assignment.config_hash
    assert text is not None and config_hash is not None, "only jobs about a spec read a snapshot"
    try:
        job.config = read_snapshot(text, config_hash)
    except InvalidInput as error:
        problems = "; ".join(f"{item.field}: {item.message}" for item in error.problems)
        raise StepFailed(f"The configuration snapshot can't be read: {problems}") from None
    job.provider = job.provider_of(job.config.provider)
    job.say(f"Configuration verified (sha256 {config_hash[:12]}…).")


def credentials(job: JobContext) -> None:
    """How terraform reaches the account; asked for once now, so that a refusal comes early."""
    job.cloud = cloud_of(job)
    job.cloud_environment = job.cloud.environment()


def workspace(job: JobContext) -> None:
    """Copy a prepared workspace, or initialise the template when there is none."""
    ready, settings = job.ready, job.settings
    version = ready.config.terraform_version
    program = choose(job.versions, version)
    template = settings.templates_dir / ready.provider.template
    if not template.is_dir():
        raise StepFailed(f"This runner has no template for {ready.config.provider}.")
    job.template_digest = template_digest(template)
    folder = job.folder / WORKSPACE
    environment = _environment(job)

    def init(building: Path) -> None:
        job.say("No prepared workspace for this template yet: running terraform init.")
        _init(job, Terraform(program, building, environment, job.stop))

    ready_made = job.workspaces.copy(template, version, folder, init=init)
    if job.artifact is not None and lock_digest(folder) != sha256_hex(job.artifact.lock):
        shutil.rmtree(folder)
        ready_made = job.workspaces.copy(template, version, folder, init=init, lock=job.artifact.lock)
    if ready_made:
        job.say(f"terraform {version} on a prepared workspace; init is not needed.")
    job.terraform = Terraform(program, folder, environment, job.stop)


def tfvars(job: JobContext) -> None:
    """Write the variables, readable by this user only."""
    ready = job.ready
    owner = Owner(zone_id=job.assignment.zone_id, spec_id=job.assignment.spec_id)
    try:
        variables = ready.provider.to_tfvars(ready.config, owner)
    except InvalidInput as error:
        problems = "; ".join(f"{item.field}: {item.message}" for item in error.problems)
        raise StepFailed(f"The configuration does not fit the cloud: {problems}") from None
    folder = job.folder / WORKSPACE
    folder.mkdir(exist_ok=True)
    path = folder / TFVARS_FILE
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(variables, file)
    job.say(f"{len(variables)} terraform variables written.")


def _environment(job: JobContext) -> dict[str, str]:
    settings = job.settings
    return {
        **settings.inherited,
        **job.cloud_environment,
        **job.loopback.state_environment(),
        "TF_CLI_CONFIG_FILE": str(cli_configuration(settings.cli_config, settings.cache_dir)),
        "TMPDIR": str(job.temp),
        "GOGC": GARBAGE_COLLECTION,
    }


def _init(job: JobContext, terraform: Terraform) -> None:
    reader = EventReader(job.journal, job.masker, job.link.phase, job.ready.provider.group_of)
    code = terraform.stream(
        ["init", "-input=false", "-json"], on_stdout=reader.stdout, on_stderr=reader.stderr
    )
    job.stop.check()
    if code != 0:
        first = reader.errors[0].summary if reader.errors else f"exit code {code}"
        raise StepFailed(f"terraform init failed: {first}", diagnostics=reader.errors)
    job.say("terraform init done.")
