"""terraform's state during one job: read, locked, written through the control plane.

Bytes go to and from the store sealed; the head pointer, the lock and every commit are the control plane's.
What terraform wrote and could not be committed is kept, and tried again when terraform has ended.
"""

import hashlib
import json
import threading
import time
import uuid
import zlib
from dataclasses import dataclass, field
from typing import Any

from chalicelib.domain.errors import AlethiaError
from chalicelib.domain.messages import CommitRequest, LockRequest, ObjectPurpose, UnlockRequest
from chalicelib.domain.plan import StoredObject
from chalicelib.domain.progress import Identity, addresses_in_state
from chalicelib.domain.state import LockInfo

from .api import Api
from .errors import ApiRefused, StateUnreadable
from .vault import Vault

FORBIDDEN, FENCED = 403, 409
"""This attempt writes no more: its job is over, or somebody took the lock since."""


@dataclass(frozen=True)
class Facts:
    """What the runner remembers of a state, so that the state itself need not stay in memory."""

    serial: int
    lineage: str | None
    outputs: dict[str, Any] = field(repr=False)
    """Without the sensitive ones."""
    identities: list[Identity] = field(repr=False)

    @classmethod
    def of(cls, clear: bytes) -> "Facts":
        """Raises ``ValueError`` when the bytes are no terraform state."""
        state = json.loads(clear)
        outputs = state.get("outputs") or {}
        return cls(
            serial=int(state["serial"]),
            lineage=str(state["lineage"]),
            outputs={name: item.get("value") for name, item in outputs.items() if not item.get("sensitive")},
            identities=addresses_in_state(state),
        )


NOTHING = Facts(serial=0, lineage=None, outputs={}, identities=[])
"""There never was a state."""


@dataclass
class Uncommitted:
    """A state that terraform handed over and the control plane has not taken yet."""

    lock_id: str
    clear: bytes = field(repr=False)
    facts: Facts
    stored: StoredObject | None = None


