"""Every row of the two tables, and the key it lives under.

Specs table::

    pk                        sk                            row
    USER#{user}               ZONE#{zone}                   MembershipRow   the zones of a person
    ZONE#{zone}               ZONE                          ZoneRow
    ZONE#{zone}               MEMBER#{member}               MemberRow       the people of a zone
    ZONE#{zone}               INVITATION#{invitation}       InvitationRow   index by_zone
    ZONE#{zone}               GIT#{host}                    GitLinkRow      a linked git host; no token in it
    ZONE#{zone}               GITLOCK#{host}                GitLockRow      who rewrites its secret now
    ZONE#{zone}               IDENTITY#{identity}           IdentityRow
    ZONE#{zone}               RESOURCES#{identity}          ResourcesRow    what was last fetched
    RUNNER#{runner}           RUNNER                        RunnerRow       index by_zone
    SPEC#{spec}               SPEC                          SpecRow         index by_zone
    SPEC#{spec}               REV#{rev:08}                  ComponentRow    a revision's head: its size
    SPEC#{spec}               REV#{rev:08}#{kind}#{name}    ComponentRow    a revision never changes
    SPEC#{spec}               FACT#{kind}#{name}            FactRow         what is observed
    STATE#{zone}/{state}      HEAD                          StateRow        claim, lock, epoch, pointer
    STATE#{zone}/{state}      VERSION#{version}             StateVersionRow ids sort by serial
    STATE#{zone}/{state}      ACT#{act}                     StateActRow     by hand: who, why; index by_zone

Jobs table::

    JOB#{job}                 JOB                           JobRow          all four indexes
    JOB#{job}                 SNAPSHOT                      SnapshotRow     canonical JSON text
    JOB#{job}                 PLAN                          PlanRow         manifest, summary, review objects
    JOB#{job}                 RESULT                        ResultRow       a typed result
    JOB#{job}                 ATTEMPT#{n:03}                AttemptRow      task token, task, end
    RUN#{run}                 RUN                           RunRow          indexes by_zone, by_spec, live
    LOG#{job}                 {attempt:03}#{seq:08}         LogRow          TTL
    EVENT#{job}               {attempt:03}#{seq:08}         EventRow        TTL
    AUDIT#{zone}              {at}#{entry}                  AuditRow        never changed

Every access is one GetItem, one Query page or one transaction. ``live`` is sparse: only rows with work in
hand carry it, so the reconciler's query costs what is in flight, not what ever was. ``by_runner`` is sparse
in the same way: it is a runner's queue, and what it has in hand.
"""

from typing import Any

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    NumberAttribute,
    UnicodeAttribute,
)
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, IncludeProjection, KeysOnlyProjection
from pynamodb.models import Model

LIVE = "LIVE"
"""The one value of the sparse ``live`` attribute."""


class ByZone(GlobalSecondaryIndex[Any]):
    """A zone's rows, newest last."""

    class Meta:
        index_name = "by_zone"
        projection = AllProjection()

    zone_key = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class BySpec(GlobalSecondaryIndex[Any]):
    """A spec's jobs (``SPEC#{spec}#JOBS``) or runs (``SPEC#{spec}#RUNS``), newest last."""

    class Meta:
        index_name = "by_spec"
        projection = AllProjection()

    spec_key = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class Live(GlobalSecondaryIndex[Any]):
    """Whatever has work in hand, oldest first; keys only, so that heartbeats don't rewrite it."""

    class Meta:
        index_name = "live"
        projection = KeysOnlyProjection()

    live = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class ByRunner(GlobalSecondaryIndex[Any]):
    """What waits for a runner, and what it has in hand, within one zone, oldest first.

    The key is ``{zone}#{runner}``, or ``{zone}#any``. Heartbeats touch none of the attributes it carries.
    """

    class Meta:
        index_name = "by_runner"
        projection = IncludeProjection(
            [
                "job_id",
                "job_type",
                "zone_id",
                "spec_id",
                "identity_id",
                "status",
                "attempt",
                "urgency",
                "not_before",
            ]
        )

    runner_key = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class SpecsTable(Model):
    """Base of every row of the specs table; :func:`connect` fills in where the table is."""

    class Meta:
        table_name = "alethia-specs"
        billing_mode = "PAY_PER_REQUEST"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    zone_key = UnicodeAttribute(null=True)
    listed_at = UnicodeAttribute(null=True)
    by_zone = ByZone()


