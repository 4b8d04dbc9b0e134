"""A job: QUEUED → CLAIMED → PROCESSING → SUCCESS | FAILED | CANCELLED. Terminal is terminal."""

from enum import StrEnum

from .table import Lifecycle


class JobStatus(StrEnum):
    QUEUED = "QUEUED"
    CLAIMED = "CLAIMED"
    PROCESSING = "PROCESSING"
    SUCCESS = "SUCCESS"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class JobEvent(StrEnum):
    CLAIM = "claim"
    START = "start"
    SUCCEED = "succeed"
    FAIL = "fail"
    CANCEL = "cancel"
    RETRY = "retry"
    """The attempt was lost; a fresh runner may try again."""


S, E = JobStatus, JobEvent

JOB = Lifecycle(
    "job",
    {
        (S.QUEUED, E.CLAIM): S.CLAIMED,
        (S.QUEUED, E.FAIL): S.FAILED,
        (S.QUEUED, E.CANCEL): S.CANCELLED,
        (S.QUEUED, E.RETRY): S.QUEUED,
        (S.CLAIMED, E.START): S.PROCESSING,
        (S.CLAIMED, E.FAIL): S.FAILED,
        (S.CLAIMED, E.CANCEL): S.CANCELLED,
        (S.CLAIMED, E.RETRY): S.QUEUED,
        (S.CLAIMED, E.SUCCEED): S.SUCCESS,
        (S.PROCESSING, E.SUCCEED): S.SUCCESS,
        (S.PROCESSING, E.FAIL): S.FAILED,
        (S.PROCESSING, E.CANCEL): S.CANCELLED,
        (S.PROCESSING, E.RETRY): S.QUEUED,
    },
    terminal=frozenset({S.SUCCESS, S.FAILED, S.CANCELLED}),
)

WITH_A_RUNNER = (S.CLAIMED, S.PROCESSING)
"""Statuses in which an attempt holds a lease."""