class StateSession:
    """The state of one job's spec. Calls come from several threads; one lock serialises them."""

    def __init__(self, api: Api, vault: Vault, attempt: int, *, commit_patience: float) -> None:
        self._api = api
        self._vault = vault
        self._attempt = attempt
        self._patience = commit_patience
        self._guard = threading.RLock()
        self._epoch: int | None = None
        self._lock_id: str | None = None
        self._uncommitted: Uncommitted | None = None
        self._held: bytes | None = None
        """The head, compressed, while this session holds the lock: nobody else can change it then, and
        terraform reads it again before each write, when the control plane may be out of reach."""
        self._held_is_known = False
        self.committed: Facts | None = None
        """Of the newest state known to be the head; ``None`` until it was read."""
        self._fenced = False
        """A commit was refused because somebody took or broke the lock: this session may write no more."""
        self.problem: str | None = None
        """The last refusal, in words; terraform itself only says "HTTP 500"."""

    def read(self) -> bytes | None:
        """The head's bytes in clear; ``None`` when there never was a state.

        Raises
        ------
        StateUnreadable
            The pointer names a version whose bytes are missing, empty, or others.
        """
        with self._guard:
            if self._held_is_known:
                return None if self._held is None else zlib.decompress(self._held)
            version = self._api.state().version
            if version is None:
                self.committed = NOTHING
                self._hold(None)
                return None
            try:
                clear = self._vault.get(version.object)
            except AlethiaError as error:
                raise StateUnreadable(
                    f"State version {version.serial} can't be read: {error.message}"
                ) from None
            if not clear or hashlib.sha256(clear).hexdigest() != version.sha256:
                raise StateUnreadable(
                    f"State version {version.serial} is not what was committed: its sha256 differs."
                )
            self.committed = Facts.of(clear)
            self._hold(clear)
            return clear

    def _hold(self, clear: bytes | None) -> None:
        if self._lock_id is not None:
            self._held = None if clear is None else zlib.compress(clear, 1)
            self._held_is_known = True

    def _let_go(self) -> None:
        self._lock_id = None
        self._held = None
        self._held_is_known = False

    def lock(self, info: LockInfo) -> None:
        """Take the lock. :class:`ApiRefused` with status 423 carries the holder."""
        with self._guard:
            answer = self._api.lock(LockRequest(attempt=self._attempt, lock=info))
            self._let_go()
            self._epoch, self._lock_id = answer.epoch, info.id

    def unlock(self, lock_id: str | None) -> None:
        """Give the lock back; without an id (``terraform force-unlock``), this session's own."""
        with self._guard:
            lock_id = lock_id or self._lock_id
            if lock_id is None or self._epoch is None:
                return
            request = UnlockRequest(attempt=self._attempt, lock_id=lock_id, epoch=self._epoch)
            self._api.unlock(request, patience=self._patience)
            if lock_id == self._lock_id:
                self._let_go()

    def write(self, clear: bytes, lock_id: str) -> None:
        """Seal, upload and commit a new version. What fails is kept for :meth:`rescue`."""
        with self._guard:
            self._uncommitted = Uncommitted(lock_id, clear, Facts.of(clear))
            self._commit(self._patience)

    def rescue(self, errored: bytes | None, *, patience: float) -> bool:
        """Commit what terraform could not hand over: `errored` (its rescue file) or the last write.

        Returns
        -------
        bool
            Whether a state was committed.

        Raises
        ------
        StateUnreadable
            This session was fenced. A new lock would undo what the fence is for.
        """
        with self._guard:
            if self._fenced:
                raise StateUnreadable(
                    "somebody took or broke the lock; what was written is kept as a rejected version."
                )
            if errored:
                facts = Facts.of(errored)
                if self.committed is not None and self.committed.serial >= facts.serial:
                    errored = None
                elif self._uncommitted is None or facts.serial > self._uncommitted.facts.serial:
                    lock_id = self._lock_id or ""
                    self._uncommitted = Uncommitted(lock_id, errored, facts)
            if self._uncommitted is None:
                return False
            deadline = time.monotonic() + patience
            if self._arrived_after_all(self._uncommitted, patience):
                return True
            if self._lock_id is None:
                info = LockInfo(id=str(uuid.uuid4()), operation="rescue", who="alethia runner")
                self.lock(info)
                self._uncommitted.lock_id = info.id
            else:
                self._uncommitted.lock_id = self._lock_id
            self._commit(max(1.0, deadline - time.monotonic()))
            return True

    def _arrived_after_all(self, pending: Uncommitted, patience: float) -> bool:
        """Whether only the answer to the last commit was lost."""
        version = self._api.state(patience=patience).version
        if version is None or version.sha256 != hashlib.sha256(pending.clear).hexdigest():
            return False
        self.committed, self._uncommitted = pending.facts, None
        return True

    def release(self) -> None:
        """Give back a lock that terraform left behind, as a killed one does."""
        with self._guard:
            if self._lock_id is not None:
                self.unlock(self._lock_id)

    @property
    def has_uncommitted(self) -> bool:
        return self._uncommitted is not None

    def _commit(self, patience: float) -> None:
        pending = self._uncommitted
        if pending is None or self._epoch is None:
            raise StateUnreadable("terraform wrote a state without holding its lock; it was not committed.")
        deadline = time.monotonic() + patience
        facts = pending.facts
        if pending.stored is None:
            pending.stored = self._vault.put(ObjectPurpose.STATE, pending.clear, patience=patience)
        request = CommitRequest(
            attempt=self._attempt,
            lock_id=pending.lock_id,
            epoch=self._epoch,
            serial=facts.serial,
            lineage=facts.lineage or "",
            sha256=hashlib.sha256(pending.clear).hexdigest(),
            resources=len(facts.identities),
            object=pending.stored,
        )
        try:
            self._api.commit(request, patience=max(0.0, deadline - time.monotonic()))
        except ApiRefused as refusal:
            if refusal.status in (FORBIDDEN, FENCED):
                self._fenced = True
                self._uncommitted = None
                self._let_go()
            raise
        self._uncommitted = None
        self.committed = facts
        self._hold(pending.clear)
