"""A run: plan → review → apply as one thing, named after its PLAN job.

A DESTROY is a run that starts approved. One live run for each spec. Terminal statuses release the spec.
"""

from enum import StrEnum

from .table import Lifecycle


class RunStatus(StrEnum):
    PLANNING = "PLANNING"
    AWAITING_REVIEW = "AWAITING_REVIEW"
    APPROVED = "APPROVED"
    APPLYING = "APPLYING"
    DONE = "DONE"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    SUPERSEDED = "SUPERSEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class RunEvent(StrEnum):
    PLAN_READY = "plan_ready"
    NOTHING_TO_DO = "nothing_to_do"
    APPROVE = "approve"
    REJECT = "reject"
    EXPIRE = "expire"
    SUPERSEDE = "supersede"
    START_APPLY = "start_apply"
    FINISH = "finish"
    FAIL = "fail"
    CANCEL = "cancel"


S, E = RunStatus, RunEvent

RUN = Lifecycle(
    "run",
    {
        (S.PLANNING, E.PLAN_READY): S.AWAITING_REVIEW,
        (S.PLANNING, E.NOTHING_TO_DO): S.DONE,
        (S.PLANNING, E.FAIL): S.FAILED,
        (S.PLANNING, E.CANCEL): S.CANCELLED,
        (S.AWAITING_REVIEW, E.APPROVE): S.APPROVED,
        (S.AWAITING_REVIEW, E.REJECT): S.REJECTED,
        (S.AWAITING_REVIEW, E.EXPIRE): S.EXPIRED,
        (S.AWAITING_REVIEW, E.SUPERSEDE): S.SUPERSEDED,
        (S.AWAITING_REVIEW, E.CANCEL): S.CANCELLED,
        (S.AWAITING_REVIEW, E.FAIL): S.FAILED,
        (S.APPROVED, E.START_APPLY): S.APPLYING,
        (S.APPROVED, E.FAIL): S.FAILED,
        (S.APPROVED, E.CANCEL): S.CANCELLED,
        (S.APPLYING, E.FINISH): S.DONE,
        (S.APPLYING, E.FAIL): S.FAILED,
        (S.APPLYING, E.CANCEL): S.CANCELLED,
    },
    terminal=frozenset({S.DONE, S.REJECTED, S.EXPIRED, S.SUPERSEDED, S.FAILED, S.CANCELLED}),
)
