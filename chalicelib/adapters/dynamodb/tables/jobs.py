"""Rows of jobs and runs, of what they told, and of the audit trail."""

from pynamodb.attributes import BooleanAttribute, JSONAttribute, NumberAttribute, UnicodeAttribute

from .base import JobsTable


class JobRow(JobsTable):
    job_id = UnicodeAttribute()
    job_type = UnicodeAttribute()
    zone_id = UnicodeAttribute()
    spec_id = UnicodeAttribute(null=True)
    run_id = UnicodeAttribute(null=True)
    identity_id = UnicodeAttribute(null=True)
    worker_id = UnicodeAttribute(null=True)
    correlation_id = UnicodeAttribute(null=True)
    status = UnicodeAttribute()
    attempt = NumberAttribute(default=0)
    config_hash = UnicodeAttribute(null=True)
    plan_job_id = UnicodeAttribute(null=True)
    runner = UnicodeAttribute()
    urgency = UnicodeAttribute(null=True)
    not_before = NumberAttribute(null=True)
    claim_id = UnicodeAttribute(null=True)
    cancel_requested = BooleanAttribute(default=False)
    terraform_started = BooleanAttribute(default=False)
    phase = UnicodeAttribute(null=True)
    progress = JSONAttribute(null=True)
    lease_expires_at = NumberAttribute(null=True)
    watched_until = NumberAttribute(null=True)
    error = JSONAttribute(null=True)
    outputs = JSONAttribute(null=True)
    log = JSONAttribute(null=True)
    late_report = JSONAttribute(null=True)
    orphan_risk = BooleanAttribute(default=False)
    reported_attempt = NumberAttribute(null=True)
    """The attempt whose report ended the job."""
    request_hash = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute()
    created_by = UnicodeAttribute()
    claimed_at = UnicodeAttribute(null=True)
    ended_at = UnicodeAttribute(null=True)
    stack_work = JSONAttribute(null=True)
    """How far a job about a runner's stack has come."""


class SnapshotRow(JobsTable):
    text = UnicodeAttribute()
    config_hash = UnicodeAttribute()


class PlanRow(JobsTable):
    summary = JSONAttribute(null=True)
    result = JSONAttribute(null=True)
    digest = UnicodeAttribute(null=True)


class ResultRow(JobsTable):
    result = JSONAttribute()
    """A :data:`~chalicelib.domain.results.JobResult`."""


class AuditRow(JobsTable):
    entry = JSONAttribute()
    """An :class:`~chalicelib.domain.audit.AuditEntry`."""


class AttemptRow(JobsTable):
    number = NumberAttribute()
    runner = UnicodeAttribute()
    task_token = UnicodeAttribute(null=True)
    """Of the workflow step that waits; a job by itself has none."""
    waiter = NumberAttribute(null=True)
    """Generation of the step's execution: an older one, redriven, takes no newer one's place."""
    task_arn = UnicodeAttribute(null=True)
    problem = UnicodeAttribute(null=True)
    """Why it has no container yet."""
    dispatched_at = UnicodeAttribute()
    stopped_at = UnicodeAttribute(null=True)
    stop_reason = UnicodeAttribute(null=True)
    over_at = UnicodeAttribute(null=True)
    """When the control plane stopped counting on it; ``stopped_at`` is ECS's word alone."""


class RunRow(JobsTable):
    run_id = UnicodeAttribute()
    kind = UnicodeAttribute()
    spec_id = UnicodeAttribute()
    zone_id = UnicodeAttribute()
    status = UnicodeAttribute()
    generation = NumberAttribute(default=1)
    correlation_id = UnicodeAttribute(null=True)
    config_hash = UnicodeAttribute()
    plan_job_id = UnicodeAttribute(null=True)
    apply_job_id = UnicodeAttribute(null=True)
    plan_digest = UnicodeAttribute(null=True)
    auto_approve = BooleanAttribute(default=False)
    review_token = UnicodeAttribute(null=True)
    review_expires_at = NumberAttribute(null=True)
    approvals_needed = NumberAttribute(null=True)
    planner_may_approve = BooleanAttribute(null=True)
    decisions = JSONAttribute(default=list)
    decided = NumberAttribute(null=True)
    """How many ``decisions`` there are: whoever adds one names the number that they saw."""
    reason = UnicodeAttribute(null=True)
    runner = UnicodeAttribute()
    task_definition = UnicodeAttribute(null=True)
    """Revision that the run's tasks are started from, pinned when it began."""
    request_hash = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute()
    created_by = UnicodeAttribute()
    ended_at = UnicodeAttribute(null=True)


class LogRow(JobsTable):
    phase = UnicodeAttribute()
    stream = UnicodeAttribute()
    at = UnicodeAttribute()
    text = UnicodeAttribute()


class EventRow(JobsTable):
    event = JSONAttribute()
