"""A person's request for a run: what makes a repeat of it the same, and what it brings into the world."""

from collections.abc import Mapping

from ..domain.errors import Conflict
from ..domain.ids import id_for
from ..domain.job import Urgency
from ..domain.lifecycle.job import JobStatus
from ..domain.lifecycle.run import RunStatus
from ..domain.run import RunKind
from ..domain.snapshot import canonical_json, sha256_hex
from ..domain.words import JobType
from .access import Principal
from .audit import Audit
from .ports.jobs import JobRecord
from .ports.ledger import Write, WriteAudit
from .ports.runs import RunRecord


class RunRequest:
    """One person's request, and the run that belongs to it: a repeat with the same key names the same run."""

    def __init__(
        self,
        principal: Principal,
        spec_id: str,
        job_type: JobType,
        *,
        key: str | None,
        runner: str | None,
        auto_approve: bool = False,
        background: bool = False,
        rerun_of: str | None = None,
    ) -> None:
        self.principal = principal
        self.spec_id = spec_id
        self.job_type = job_type
        self.runner = runner
        self.auto_approve = auto_approve
        self.background = background
        self.rerun_of = rerun_of
        route = f"POST /api/specs/{spec_id}/{job_type.lower()}"
        self.run_id = id_for("job", f"{principal.user} {route}", key)
        asked: Mapping[str, object] = {
            "spec_id": spec_id,
            "runner": runner,
            "auto_approve": auto_approve,
            "background": background,
            "rerun_of": rerun_of,
        }
        self.hash = sha256_hex(canonical_json(asked))

    def answer_again(self, run: RunRecord) -> RunRecord:
        """The run that the same request made before; :class:`Conflict` when it was another request."""
        if run.request_hash != self.hash:
            raise Conflict("This idempotency key was used for a different request.")
        return run


def first_job(run: RunRecord, request: RunRequest) -> JobRecord:
    """The job that the run begins with: its PLAN, or its DESTROY."""
    return JobRecord(
        job_id=run.run_id,
        job_type=request.job_type,
        spec_id=run.spec_id,
        zone_id=run.zone_id,
        run_id=run.run_id,
        correlation_id=run.correlation_id,
        status=JobStatus.QUEUED,
        config_hash=run.config_hash,
        runner=run.runner,
        urgency=Urgency.BACKGROUND if request.background else Urgency.USUAL,
        request_hash=run.request_hash,
        created_at=run.created_at,
        created_by=run.created_by,
    )


def started_entries(
    audit: Audit, run: RunRecord, request: RunRequest, replaced: RunRecord | None
) -> list[Write]:
    """Who started it, what made room for it, and what it repeats."""
    actor = f"user:{request.principal.user}"
    started: dict[str, object] = {
        "spec_id": run.spec_id,
        "config_hash": run.config_hash,
        "runner": run.runner,
        "auto_approve": run.auto_approve,
        "background": request.background,
    }
    action = "run.destroy_started" if run.kind is RunKind.DESTROY else "run.planned"
    entries = [audit.entry(run.zone_id, actor=actor, action=action, subject=run.run_id, after=started)]
    if replaced is not None:
        entries.append(
            audit.entry(
                run.zone_id,
                actor=actor,
                action="run.superseded",
                subject=replaced.run_id,
                before={"status": str(replaced.status)},
                after={"status": str(RunStatus.SUPERSEDED), "by": run.run_id},
            )
        )
    if request.rerun_of is not None:
        entries.append(
            audit.entry(
                run.zone_id,
                actor=actor,
                action="job.rerun",
                subject=request.rerun_of,
                after={"run_id": run.run_id},
            )
        )
    return [WriteAudit(entry) for entry in entries]
