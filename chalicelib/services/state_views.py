"""What people ask of a state, and what they see of it."""

from pydantic import Field

from ..domain.lifecycle.job import JobStatus
from ..domain.model import Model
from ..domain.state import Lock, StateVersion
from ..domain.state_file import StateDiff

REASON = Field(min_length=3, max_length=500, description="Why; kept for ever beside who and when.")


class LockView(Model):
    """A held lock, and whether breaking it can hurt."""

    lock: Lock
    job_status: JobStatus | None
    """Of the job that holds it; ``None`` when that job is gone."""
    safe_to_break: bool
    why: str
    """One sentence: what the holder is doing, as far as anyone can know."""


class StateView(Model):
    """Where a state stands."""

    name: str
    epoch: int
    lock: LockView | None
    version_id: str | None
    version: StateVersion | None


class VersionView(Model):
    """One version and its id."""

    version_id: str
    is_head: bool
    version: StateVersion


class DiffView(Model):
    """What differs between two versions; values are left out."""

    before: str
    after: str
    diff: StateDiff


class BreakLock(Model):
    """Break the lock that was seen, and no other."""

    lock_id: str = Field(min_length=1, max_length=200)
    reason: str = REASON
    even_if_alive: bool = False
    """Break it although its holder may still be writing. What that one commits later will be rejected."""


class RollBack(Model):
    """Make an older version the newest, while the head is still the one that was seen."""

    version_id: str = Field(max_length=80)
    head_version_id: str | None = Field(max_length=80)
    """The head's id as it was shown; ``None`` where there was none."""
    reason: str = REASON


class SealedDownload(Model):
    """A state too large for one answer: its sealed bytes, and the key that opens them (AES-256-GCM)."""

    url: str
    sha256: str
    """Of the sealed bytes."""
    key: str = Field(repr=False)
    """The data key in clear, base64. The object's head says the nonce: docs/operations."""


class PulledState(Model):
    """A state in clear. It holds secrets."""

    version_id: str
    serial: int
    lineage: str
    sha256: str
    state: str | None = Field(repr=False)
    """terraform's own JSON text, byte for byte; ``None`` when too large, or no text: then ``sealed``."""
    sealed: SealedDownload | None
