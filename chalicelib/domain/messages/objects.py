"""Sealed objects on their way to the store and back."""

from enum import StrEnum

from pydantic import Field

from ..model import Model
from ..plan import StoredObject


class ObjectPurpose(StrEnum):
    """What an object in the store is for; the folder it lies in."""

    STATE = "state"
    PLAN = "plan"
    REVIEW = "review"
    LOG = "log"
    CHECK = "check"
    """A BOOTSTRAP's round trip through the store; nobody reads it again."""


class DataKeyRequest(Model):
    """A fresh data key for one object. ``sequence`` tells apart objects of one purpose in one attempt."""

    attempt: int
    purpose: ObjectPurpose
    sequence: int = Field(1, ge=1)


class DataKey(Model):
    """A data key in clear (base64, 32 bytes), and wrapped by KMS under ``context``."""

    name: str
    context: dict[str, str]
    key: str = Field(repr=False)
    wrapped_key: str


class OpenKeyRequest(Model):
    """Unwrap the key in the head of an object that this job may read."""

    attempt: int
    context: dict[str, str]
    wrapped_key: str


class UploadRequest(Model):
    """Where to put sealed bytes. ``name`` is the one that came with the data key."""

    attempt: int
    name: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(ge=0)


class Upload(Model):
    """A presigned PUT, good for some minutes; send exactly ``headers``."""

    object: StoredObject
    url: str
    headers: dict[str, str] = {}


class DownloadRequest(Model):
    """A presigned GET for an object of this job's own spec."""

    attempt: int
    key: str


class Download(Model):
    url: str
