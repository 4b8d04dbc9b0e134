"""terraform state, made safe on a store without conditional writes: the rules of lock, commit and fencing.

Versions are immutable objects; one row holds the head pointer, the lock and the *epoch*. The epoch rises
each time the lock is taken. A commit carries the epoch it was granted: equal means that nobody took the lock
since, so the commit is the only true state and counts, even late; smaller means fenced.
"""

from enum import StrEnum

from .components import JsonValue
from .model import Model
from .plan import StoredObject
from .snapshot import sha256_hex


class LockInfo(Model):
    """terraform's own lock record (field names are terraform's, lower-cased)."""

    id: str
    operation: str = ""
    info: str = ""
    who: str = ""
    version: str = ""
    created: str = ""
    path: str = ""


class Lock(Model):
    """Who holds a state."""

    info: LockInfo
    job_id: str
    attempt: int
    epoch: int
    taken_at: str


class VersionStatus(StrEnum):
    CURRENT = "current"
    """Committed in its turn (the newest of these is the head)."""
    LATE = "late"
    """Committed after the lease had ended, by the last holder."""
    REJECTED = "rejected"
    """Fenced: kept for a person to look at, never the head."""
    ROLLBACK = "rollback"
    """A person made an older version the newest."""


class StateVersion(Model):
    """One immutable version of a state."""

    serial: int
    lineage: str
    sha256: str
    """Of the state in clear."""
    object: StoredObject
    status: VersionStatus = VersionStatus.CURRENT
    job_id: str | None = None
    by: str | None = None
    reason: str | None = None
    resources: int = 0
    """Managed resource instances in it."""
    created_at: str
    epoch: int = 0
    """Of the lock under which it was committed."""
    spec_id: str = ""
    """The spec it was sealed for. A state outlives its spec: the next one of the same name reads it on."""
    rollback_of: str | None = None
    """Id of the version that a person went back to."""

    @property
    def id(self) -> str:
        """The same commit has the same id, however often it arrives; ids sort by serial."""
        return version_id(self.serial, self.epoch, self.sha256, self.job_id or self.by or "")


def version_id(serial: int, epoch: int, sha256: str, maker: str) -> str:
    """Of the version that `maker` (a job or a person) makes: ``0000000012-000003-9f86d081884c7d65``."""
    return f"{serial:010}-{epoch:06}-{sha256_hex(f'{maker}/{sha256}')[:16]}"


class StateHead(Model):
    """The row that decides. ``version`` is ``None`` until the first commit."""

    zone_id: str
    spec_id: str
    name: str
    """``{project}-{stage}-{region}``."""
    epoch: int = 0
    lock: Lock | None = None
    granted: Lock | None = None
    """The lock that the epoch was granted with. It outlives the unlock: the epoch stays its holder's."""
    version: StateVersion | None = None

    def is_granted_to(self, job_id: str, attempt: int) -> bool:
        """Whether the present epoch is this attempt's."""
        return self.granted is not None and (self.granted.job_id, self.granted.attempt) == (job_id, attempt)


class ActKind(StrEnum):
    """What a person can do to a state by hand."""

    BREAK_LOCK = "break_lock"
    ROLL_BACK = "roll_back"
    PULL = "pull"
    DIFF = "diff"


class StateAct(Model):
    """Who did what to a state by hand, and why. Kept for ever."""

    act_id: str
    kind: ActKind
    by: str
    at: str
    reason: str
    details: dict[str, JsonValue] = {}
    """What it was done to and what came of it; never a value from the state."""


class CommitVerdict(StrEnum):
    ACCEPT = "accept"
    ACCEPT_LATE = "accept_late"
    FENCED = "fenced"


def judge_commit(head: StateHead, *, epoch: int, lease_held: bool) -> CommitVerdict:
    """What becomes of a commit granted at `epoch`, whose job holds (or lost) its lease."""
    if epoch != head.epoch:
        return CommitVerdict.FENCED
    return CommitVerdict.ACCEPT if lease_held else CommitVerdict.ACCEPT_LATE


def may_take_lock(head: StateHead, *, holder_alive: bool) -> bool:
    """Whether a new lock may be granted: nobody holds it, or its holder's lease is over for good."""
    return head.lock is None or not holder_alive
