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

from .base import LIVE, JobsTable, SpecsTable
from .jobs import AttemptRow, AuditRow, EventRow, JobRow, LogRow, PlanRow, ResultRow, RunRow, SnapshotRow
from .specs import ComponentRow, FactRow, SpecRow, StateActRow, StateRow, StateVersionRow
from .zones import (
    GitLinkRow,
    GitLockRow,
    IdentityRow,
    InvitationRow,
    MemberRow,
    MembershipRow,
    ResourcesRow,
    RunnerRow,
    ZoneRow,
)

__all__ = [
    "JOB_ROWS",
    "LIVE",
    "SPEC_ROWS",
    "AttemptRow",
    "AuditRow",
    "ComponentRow",
    "EventRow",
    "FactRow",
    "GitLinkRow",
    "GitLockRow",
    "IdentityRow",
    "InvitationRow",
    "JobRow",
    "JobsTable",
    "LogRow",
    "MemberRow",
    "MembershipRow",
    "PlanRow",
    "ResourcesRow",
    "ResultRow",
    "RunRow",
    "RunnerRow",
    "SnapshotRow",
    "SpecRow",
    "SpecsTable",
    "StateActRow",
    "StateRow",
    "StateVersionRow",
    "ZoneRow",
    "attempt_sk",
    "job_pk",
    "numbered_sk",
    "run_pk",
    "spec_pk",
    "state_pk",
    "zone_pk",
]

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
