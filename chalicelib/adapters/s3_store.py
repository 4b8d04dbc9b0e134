"""The object store: any S3-compatible endpoint, used so that the weakest of them is enough.

Supabase's S3 ignores conditional writes, keeps no versions, checks no checksum, answers blank error codes,
and destroys objects on tagging, ACL and versioned calls. So this adapter only ever puts, gets, heads and
presigns; it writes immutable keys alone (the key ends in the sha256 of its bytes, so that a repeat writes
what is there already); and it decides by HTTP status, never by error code.

A read of a key that a record names is patient: such a store may answer 404 or 500 for an object that exists.
"""

import json
import time
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from ..domain.errors import AlethiaError, NotFound, TooLarge, Unavailable
from ..domain.snapshot import sha256_hex
from ..domain.store_names import checked_key, digest_of
from ..services.ports.store import PresignedPut
from ..settings import Settings
from .dynamodb.connection import EMULATOR_CREDENTIALS
from .secrets import secret_reader

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

T = TypeVar("T")

CONTENT_TYPE = "application/octet-stream"
"""Sent always: a bucket's MIME allow-list can refuse a missing type."""

PRESIGNED_SECONDS = 900
PATIENCE_SECONDS = (0.1, 0.3, 0.8, 1.8)
"""Pauses between the reads of a key that must be there: 3 s in all."""


def store_client(
    *, endpoint_url: str | None, region: str, access_key_id: str | None, secret_access_key: str | None
) -> "S3Client":
    """A client with the settings that every S3-compatible store understands.

    Without keys, the process's own credentials sign.
    """
    session: Any = botocore.session.get_session()
    client: S3Client = session.create_client(
        "s3",
        endpoint_url=endpoint_url,
        region_name=region,
        aws_access_key_id=access_key_id,
        aws_secret_access_key=secret_access_key,
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            connect_timeout=3,
            read_timeout=20,
            retries={"mode": "standard", "total_max_attempts": 3},
        ),
    )
    return client


def open_store(settings: Settings) -> "S3Store":
    """The store that a deployment's settings name.

    Its secret access key is the text of the secret ``store_secret_name``, or that secret's JSON field
    ``secret_access_key``. Without such a secret, an emulator gets made-up keys, and AWS the function's role.
    The secret is read when the store is first used: what is only wired with a store needs no right to it.
    """

    def connect() -> "S3Client":
        access_key_id, secret_access_key = credentials_of(settings)
        return store_client(
            endpoint_url=settings.store_endpoint_url,
            region=settings.store_region,
            access_key_id=access_key_id,
            secret_access_key=secret_access_key,
        )

    return S3Store(connect, settings.store_bucket)


def credentials_of(settings: Settings) -> tuple[str | None, str | None]:
    """The store's access key id and secret access key; without either, the process's own credentials sign."""
    if not settings.store_secret_name:
        return EMULATOR_CREDENTIALS if settings.aws_endpoint_url else (None, None)
    text = secret_reader(settings, settings.store_secret_name)()
    try:
        fields = json.loads(text)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        return settings.store_access_key_id, text
    return fields.get("access_key_id", settings.store_access_key_id), fields.get("secret_access_key")


class S3Store:
    """Immutable objects in one bucket.

    Parameters
    ----------
    connect : callable
        Makes the client, when it is first needed.
    sleep : callable
        Waits between patient reads; a test passes its own.
    """

    def __init__(
        self, connect: "Callable[[], S3Client]", bucket: str, *, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        self._connect = connect
        self._bucket = bucket
        self._sleep = sleep

    @cached_property
    def _client(self) -> "S3Client":
        return self._connect()

    def put(self, key: str, body: bytes) -> None:
        """Write an object under the key that its own bytes name.

        Raises
        ------
        ValueError
            The key does not end in the sha256 of `body`: it would not be immutable.
        """
        if digest_of(key) != sha256_hex(body):
            raise ValueError(f"{key} is not named by the sha256 of its bytes")
        self._call(
            lambda: self._client.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType=CONTENT_TYPE)
        )

    def get(self, key: str, *, expected: bool = False) -> bytes:
        """The object's bytes, unverified. `expected`: a record names the key, so a 404 may pass."""

        def read() -> bytes:
            return self._client.get_object(Bucket=self._bucket, Key=checked_key(key))["Body"].read()

        return self._patiently(read) if expected else self._call(read)

    def size(self, key: str, *, expected: bool = False) -> int:
        """The object's length in bytes, as the store reports it."""

        def head() -> int:
            return self._client.head_object(Bucket=self._bucket, Key=checked_key(key))["ContentLength"]

        return self._patiently(head) if expected else self._call(head)

    def presigned_put(self, key: str) -> PresignedPut:
        """An address to which the runner may write this one object, for some minutes."""
        digest_of(key)
        return PresignedPut(
            url=self._presigned("put_object", key, ContentType=CONTENT_TYPE),
            headers={"Content-Type": CONTENT_TYPE},
        )

    def presigned_get(self, key: str) -> str:
        """An address from which this one object can be read, for some minutes."""
        return self._presigned("get_object", key)

    def _presigned(self, operation: str, key: str, **extra: str) -> str:
        return self._client.generate_presigned_url(
            operation,
            Params={"Bucket": self._bucket, "Key": checked_key(key), **extra},
            ExpiresIn=PRESIGNED_SECONDS,
        )

    def _patiently(self, read: Callable[[], T]) -> T:
        for pause in PATIENCE_SECONDS:
            try:
                return self._call(read)
            except (NotFound, Unavailable):
                self._sleep(pause)
        return self._call(read)

    def _call(self, request: Callable[[], T]) -> T:
        try:
            return request()
        except ClientError as error:
            raise _translated(error.response) from error
        except BotoCoreError as error:
            raise Unavailable("The object store did not answer; repeating the request is safe.") from error


def _translated(response: Any) -> AlethiaError:
    """What an error answer means, told from its HTTP status alone."""
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    match status:
        case 404:
            return NotFound("The object is not in the store.")
        case 413:
            return TooLarge("The object is larger than the store allows.")
        case 401 | 403:
            return Unavailable("The object store refused the control plane's credentials.")
        case _:
            return Unavailable(f"The object store answered {status}; repeating the request is safe.")
