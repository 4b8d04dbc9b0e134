"""terraform's state: its head, its lock, its new versions."""

from ..model import Model
from ..plan import StoredObject
from ..state import LockInfo, StateVersion


class StateAnswer(Model):
    """The head of the state; ``version`` is ``None`` when there never was one."""

    version: StateVersion | None
    epoch: int


class LockRequest(Model):
    attempt: int
    lock: LockInfo


class LockAnswer(Model):
    """Granted. Every commit carries this epoch."""

    epoch: int


class UnlockRequest(Model):
    attempt: int
    lock_id: str
    epoch: int


class CommitRequest(Model):
    """A new version: uploaded already, and to become the head."""

    attempt: int
    lock_id: str
    epoch: int
    serial: int
    lineage: str
    sha256: str
    """Of the state in clear."""
    resources: int
    object: StoredObject


class CommitAnswer(Model):
    late: bool
    serial: int
