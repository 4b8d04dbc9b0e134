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


APPROVE, REJECT = "approve", "reject"


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
    correlation_id: str | None = None
    """What the request that began it, its executions, runners' log lines and audit entries share."""
    config_hash: str
    plan_job_id: str | None = None
    apply_job_id: str | None = None
    """The DEPLOY or DESTROY job."""
    plan_digest: str | None = None
    auto_approve: bool = False
    review_expires_at: int | None = None
    """Unix seconds."""
    approvals_needed: int = 1
    """How many people must approve: the zone's rule when the plan became ready, or a stricter one since."""
    planner_may_approve: bool = True
    """Whether ``created_by`` may be one of them; as above."""
    decisions: list[Decision] = []
    approvals_missing: int | None = None
    """How many approvals it still waits for; where one run is read, not in lists."""
    waits_for: str | None = None
    """What it waits for, in one sentence; where one run is read, not in lists."""
    reason: str | None = None
    """Why the run ended as it did, in one sentence."""
    created_at: str
    created_by: str
    ended_at: str | None = None
