"""PLAN: terraform's plan, its counts at once, its attributes when ``show`` is done, and the artifact."""

import gc
import hashlib
import json
from collections.abc import Iterable
from typing import Any

from chalicelib.domain.job import Diagnostic
from chalicelib.domain.messages import ObjectPurpose
from chalicelib.domain.plan import CostEstimate, PlanManifest, PlanResult, StoredObject
from chalicelib.domain.plan_json import ConvertedPlan, convert
from chalicelib.domain.review_pages import review_pages
from chalicelib.domain.words import Stream

from ..artifact import PLAN_FILE, Artifact, pack
from ..context import JobContext
from ..digests import LOCK_FILE, lock_digest
from ..errors import StepFailed
from .running import failure, new_reader, run

MOST_WARNINGS = 20
MOST_DETAIL = 2000
"""Characters: they lie in the plan's row."""

NO_CHANGES, CHANGES = 0, 2
"""terraform's ``-detailed-exitcode``; anything else is a failure."""


def plan(job: JobContext) -> None:
    """Run ``terraform plan``; the counts go out while it still writes its file."""
    reader = new_reader(job, on_summary=job.journal.summary)
    arguments = [
        "plan",
        "-input=false",
        "-lock=true",
        f"-lock-timeout={job.settings.patience.lock}s",
        f"-out={PLAN_FILE}",
        "-detailed-exitcode",
        "-json",
    ]
    code = run(job, arguments, reader)
    if code not in (NO_CHANGES, CHANGES):
        raise failure(job, "plan", code, reader)
    job.has_changes = code == CHANGES
    job.warnings = distinct_warnings(reader.diagnostics)


def store(job: JobContext) -> None:
    """Convert the plan once, then seal and store the review's pages and the artifact."""
    job.stop.check()
    converted = _show(job)
    pages = review_pages(converted.changes, converted.drift)
    review = [job.vault.put(ObjectPurpose.REVIEW, page.model_dump_json().encode()) for page in pages]
    del pages
    manifest = _store_artifact(job)
    job.plan = PlanResult(
        manifest=manifest,
        summary=converted.summary,
        has_changes=job.has_changes,
        review=review,
        cost=job.cost or CostEstimate(not_estimated="no cost step ran"),
        warnings=job.warnings,
    )
    pages_of = "1 page" if len(review) == 1 else f"{len(review)} pages"
    job.say(f"Plan stored as {manifest.digest[:12]}…, its review in {pages_of}.")


def distinct_warnings(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Each warning once, wherever terraform said it, and no more than a reviewer reads."""
    said = {(one.summary, one.detail): one for one in diagnostics if one.severity == "warning"}
    cut = [one.model_copy(update={"detail": one.detail[:MOST_DETAIL]}) for one in said.values()]
    return cut[:MOST_WARNINGS]


def _show(job: JobContext) -> ConvertedPlan:
    """``terraform show -json``, exactly once. What it prints holds secrets: parsed, never logged."""

    def on_stderr(line: str) -> None:
        job.journal.log(job.link.phase, Stream.STDERR, line)

    code, printed = job.running.capture(["show", "-json", PLAN_FILE], on_stderr=on_stderr)
    job.stop.check()
    if code != 0:
        raise StepFailed(f"terraform show failed with exit code {code}; its log has the reason.")
    document: dict[str, Any] = json.loads(printed)
    del printed
    for unused in ("planned_values", "prior_state", "configuration", "variables"):
        document.pop(unused, None)
    provider = job.ready.provider
    converted = convert(document, group_of=provider.group_of, component_of=provider.component_of)
    document.clear()
    gc.collect()
    return converted


def _store_artifact(job: JobContext) -> PlanManifest:
    workspace = job.running.workspace
    plan_file = workspace / PLAN_FILE
    content = plan_file.read_bytes()
    lock = workspace / LOCK_FILE
    facts = job.session.committed
    manifest = PlanManifest(
        config_hash=job.assignment.config_hash,
        plan_sha256=hashlib.sha256(content).hexdigest(),
        template_digest=job.template_digest,
        provider_lock_digest=lock_digest(workspace),
        terraform_version=job.ready.config.terraform_version,
        state_lineage=facts.lineage if facts else None,
        state_serial=facts.serial if facts else 0,
        artifact=StoredObject(key="", sha256="", size=0),
    )
    archive = Artifact(
        plan=content,
        lock=lock.read_bytes() if lock.is_file() else b"",
        manifest=manifest.model_dump(mode="json", exclude={"artifact"}),
    )
    stored = job.vault.put(ObjectPurpose.PLAN, pack(archive))
    return manifest.model_copy(update={"artifact": stored})
