"""A spec: DRAFT → QUEUED → PROVISIONING → ACTIVE → DESTROYING → DESTROYED, or FAILED on the way.

A plan is not an event here: whatever comes of it, the spec stays what it was.
A withdrawn DEPLOY or DESTROY (refused, or cancelled before terraform started) goes back to the status that
the spec was settled in; :func:`after` takes it along.
"""

from enum import StrEnum

from .table import Lifecycle


class SpecStatus(StrEnum):
    DRAFT = "DRAFT"
    QUEUED = "QUEUED"
    PROVISIONING = "PROVISIONING"
    ACTIVE = "ACTIVE"
    DESTROYING = "DESTROYING"
    DESTROYED = "DESTROYED"
    FAILED = "FAILED"


class SpecEvent(StrEnum):
    QUEUE_DEPLOY = "queue_deploy"
    START_DEPLOY = "start_deploy"
    FINISH_DEPLOY = "finish_deploy"
    FAIL_DEPLOY = "fail_deploy"
    WITHDRAW = "withdraw"
    QUEUE_DESTROY = "queue_destroy"
    FINISH_DESTROY = "finish_destroy"
    FAIL_DESTROY = "fail_destroy"


S, E = SpecStatus, SpecEvent

SETTLED = frozenset({S.DRAFT, S.ACTIVE, S.FAILED, S.DESTROYED})
"""Statuses with no work in hand."""

SPEC = Lifecycle(
    "spec",
    {
        **{(status, E.QUEUE_DEPLOY): S.QUEUED for status in (S.DRAFT, S.ACTIVE, S.FAILED, S.DESTROYED)},
        **{(status, E.QUEUE_DESTROY): S.DESTROYING for status in (S.ACTIVE, S.FAILED)},
        (S.QUEUED, E.START_DEPLOY): S.PROVISIONING,
        (S.QUEUED, E.FAIL_DEPLOY): S.FAILED,
        (S.PROVISIONING, E.FINISH_DEPLOY): S.ACTIVE,
        (S.PROVISIONING, E.FAIL_DEPLOY): S.FAILED,
        (S.DESTROYING, E.FINISH_DESTROY): S.DESTROYED,
        (S.DESTROYING, E.FAIL_DESTROY): S.FAILED,
    },
)


def after(status: SpecStatus, settled: SpecStatus, event: SpecEvent) -> SpecStatus:
    """The status after `event`; a withdrawal restores `settled`."""
    if event is E.WITHDRAW and status in (S.QUEUED, S.DESTROYING):
        return settled
    return SPEC.next(status, event)
