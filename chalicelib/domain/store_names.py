"""How objects in the store are named, and which of them a job may touch.

::

    {zone_id}/{project}-{stage}-{region}/terraform.tfstate/{purpose}/{maker}-{sequence:04}      the name
    {zone_id}/identities/{identity_id}/{purpose}/{maker}-{sequence:04}                          the name, too
    {name}.{sha256 of the stored bytes}                                                         the key

``maker`` is the attempt (or the person's action) that wrote the object. No two makers share a name and no
two contents share a key: whatever a fenced runner still uploads lies beside everybody else's objects.
"""

import re

from .ids import attempt_id
from .messages import ObjectPurpose

KEY = re.compile(r"[A-Za-z0-9_/!.*'() &$=@;:+,?-]+")
"""The characters that every store takes; Supabase answers 400 to any other."""

DIGEST = re.compile(r"\.([0-9a-f]{64})$")


def checked_key(key: str) -> str:
    """`key`, or :class:`ValueError` when some store would refuse it or read it as another one."""
    parts = key.split("/")
    if not KEY.fullmatch(key) or len(key) > 900 or any(part in ("", ".", "..") for part in parts):
        raise ValueError(f"{key!r} can't be the key of an object")
    return key


def digest_of(key: str) -> str:
    """The sha256 that ends an immutable key; :class:`ValueError` when there is none."""
    found = DIGEST.search(checked_key(key))
    if not found:
        raise ValueError(f"{key} does not end in a sha256, so it is not immutable")
    return found[1]


def name_of(key: str) -> str:
    """The name (what KMS calls ``object``) of the object under `key`."""
    return key[: -len(digest_of(key)) - 1]


def key_of(name: str, sha256: str) -> str:
    """The key under which the bytes with this sha256 are stored."""
    return checked_key(f"{name}.{sha256}")


def identity_folder(zone_id: str, identity_id: str) -> str:
    """Where objects of jobs about a cloud identity lie: their logs."""
    return f"{zone_id}/identities/{identity_id}"


def object_name(folder: str, purpose: ObjectPurpose, maker: str, sequence: int) -> str:
    """The name of a new object. `folder` is :attr:`chalicelib.domain.spec.Spec.state_key`."""
    return f"{folder}/{purpose}/{maker}-{sequence:04}"


def belongs_to_attempt(name: str, folder: str, purpose: ObjectPurpose, job_id: str, attempt: int) -> bool:
    """Whether `name` is one that this very attempt could have been given."""
    start = f"{folder}/{purpose}/{attempt_id(job_id, attempt)}-"
    return name.startswith(start) and name.removeprefix(start).isdigit()


def is_state(name: str, folder: str) -> bool:
    """Whether `name` is a state's in this folder, whoever made it."""
    return name.startswith(f"{folder}/{ObjectPurpose.STATE}/")


def readable_by(name: str, folder: str, job_id: str, plan_job_id: str | None) -> bool:
    """Whether a job may open `name`: its spec's states, its own objects, and the plan that it applies."""
    if is_state(name, folder):
        return True
    if plan_job_id and name.startswith(f"{folder}/{ObjectPurpose.PLAN}/{plan_job_id}-"):
        return True
    return any(name.startswith(f"{folder}/{purpose}/{job_id}-") for purpose in ObjectPurpose)
