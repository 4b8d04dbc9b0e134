"""terraform's states, for runners: lock, head, commit, unlock, on a store without conditional writes.

The store holds immutable versions; one row decides which is the head and who may make the next
(:mod:`chalicelib.domain.state`). A commit comes after its bytes are in the store and were seen there; the
head then moves by one conditional write. Every call can arrive twice and answers as it did before.

::

    lock      granted when nobody holds it, or its holder can't be writing any more; raises the epoch
    commit    epoch unchanged → the head moves (late or not); else fenced: kept as rejected, refused
    unlock    the epoch stays: a last commit of the same holder still counts until somebody takes the lock
"""

from ..domain.attempts import AttemptFacts
from ..domain.errors import (
    AlethiaError,
    Conflict,
    Damaged,
    Fenced,
    FieldProblem,
    InvalidInput,
    NotFound,
    StateLocked,
    Unavailable,
)
from ..domain.messages import CommitAnswer, CommitRequest, LockAnswer, ObjectPurpose, StateAnswer
from ..domain.plan import StoredObject
from ..domain.state import (
    CommitVerdict,
    Lock,
    LockInfo,
    StateHead,
    StateVersion,
    VersionStatus,
    judge_commit,
    may_take_lock,
    version_id,
)
from ..domain.store_names import belongs_to_attempt, digest_of, name_of
from .attempts import AttemptCaller, Attempts
from .ports.clock import Clock, iso
from .ports.states import StateRows
from .ports.store import ObjectStore
from .sealed import SealedObjects, checked_context
from .state_heads import StateHeads

TRIES = 8
"""Conditional writes that one call may lose to others before it asks the caller to come again."""

VERIFIED_BYTES = 32 * 1024 * 1024
"""Uploads up to this size are read back and hashed before they become the head; of larger ones, the size."""

BUSY = "The state is in great demand just now; repeating the request is safe."


class States:
    """What runners do with states."""

    def __init__(
        self,
        rows: StateRows,
        store: ObjectStore,
        sealed: SealedObjects,
        attempts: Attempts,
        heads: StateHeads,
        clock: Clock,
    ) -> None:
        self._rows = rows
        self._store = store
        self._sealed = sealed
        self._attempts = attempts
        self._heads = heads
        self._clock = clock

    def head(self, caller: AttemptCaller) -> StateAnswer:
        """Where the state stands; an attempt that reported has no need to know."""
        head = self._heads.of_spec(self._attempts.finishing(*caller).of_spec)
        return StateAnswer(version=head.version, epoch=head.epoch)

    def lock(self, caller: AttemptCaller, info: LockInfo) -> LockAnswer:
        """Grant the lock, or say who holds it.

        Raises
        ------
        Forbidden
            The caller's attempt is over.
        Fenced
            Its lease is, and nobody took the job yet.
        StateLocked
            Somebody holds it and may still be writing.
        """
        facts = self._attempts.handing_out(*caller)
        if not facts.holds_lease(self._clock.now().timestamp()):
            raise Fenced("The lease of this attempt is over: it may not begin to change the state.")
        for _ in range(TRIES):
            head = self._heads.of_spec(facts.of_spec)
            if head.lock and _is(head.lock, caller) and head.lock.info.id == info.id:
                return LockAnswer(epoch=head.epoch)
            if head.lock and not may_take_lock(head, holder_alive=self._may_still_write(head.lock)):
                raise locked_by(head.lock)
            lock = Lock(
                info=info,
                job_id=caller.job_id,
                attempt=caller.attempt,
                epoch=head.epoch + 1,
                taken_at=iso(self._clock.now()),
            )
            if self._rows.take_lock(head, lock):
                return LockAnswer(epoch=lock.epoch)
        raise Unavailable(BUSY)

    def unlock(self, caller: AttemptCaller, lock_id: str, epoch: int) -> None:
        """Let go of the lock. What is not held any more, by whatever way, needs no unlocking.

        Raises
        ------
        Forbidden
            The attempt said that it is done.
        Conflict
            The lock that is held is not this one.
        """
        facts = self._not_done(caller)
        for _ in range(TRIES):
            head = self._heads.of_spec(facts.of_spec)
            if head.lock is None or head.epoch > epoch:
                return
            if not _is(head.lock, caller) or (head.lock.info.id, head.epoch) != (lock_id, epoch):
                raise Conflict("The state is locked under another id.", details=lock_details(head.lock))
            if self._rows.release_lock(head):
                return
        raise Unavailable(BUSY)

    def commit(self, caller: AttemptCaller, request: CommitRequest) -> CommitAnswer:
        """Make uploaded bytes the head.

        Raises
        ------
        Forbidden
            The attempt said that it is done; its token opens nothing any more.
        Fenced
            Somebody took the lock since: the version is kept as rejected.
        Conflict
            The version does not follow the head: kept as rejected as well.
        InvalidInput
            The store does not hold the named bytes.
        """
        facts = self._not_done(caller)
        seen = False
        for _ in range(TRIES):
            head = self._heads.of_spec(facts.of_spec)
            if request.epoch > head.epoch:
                raise InvalidInput([FieldProblem(("epoch",), f"was never granted; it is {head.epoch}")])
            known = self._accepted_before(facts, head, request)
            if known:
                return _answer(known)
            if not seen:
                self._check_object(facts, head, request.object)
                seen = True
            version, refusal = self._judged(facts, head, request)
            if refusal:
                self._rows.keep(head, version)
                self._attempts.refused(facts, refusal.message)
                raise refusal
            if self._rows.move_head(head, version):
                return _answer(version)
        raise Unavailable(BUSY)

    def _not_done(self, caller: AttemptCaller) -> AttemptFacts:
        """The attempt, unless it said that it is done. A lost one may still be writing."""
        facts = self._attempts.known(*caller)
        if facts.reported:
            raise self._attempts.over(facts)
        return facts

    def _may_still_write(self, lock: Lock) -> bool:
        holder = self._attempts.facts(lock.job_id, lock.attempt)
        return holder is not None and holder.may_still_write(self._clock.now().timestamp())

    def _accepted_before(
        self, facts: AttemptFacts, head: StateHead, request: CommitRequest
    ) -> StateVersion | None:
        """The version that this commit made when it came before; ``None`` when it is new, or was refused.

        A refusal is judged anew: epochs and serials only rise, so it comes out the same.
        """
        current = head.version
        same = current and (current.serial, current.sha256) == (request.serial, request.sha256)
        if same and request.epoch == head.epoch:
            return current
        made = version_id(request.serial, request.epoch, request.sha256, facts.job_id)
        version = self._rows.version(head, made)
        return None if version is None or version.status is VersionStatus.REJECTED else version

    def _judged(
        self, facts: AttemptFacts, head: StateHead, request: CommitRequest
    ) -> tuple[StateVersion, AlethiaError | None]:
        """The version as it would be kept, and why it can't become the head (if it can't)."""
        verdict = judge_commit(
            head, epoch=request.epoch, lease_held=facts.holds_lease(self._clock.now().timestamp())
        )
        refusal = _refusal(verdict, facts, head, request)
        status = VersionStatus.LATE if verdict is CommitVerdict.ACCEPT_LATE else VersionStatus.CURRENT
        version = StateVersion(
            serial=request.serial,
            lineage=request.lineage,
            sha256=request.sha256,
            object=request.object,
            spec_id=facts.of_spec,
            status=VersionStatus.REJECTED if refusal else status,
            job_id=facts.job_id,
            reason=refusal.message if refusal else None,
            resources=request.resources,
            created_at=iso(self._clock.now()),
            epoch=request.epoch,
        )
        return version, refusal

    def _check_object(self, facts: AttemptFacts, head: StateHead, stored: StoredObject) -> None:
        """See with our own eyes that the store holds what is to become the head."""
        folder = self._heads.folder(facts.of_spec)
        try:
            name, digest = name_of(stored.key), digest_of(stored.key)
        except ValueError:
            name, digest = "", ""
        own = belongs_to_attempt(name, folder, ObjectPurpose.STATE, facts.job_id, facts.attempt)
        if not own or digest != stored.sha256:
            raise _not_stored("this is no state object of this attempt; use the answer to the upload")
        try:
            size = self._store.size(stored.key, expected=True)
        except NotFound:
            raise _not_stored("the store has no such object; upload it, then commit again") from None
        if size != stored.size or not size:
            raise _not_stored(f"the store holds {size} bytes of it, not {stored.size}; upload it again")
        if size > VERIFIED_BYTES:
            return
        try:
            sealed = self._sealed.sealed_bytes(stored)
            checked_context(sealed, stored, zone_id=head.zone_id, spec_id=head.spec_id)
        except Damaged as error:
            raise _not_stored(error.message) from None


