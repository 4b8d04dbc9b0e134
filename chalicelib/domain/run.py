"""A run: one pass of plan → review → apply over a spec, or one destroy."""

from enum import StrEnum

from .lifecycle.run import RunStatus
from .model import Model


class RunKind(StrEnum):
    DEPLOY = "deploy"
    """Plan, review, apply."""
    DESTROY = "destroy"


class Decision(Model):
    """Who said what about a plan, and which plan they saw."""

    verdict: str
    """``approve`` or ``reject``."""
    by: str
    at: str
    plan_digest: str
    comment: str = ""


class Run(Model):
    """Truth about a run; the Step Functions execution ``{run_id}-{generation}`` is disposable."""

    run_id: str
    """The id of its first job: the PLAN, or the DESTROY."""
    kind: RunKind
    spec_id: str
    zone_id: str
    status: RunStatus
    generation: int = 1
    """Rises when a lost execution is started anew; steps of another generation end ``superseded``."""
    config_hash: str
    plan_job_id: str | None = None
    apply_job_id: str | None = None
    """The DEPLOY or DESTROY job."""
    plan_digest: str | None = None
    auto_approve: bool = False
    review_expires_at: int | None = None
    """Unix seconds."""
    decisions: list[Decision] = []
    reason: str | None = None
    """Why the run ended as it did, in one sentence."""
    created_at: str
    created_by: str
    ended_at: str | None = None


REVIEW_SECONDS = 7 * 24 * 3600
"""How long a plan waits for review unless the zone says otherwise."""