class JobsTable(Model):
    """Base of every row of the jobs table."""

    class Meta:
        table_name = "alethia-jobs"
        billing_mode = "PAY_PER_REQUEST"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    zone_key = UnicodeAttribute(null=True)
    spec_key = UnicodeAttribute(null=True)
    listed_at = UnicodeAttribute(null=True)
    live = UnicodeAttribute(null=True)
    runner_key = UnicodeAttribute(null=True)
    expires_at = NumberAttribute(null=True)
    """TTL, Unix seconds."""
    by_zone = ByZone()
    by_spec = BySpec()
    live_index = Live()
    by_runner = ByRunner()


class ZoneRow(SpecsTable):
    zone_id = UnicodeAttribute()
    name = UnicodeAttribute()
    rules = JSONAttribute(default=dict)
    """A :class:`~chalicelib.domain.zone_rules.ZoneRules`."""
    rules_version = NumberAttribute(default=0)
    """Rises with each change of ``rules``."""
    admins = NumberAttribute(default=1)
    """How many members are admins: the condition that keeps the last one."""
    request_hash = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute()
    created_by = UnicodeAttribute()


class MembershipRow(SpecsTable):
    zone_id = UnicodeAttribute()
    role = UnicodeAttribute()


class MemberRow(SpecsTable):
    user = UnicodeAttribute()
    role = UnicodeAttribute()
    since = UnicodeAttribute()


class InvitationRow(SpecsTable):
    invitation_id = UnicodeAttribute()
    zone_id = UnicodeAttribute()
    email = UnicodeAttribute(null=True)
    role = UnicodeAttribute()
    code_sha256 = UnicodeAttribute()
    """Of the code that is shown once; whoever brings it joins."""
    status = UnicodeAttribute()
    accepted_by = UnicodeAttribute(null=True)
    expires_at = NumberAttribute()
    """Unix seconds."""
    request_hash = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute()
    created_by = UnicodeAttribute()


class GitLinkRow(SpecsTable):
    """A linked git host without its tokens, which are in Secrets Manager."""

    zone_id = UnicodeAttribute()
    host = UnicodeAttribute()
    kind = UnicodeAttribute()
    account = UnicodeAttribute()
    linked_by = UnicodeAttribute()
    linked_at = UnicodeAttribute()
    expires_at = UnicodeAttribute(null=True)
    refreshable = BooleanAttribute(default=False)
    problem = UnicodeAttribute(null=True)
    problem_at = UnicodeAttribute(null=True)
    version = NumberAttribute()


class GitLockRow(SpecsTable):
    holder = UnicodeAttribute()
    until = NumberAttribute()
    """Unix seconds: from then on anybody may take it."""


class IdentityRow(SpecsTable):
    identity_id = UnicodeAttribute()
    zone_id = UnicodeAttribute()
    provider = UnicodeAttribute()
    name = UnicodeAttribute()
    account_id = UnicodeAttribute(null=True)
    method = UnicodeAttribute(null=True)
    role_reference = UnicodeAttribute(null=True)
    external_id = UnicodeAttribute(null=True)
    gcp = JSONAttribute(null=True)
    azure = JSONAttribute(null=True)
    region = UnicodeAttribute(null=True)
    status = UnicodeAttribute()
    problem = UnicodeAttribute(null=True)
    tested_at = UnicodeAttribute(null=True)
    tested_as_of = UnicodeAttribute(null=True)
    """When the test that ``status`` was told by began: an older one that ends later changes nothing."""
    test_job_id = UnicodeAttribute(null=True)
    resources_at = UnicodeAttribute(null=True)
    request_hash = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute()


class ResourcesRow(SpecsTable):
    fetched = JSONAttribute()
    """A :class:`~chalicelib.domain.identity.FetchedResources`."""
    fetched_at = UnicodeAttribute()


class RunnerRow(SpecsTable):
    runner_id = UnicodeAttribute()
    kind = UnicodeAttribute()
    name = UnicodeAttribute()
    zone_id = UnicodeAttribute(null=True)
    """``None`` for the platform's own runner."""
    credential_sha256 = UnicodeAttribute()
    settings = JSONAttribute(default=dict)
    """Where tasks run: cluster, task definition, subnets."""
    draining = BooleanAttribute(default=False)
    version = UnicodeAttribute(null=True)
    slots = NumberAttribute(null=True)
    last_seen_at = UnicodeAttribute(null=True)
    request_hash = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute(null=True)
    created_by = UnicodeAttribute(null=True)


