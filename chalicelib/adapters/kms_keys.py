"""Data keys from AWS KMS. The encryption context binds each to one object of one spec of one zone."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from ..domain.errors import AlethiaError, Damaged, Unavailable
from ..services.ports.keys import FreshKey

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_kms import KMSClient

T = TypeVar("T")

NOT_OURS = frozenset({"InvalidCiphertextException", "IncorrectKeyException", "ValidationException"})
"""KMS's words for: never wrapped under this key and context, or altered since."""


class KmsKeys:
    """GenerateDataKey and Decrypt under one key.

    Decrypt names the key as well: what another key wrapped is refused, even when this account may use it.
    """

    def __init__(self, client: "KMSClient", key_id: str) -> None:
        self._client = client
        self._key_id = key_id

    def generate(self, context: Mapping[str, str]) -> FreshKey:
        answer = self._call(
            lambda: self._client.generate_data_key(
                KeyId=self._key_id, KeySpec="AES_256", EncryptionContext=dict(context)
            )
        )
        return FreshKey(clear=answer["Plaintext"], wrapped=answer["CiphertextBlob"])

    def unwrap(self, wrapped: bytes, context: Mapping[str, str]) -> bytes:
        return self._call(
            lambda: self._client.decrypt(
                KeyId=self._key_id, CiphertextBlob=wrapped, EncryptionContext=dict(context)
            )
        )["Plaintext"]

    def _call(self, request: "Callable[[], T]") -> T:
        try:
            return request()
        except ClientError as error:
            raise _translated(error.response["Error"].get("Code", "")) from error
        except BotoCoreError as error:
            raise Unavailable("The key service did not answer; repeating the request is safe.") from error


def _translated(code: str) -> AlethiaError:
    if code in NOT_OURS:
        return Damaged("The key of this object was not made for it, or was altered since.")
    return Unavailable(f"The key service can't be used now ({code or 'no reason given'}).")