def locked_by(lock: Lock) -> StateLocked:
    """The refusal that terraform shows with the holder's record."""
    operation = lock.info.operation or "some operation"
    return StateLocked(
        f"The state is locked for {operation} by job {lock.job_id}.", details=lock_details(lock)
    )


def lock_details(lock: Lock) -> dict[str, object]:
    """The holder, for an error's details."""
    return {"holder": lock.info.model_dump(), "job_id": lock.job_id, "epoch": lock.epoch}


def _refusal(
    verdict: CommitVerdict, facts: AttemptFacts, head: StateHead, request: CommitRequest
) -> AlethiaError | None:
    granted = head.granted
    holds_epoch = head.is_granted_to(facts.job_id, facts.attempt)
    if verdict is CommitVerdict.FENCED or granted is None or not holds_epoch:
        return Fenced(
            "The state's lock was taken since this attempt held it: its version is kept, and does not count.",
            details={"epoch": head.epoch, "granted": request.epoch},
        )
    if request.lock_id != granted.info.id:
        return Conflict("The version was made under another lock id than the one that was granted.")
    current = head.version
    if current is None:
        return None
    if request.lineage != current.lineage:
        return Conflict(
            "The version is of another lineage: it belongs to a different state.",
            details={"lineage": current.lineage},
        )
    if request.serial <= current.serial:
        return Conflict(
            f"The version's serial is {request.serial}; the head has {current.serial} already.",
            details={"serial": current.serial},
        )
    return None


def _is(lock: Lock, caller: AttemptCaller) -> bool:
    return (lock.job_id, lock.attempt) == (caller.job_id, caller.attempt)


def _answer(version: StateVersion) -> CommitAnswer:
    return CommitAnswer(late=version.status is VersionStatus.LATE, serial=version.serial)


def _not_stored(message: str) -> InvalidInput:
    return InvalidInput([FieldProblem(("object",), message)])
