"""DEPLOY: apply exactly the approved plan, or refuse. A missing artifact never becomes a fresh plan."""

import os

from chalicelib.domain.errors import AlethiaError

from ..artifact import CONFIGURATION_CHANGED, PLAN_FILE, stale, unpack, verify_state
from ..artifact import verify as verify_artifact
from ..context import JobContext
from ..errors import Unreachable
from ..vault import ObjectDamaged, ObjectMissing
from .running import failure, new_reader, run


def fetch(job: JobContext) -> None:
    """Get the plan's archive and check it against its own digest."""
    approved = job.assignment.plan
    if approved is None:
        raise stale("artifact", "This job names no approved plan, so nothing was applied. Please re-plan.")
    if approved.manifest.config_hash != job.assignment.config_hash:
        raise stale("config_hash", CONFIGURATION_CHANGED)
    try:
        archive = job.vault.get(approved.manifest.artifact)
    except ObjectMissing:
        raise stale(
            "artifact", "The plan's artifact is gone, so nothing was applied. Please re-plan."
        ) from None
    except ObjectDamaged:
        raise stale("artifact", "The plan's artifact is not what was stored. Please re-plan.") from None
    except Unreachable:
        raise
    except AlethiaError as error:
        raise stale(
            "artifact", f"The plan's artifact can't be had ({error.message}). Please re-plan."
        ) from None
    job.artifact = unpack(archive)


def verify(job: JobContext) -> None:
    """Compare every digest of the manifest with what is here now, the state last."""
    approved, artifact = job.assignment.plan, job.artifact
    config_hash = job.assignment.config_hash
    assert approved is not None and artifact is not None and config_hash is not None
    verify_artifact(
        artifact,
        approved.manifest,
        approved_digest=approved.digest,
        config_hash=config_hash,
        template_digest=job.template_digest,
        terraform_version=job.ready.config.terraform_version,
    )
    job.session.read()
    head = job.session.committed
    assert head is not None
    verify_state(approved.manifest, head.lineage, head.serial)
    job.say(
        f"Plan {approved.digest[:12]}… verified: configuration, template, providers, state are as approved."
    )


def apply(job: JobContext) -> None:
    """Apply the plan file. From here on, things may exist."""
    assert job.artifact is not None
    path = job.running.workspace / PLAN_FILE
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(job.artifact.plan)
    reader = new_reader(job)
    job.events = reader.events
    job.stop.check()
    job.link.declare_start()
    timeout = f"-lock-timeout={job.settings.patience.lock}s"
    code = run(job, ["apply", "-input=false", timeout, "-json", PLAN_FILE], reader)
    if code != 0:
        raise failure(job, "apply", code, reader)
