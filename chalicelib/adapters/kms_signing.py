"""RSA keys of AWS KMS that sign: the private half never leaves KMS."""

from typing import TYPE_CHECKING, Final, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from ..domain.errors import Unavailable
from ..services.ports.signing import RsaPublicKey

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_kms import KMSClient

T = TypeVar("T")

ALGORITHM: Final = "RSASSA_PKCS1_V1_5_SHA_256"
"""JWT calls it RS256."""


class KmsSigningKeys:
    """GetPublicKey and Sign. Public halves are asked for once: they can't change for a key id."""

    def __init__(self, client: "KMSClient") -> None:
        self._client = client
        self._public: dict[str, RsaPublicKey] = {}

    def public_key(self, key_id: str) -> RsaPublicKey:
        """See :class:`~chalicelib.services.ports.signing.SigningKeys`."""
        if key_id not in self._public:
            answer = self._call(lambda: self._client.get_public_key(KeyId=key_id))
            self._public[key_id] = _numbers(answer["PublicKey"])
        return self._public[key_id]

    def sign(self, key_id: str, message: bytes) -> bytes:
        """See :class:`~chalicelib.services.ports.signing.SigningKeys`."""
        answer = self._call(
            lambda: self._client.sign(
                KeyId=key_id, Message=message, MessageType="RAW", SigningAlgorithm=ALGORITHM
            )
        )
        return answer["Signature"]

    def _call(self, request: "Callable[[], T]") -> T:
        try:
            return request()
        except ClientError as error:
            code = error.response["Error"].get("Code", "") or "no reason given"
            raise Unavailable(f"The signing key can't be used now ({code}).") from error
        except BotoCoreError as error:
            raise Unavailable("The key service did not answer; repeating the request is safe.") from error


def _numbers(der: bytes) -> RsaPublicKey:
    """From the SubjectPublicKeyInfo that KMS answers with."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    key = load_der_public_key(der)
    if not isinstance(key, RSAPublicKey):
        raise Unavailable("A signing key of this deployment is no RSA key; make one with KeySpec RSA_2048.")
    numbers = key.public_numbers()
    return RsaPublicKey(modulus=numbers.n, exponent=numbers.e)
