"""Objects in the store: sealed here before they leave, opened here after their digest was checked.

One fresh data key seals one object (AES-256-GCM, framed by :mod:`chalicelib.domain.envelope`). The bytes go
straight to and from the store with presigned URLs.
"""

import base64
import hashlib
import os
import threading
import time
from collections import Counter

import httpx
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chalicelib.domain.envelope import NONCE_BYTES, NotAnEnvelope, new_header, pack, unpack
from chalicelib.domain.errors import AlethiaError
from chalicelib.domain.messages import (
    DataKeyRequest,
    DownloadRequest,
    ObjectPurpose,
    OpenKeyRequest,
    UploadRequest,
)
from chalicelib.domain.plan import StoredObject

from .api import Api, is_loopback, persistently
from .errors import Unreachable


class ObjectMissing(AlethiaError):
    """The store does not have the object."""


class ObjectDamaged(AlethiaError):
    """The bytes are not the ones that were stored."""


class Vault:
    """Puts and gets sealed objects of one job. Safe to share between threads.

    Parameters
    ----------
    patience : float
        Seconds that a transfer is tried for, unless it says otherwise.
    missing_patience : float
        Seconds until a 404 is believed.
    """

    def __init__(self, api: Api, attempt: int, *, patience: float, missing_patience: float) -> None:
        self._api = api
        self._attempt = attempt
        self._patience = patience
        self._missing_patience = missing_patience
        self._sequences: Counter[ObjectPurpose] = Counter()
        self._guard = threading.Lock()
        self._clients: dict[bool, httpx.Client] = {}

    def put(self, purpose: ObjectPurpose, clear: bytes, *, patience: float | None = None) -> StoredObject:
        """Seal and store an object under a name of its own.

        Raises
        ------
        Unreachable
            The control plane or the store did not answer in time.
        """
        patience = self._patience if patience is None else patience
        with self._guard:
            self._sequences[purpose] += 1
            sequence = self._sequences[purpose]
        request = DataKeyRequest(attempt=self._attempt, purpose=purpose, sequence=sequence)
        data_key = self._api.data_key(request, patience=patience)
        nonce = os.urandom(NONCE_BYTES)
        header = new_header(
            context=data_key.context, nonce=nonce, wrapped_key=base64.b64decode(data_key.wrapped_key)
        )
        cipher = AESGCM(base64.b64decode(data_key.key))
        sealed = pack(header, cipher.encrypt(nonce, clear, header.encoded()))
        upload = self._api.upload(
            UploadRequest(
                attempt=self._attempt,
                name=data_key.name,
                sha256=hashlib.sha256(sealed).hexdigest(),
                size=len(sealed),
            ),
            patience=patience,
        )
        client = self._client(upload.url)
        response = persistently(
            lambda: client.put(upload.url, content=sealed, headers=upload.headers), patience
        )
        if not response.is_success:
            raise Unreachable(f"The store refused an upload with HTTP {response.status_code}.")
        return upload.object

    def get(self, stored: StoredObject) -> bytes:
        """Fetch an object, check its digest, open it.

        Raises
        ------
        ObjectMissing
            The store says 404 (also after some tries: a read during a write can fail), or answers nothing.
        ObjectDamaged
            The digest differs, or the bytes can't be opened with the key.
        """
        download = self._api.download(DownloadRequest(attempt=self._attempt, key=stored.key))
        client = self._client(download.url)
        believed_at = time.monotonic() + self._missing_patience
        response = persistently(
            lambda: client.get(download.url),
            self._patience,
            also_again=lambda answer: answer.status_code == 404 and time.monotonic() < believed_at,
        )
        if not response.is_success:
            raise ObjectMissing(f"The store answered HTTP {response.status_code} for the object.")
        sealed = response.content
        if not sealed:
            raise ObjectMissing("The store answered with an empty object.")
        if hashlib.sha256(sealed).hexdigest() != stored.sha256:
            raise ObjectDamaged("The object's bytes are not the ones that were stored: its sha256 differs.")
        return self._open(sealed)

    def _open(self, sealed: bytes) -> bytes:
        try:
            header, associated, ciphertext = unpack(sealed)
        except NotAnEnvelope as error:
            raise ObjectDamaged(error.message) from None
        request = OpenKeyRequest(
            attempt=self._attempt, context=header.context, wrapped_key=header.wrapped_key
        )
        key = base64.b64decode(self._api.open_key(request).key)
        try:
            return AESGCM(key).decrypt(base64.b64decode(header.nonce), ciphertext, associated)
        except InvalidTag:
            raise ObjectDamaged(
                "The object can't be opened: it was changed, or sealed with another key."
            ) from None

    def _client(self, url: str) -> httpx.Client:
        local = is_loopback(url)
        with self._guard:
            if local not in self._clients:
                self._clients[local] = httpx.Client(timeout=httpx.Timeout(60, connect=5), trust_env=not local)
            return self._clients[local]

    def close(self) -> None:
        for client in self._clients.values():
            client.close()