class SpecRow(SpecsTable):
    spec_id = UnicodeAttribute()
    zone_id = UnicodeAttribute()
    project_name = UnicodeAttribute()
    environment_stage = UnicodeAttribute()
    provider = UnicodeAttribute()
    region = UnicodeAttribute()
    terraform_version = UnicodeAttribute()
    cloud_identity = UnicodeAttribute(null=True)
    status = UnicodeAttribute()
    settled_status = UnicodeAttribute()
    current_rev = NumberAttribute()
    config_hash = UnicodeAttribute()
    applied_config_hash = UnicodeAttribute(null=True)
    live_run = UnicodeAttribute(null=True)
    request_hash = UnicodeAttribute(null=True)
    """sha256 of the request that made the row: a repeat with another body is refused."""
    created_at = UnicodeAttribute()
    created_by = UnicodeAttribute()
    updated_at = UnicodeAttribute()


class ComponentRow(SpecsTable):
    kind = UnicodeAttribute()
    name = UnicodeAttribute()
    config = JSONAttribute()
    request_hash = UnicodeAttribute(null=True)
    """On a revision's head only: the request that it was written for."""


class FactRow(SpecsTable):
    kind = UnicodeAttribute()
    name = UnicodeAttribute()
    status = UnicodeAttribute()
    facts = JSONAttribute(default=dict)
    work = JSONAttribute(null=True)
    """What terraform has in hand for it: a :class:`~chalicelib.services.ports.facts.Work`."""
    version = NumberAttribute(default=0)
    """Rises with each write; a writer that read an older one loses."""
    updated_at = UnicodeAttribute()


class StateRow(SpecsTable):
    zone_id = UnicodeAttribute()
    spec_id = UnicodeAttribute()
    name = UnicodeAttribute()
    epoch = NumberAttribute(default=0)
    lock_id = UnicodeAttribute(null=True)
    lock = JSONAttribute(null=True)
    serial = NumberAttribute(null=True)
    sha256 = UnicodeAttribute(null=True)
    version = JSONAttribute(null=True)
    """The head: a :class:`~chalicelib.domain.state.StateVersion`."""
    granted = JSONAttribute(null=True)
    """The lock that the epoch was granted with; outlives the unlock."""


class StateVersionRow(SpecsTable):
    serial = NumberAttribute()
    sha256 = UnicodeAttribute()
    status = UnicodeAttribute()
    version = JSONAttribute()


class StateActRow(SpecsTable):
    act = JSONAttribute()
    """A :class:`~chalicelib.domain.state.StateAct`. ``zone_key`` is ``{pk}#ACTS``, ``listed_at`` its time."""
    request_hash = UnicodeAttribute()


class JobRow(JobsTable):
    job_id = UnicodeAttribute()
    job_type = UnicodeAttribute()
    zone_id = UnicodeAttribute()
    spec_id = UnicodeAttribute(null=True)
    run_id = UnicodeAttribute(null=True)
    identity_id = UnicodeAttribute(null=True)
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
    task_arn = UnicodeAttribute(null=True)
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


SPEC_ROWS: tuple[type[SpecsTable], ...] = (
    SpecsTable,
    ZoneRow,
    MembershipRow,
    MemberRow,
    InvitationRow,
    GitLinkRow,
    GitLockRow,
    IdentityRow,
    ResourcesRow,
    RunnerRow,
    SpecRow,
    ComponentRow,
    FactRow,
    StateRow,
    StateVersionRow,
    StateActRow,
)
JOB_ROWS: tuple[type[JobsTable], ...] = (
    JobsTable,
    JobRow,
    SnapshotRow,
    PlanRow,
    ResultRow,
    AttemptRow,
    AuditRow,
    RunRow,
    LogRow,
    EventRow,
)


def zone_pk(zone_id: str) -> str:
    return f"ZONE#{zone_id}"


def spec_pk(spec_id: str) -> str:
    return f"SPEC#{spec_id}"


def state_pk(zone_id: str, state_name: str) -> str:
    return f"STATE#{zone_id}/{state_name}"


def job_pk(job_id: str) -> str:
    return f"JOB#{job_id}"


def run_pk(run_id: str) -> str:
    return f"RUN#{run_id}"


def attempt_sk(number: int) -> str:
    return f"ATTEMPT#{number:03}"


def numbered_sk(attempt: int, seq: int) -> str:
    return f"{attempt:03}#{seq:08}"
