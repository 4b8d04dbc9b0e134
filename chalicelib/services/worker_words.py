"""What a step of a worker's job may answer: the Choice states of ``worker_stack.asl.json`` branch on it.

Beside these, a step may answer how the job ended (``success``, ``failed``, ``cancelled``), or ``superseded``.
"""

from enum import StrEnum
from typing import Final


class WorkerStep(StrEnum):
    """What a state of the machine asks of the function; also the step that a failed job names."""

    BEGIN = "begin"
    ASK = "ask"
    WATCH = "watch"
    REGISTER = "register"
    DRAIN = "drain"
    DELETE = "delete"
    WATCH_DELETION = "watch_deletion"
    VERIFY = "verify"


WORKING: Final = "working"
"""CloudFormation is at it."""
BUSY: Final = "busy"
"""Something else has to end first."""
DONE: Final = "done"
IDLE: Final = "idle"
"""The runner has nothing in hand."""
DELETE: Final = "delete"
"""What was made is to be taken away again."""
GONE: Final = "gone"
AGAIN: Final = "again"
"""What an earlier job left is gone: the stack can be asked for."""
SUPERSEDED: Final = "superseded"
"""Another attempt has the job, or nobody."""
