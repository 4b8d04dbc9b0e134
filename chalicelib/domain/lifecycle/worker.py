"""A runner that lives in a customer's account: the stack that it is made of, one job at a time.

::

    DEPLOYING → READY ⇄ UPDATING          an update that fails leaves what was there: READY again
    DEPLOYING → FAILED → DEPLOYING        a failed stack is taken away; deploying again tries again
    READY | FAILED → DESTROYING → DESTROYED | FAILED
"""

from enum import StrEnum

from .table import Lifecycle


class WorkerStatus(StrEnum):
    DEPLOYING = "DEPLOYING"
    READY = "READY"
    """It takes jobs."""
    UPDATING = "UPDATING"
    """It takes jobs as before, while its stack changes."""
    FAILED = "FAILED"
    """The last job left no runner behind that works; its reason is beside it."""
    DESTROYING = "DESTROYING"
    DESTROYED = "DESTROYED"


class WorkerEvent(StrEnum):
    DEPLOY = "deploy"
    """Ask for it again, after a failure."""
    UPDATE = "update"
    DEPLOYED = "deployed"
    FAIL = "fail"
    DESTROY = "destroy"
    GONE = "gone"
    """Nothing of it is left in the account."""


S, E = WorkerStatus, WorkerEvent

WORKER = Lifecycle(
    "deployed runner",
    {
        (S.FAILED, E.DEPLOY): S.DEPLOYING,
        (S.READY, E.UPDATE): S.UPDATING,
        (S.DEPLOYING, E.DEPLOYED): S.READY,
        (S.UPDATING, E.DEPLOYED): S.READY,
        (S.DEPLOYING, E.FAIL): S.FAILED,
        (S.UPDATING, E.FAIL): S.READY,
        (S.DESTROYING, E.FAIL): S.FAILED,
        (S.READY, E.DESTROY): S.DESTROYING,
        (S.FAILED, E.DESTROY): S.DESTROYING,
        (S.DESTROYING, E.GONE): S.DESTROYED,
    },
    terminal=frozenset({S.DESTROYED}),
)

TAKES_JOBS = (S.READY, S.UPDATING)
"""Statuses in which its cluster is there."""
