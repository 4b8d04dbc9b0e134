"""What a runner may do with the store: get a key to seal with, a place to put, and leave to read and open.

A runner holds no key of the store and none of KMS. It asks here, for its own job; the answers reach no
further than its spec's folder and, of other jobs' objects, only the states and the plan that it applies.

Which attempt may write: the current one, anything. One that is *over* without having reported (its lease was
lost) only states: terraform may have changed the cloud until it was stopped, and its last state is then the
only true one. That upload is harmless in itself, since no two attempts share a name;
whether it becomes the head is the commit's decision (:mod:`chalicelib.services.states`).
"""

import base64

from ..domain.attempts import AttemptFacts
from ..domain.envelope import encryption_context
from ..domain.errors import Damaged, FieldProblem, InvalidInput, NotFound
from ..domain.ids import attempt_id
from ..domain.messages import DataKey, Download, ObjectPurpose, Upload
from ..domain.plan import StoredObject
from ..domain.store_names import (
    belongs_to_attempt,
    identity_folder,
    is_state,
    key_of,
    name_of,
    object_name,
    readable_by,
)
from .attempts import AttemptCaller, Attempts
from .ports.keys import Keys
from .ports.store import ObjectStore
from .state_heads import StateHeads

NOT_THERE = "There is no such object for this job."


class Objects:
    """Data keys and presigned addresses for runners."""

    def __init__(self, store: ObjectStore, keys: Keys, attempts: Attempts, heads: StateHeads) -> None:
        self._store = store
        self._keys = keys
        self._attempts = attempts
        self._heads = heads

    def data_key(self, caller: AttemptCaller, purpose: ObjectPurpose, sequence: int) -> DataKey:
        """A fresh data key, and the name of the object that it is for."""
        facts = self._writer(caller, purpose)
        maker = attempt_id(caller.job_id, caller.attempt)
        name = object_name(self._folder(facts), purpose, maker, sequence)
        context = encryption_context(facts.zone_id, facts.subject_id, name)
        fresh = self._keys.generate(context)
        return DataKey(
            name=name,
            context=context,
            key=base64.b64encode(fresh.clear).decode(),
            wrapped_key=base64.b64encode(fresh.wrapped).decode(),
        )

    def open_key(self, caller: AttemptCaller, context: dict[str, str], wrapped_key: str) -> DataKey:
        """The data key out of the head of an object that this job may read."""
        facts = self._attempts.finishing(*caller)
        name = context.get("object", "")
        # A state outlives its spec: the next one of the same name opens what the last one left.
        spec_id = context.get("spec", "") if is_state(name, self._folder(facts)) else facts.subject_id
        if context != encryption_context(facts.zone_id, spec_id, name):
            raise NotFound(NOT_THERE)
        self._check_readable(facts, name)
        try:
            wrapped = base64.b64decode(wrapped_key, validate=True)
        except ValueError:
            raise _invalid("wrapped_key", "this is no base64; send the one in the object's head") from None
        try:
            clear = self._keys.unwrap(wrapped, context)
        except Damaged as error:
            raise _invalid("wrapped_key", error.message) from None
        return DataKey(
            name=name,
            context=context,
            key=base64.b64encode(clear).decode(),
            wrapped_key=wrapped_key,
        )

    def upload(self, caller: AttemptCaller, name: str, sha256: str, size: int) -> Upload:
        """Where to put the sealed bytes of the object that a data key was given for."""
        purpose = _purpose_in(name)
        facts = self._writer(caller, purpose)
        folder = self._folder(facts)
        if not belongs_to_attempt(name, folder, purpose, caller.job_id, caller.attempt):
            raise _invalid("name", "use the name that came with the data key")
        stored = StoredObject(key=key_of(name, sha256), sha256=sha256, size=size)
        put = self._store.presigned_put(stored.key)
        return Upload(object=stored, url=put.url, headers=put.headers)

    def download(self, caller: AttemptCaller, key: str) -> Download:
        """Where to read an object of the job's own spec; anybody else's does not exist."""
        facts = self._attempts.finishing(*caller)
        try:
            name = name_of(key)
        except ValueError:
            raise NotFound(NOT_THERE) from None
        self._check_readable(facts, name)
        return Download(url=self._store.presigned_get(key))

    def _writer(self, caller: AttemptCaller, purpose: ObjectPurpose) -> AttemptFacts:
        if purpose is ObjectPurpose.STATE:
            return self._attempts.finishing(*caller)
        return self._attempts.handing_out(*caller)

    def _folder(self, facts: AttemptFacts) -> str:
        if facts.spec_id is None:
            return identity_folder(facts.zone_id, facts.subject_id)
        return self._heads.folder(facts.spec_id)

    def _check_readable(self, facts: AttemptFacts, name: str) -> None:
        if not readable_by(name, self._folder(facts), facts.job_id, facts.plan_job_id):
            raise NotFound(NOT_THERE)


def _purpose_in(name: str) -> ObjectPurpose:
    try:
        return ObjectPurpose(name.split("/")[-2])
    except (IndexError, ValueError):
        raise _invalid("name", "use the name that came with the data key") from None


def _invalid(field: str, message: str) -> InvalidInput:
    return InvalidInput([FieldProblem((field,), message)])
