"""The archive that a PLAN leaves for its DEPLOY (plan file, lock file, manifest), and its verification."""

import hashlib
import io
import json
import tarfile
from dataclasses import dataclass, field
from typing import Any

from chalicelib.domain.errors import StalePlan
from chalicelib.domain.plan import PlanManifest

from .digests import LOCK_FILE

PLAN_FILE = "plan.tfplan"
MANIFEST_FILE = "manifest.json"

CONFIGURATION_CHANGED = "Configuration has changed since the plan was generated. Please re-plan."


@dataclass(frozen=True)
class Artifact:
    """The archive's content. ``lock`` is empty where terraform needs no provider."""

    plan: bytes = field(repr=False)
    lock: bytes = field(repr=False)
    manifest: dict[str, Any]
    """Without the field ``artifact``, which names this archive's own digest."""


def pack(artifact: Artifact) -> bytes:
    """One tar, with nothing of this machine in it."""
    members = {
        PLAN_FILE: artifact.plan,
        LOCK_FILE: artifact.lock,
        MANIFEST_FILE: json.dumps(artifact.manifest, sort_keys=True).encode(),
    }
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o600
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def unpack(archive: bytes) -> Artifact:
    """Read the archive's three members; nothing is extracted to disk.

    Raises
    ------
    StalePlan
        A member is missing, or the bytes are no archive.
    """
    try:
        with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
            plan, lock, manifest = (_member(opened, name) for name in (PLAN_FILE, LOCK_FILE, MANIFEST_FILE))
        return Artifact(plan, lock, dict(json.loads(manifest)))
    except (tarfile.TarError, KeyError, ValueError):
        raise stale("artifact", "The plan's archive is incomplete. Please re-plan.") from None


def verify(
    artifact: Artifact,
    manifest: PlanManifest,
    *,
    approved_digest: str,
    config_hash: str,
    template_digest: str,
    terraform_version: str,
) -> None:
    """Refuse the apply unless everything is as it was approved.

    The state's lineage and serial are compared by :func:`verify_state`, once the head was read.

    Raises
    ------
    StalePlan
        Names the first digest that is missing or differs.
    """
    if manifest.config_hash != config_hash:
        raise stale("config_hash", CONFIGURATION_CHANGED)
    if manifest.digest != approved_digest:
        raise stale("digest", "This is not the plan that was approved. Please re-plan.")
    if artifact.manifest != manifest.model_dump(mode="json", exclude={"artifact"}):
        raise stale("manifest", "The plan's archive belongs to another plan. Please re-plan.")
    if _sha256(artifact.plan) != manifest.plan_sha256:
        raise stale("plan_sha256", "The plan file is not the one that was reviewed. Please re-plan.")
    if _sha256(artifact.lock) != manifest.provider_lock_digest:
        raise stale(
            "provider_lock_digest", "The provider lock file is not the one of the plan. Please re-plan."
        )
    if template_digest != manifest.template_digest:
        raise stale(
            "template_digest", "The template has changed since the plan was generated. Please re-plan."
        )
    if terraform_version != manifest.terraform_version:
        raise stale(
            "terraform_version",
            f"The plan was made with terraform {manifest.terraform_version}, "
            f"not {terraform_version}. Please re-plan.",
        )


def verify_state(manifest: PlanManifest, lineage: str | None, serial: int) -> None:
    """Refuse the apply when the state moved since the plan."""
    if (lineage, serial) != (manifest.state_lineage, manifest.state_serial):
        raise stale("state", "The state has changed since the plan was generated. Please re-plan.")


def stale(what: str, message: str) -> StalePlan:
    """The refusal, naming what changed."""
    return StalePlan(message, details={"changed": [what]})


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    content = archive.extractfile(name)
    if content is None:
        raise KeyError(name)
    return content.read()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
