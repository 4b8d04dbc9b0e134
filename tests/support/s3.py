"""Stores and a key service for tests, real over HTTP on free loopback ports, in threads of the test process.

``s3_store`` is one S3 store: moto's, which keeps AWS's promises, then Supabase's double, which keeps none; so
a test that takes it runs on both. ``supabase`` is the double alone. ``kms`` is moto's KMS: it wraps data keys
with AES-GCM under their context, so that a wrong context or an altered key fails as it does on AWS.
"""

import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3
import pytest

from chalicelib.adapters.kms_keys import KmsKeys
from chalicelib.adapters.s3_store import S3Store, store_client

from .supabase_quirks import PREFIX, REGION, SupabaseQuirks


@dataclass(frozen=True)
class TestStore:
    """A store, a client of its endpoint for looking behind its back, and the double when it is one."""

    __test__ = False

    store: S3Store
    client: Any
    bucket: str
    quirks: SupabaseQuirks | None

    def everything(self) -> bytes:
        """All bytes that it holds, keys included: for looking after what must not be there."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
        keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
        bodies = [self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read() for key in keys]
        return b"\n".join([*(key.encode() for key in keys), *bodies])


@dataclass(frozen=True)
class TestKms:
    """A key in moto's KMS."""

    __test__ = False

    keys: KmsKeys
    client: Any
    key_id: str


@dataclass(frozen=True)
class _Moto:
    plain: str
    supabase: str
    quirks: SupabaseQuirks


@pytest.fixture(scope="session")
def _moto() -> Iterator[_Moto]:
    from moto.moto_server.werkzeug_app import (  # slow: for who needs it
        DomainDispatcherApplication,
        create_backend_app,
    )

    moto = DomainDispatcherApplication(create_backend_app)
    quirks = SupabaseQuirks(moto)
    with serving(moto) as plain, serving(quirks) as doubled:
        yield _Moto(plain, doubled + PREFIX, quirks)


@pytest.fixture(params=["aws", "supabase"])
def s3_store(request: pytest.FixtureRequest, _moto: _Moto) -> TestStore:
    """The store on an endpoint that keeps AWS's promises, then on one that keeps none."""
    return _aws(_moto) if request.param == "aws" else _supabase(_moto)


@pytest.fixture
def supabase(_moto: _Moto) -> TestStore:
    """The store on Supabase's double."""
    return _supabase(_moto)


@pytest.fixture
def kms(_moto: _Moto) -> TestKms:
    """A key that all tests share: what it wraps is bound to its context."""
    client, key_id = _client("kms", _moto.plain), _kms_key(_moto.plain)
    return TestKms(KmsKeys(client, key_id), client, key_id)


class serving:  # noqa: N801  read as a verb: ``with serving(app) as endpoint``
    """A WSGI app on a free loopback port, in a thread for each request, for a ``with`` block."""

    def __init__(self, app: Callable[..., Any]) -> None:
        from werkzeug.serving import WSGIRequestHandler, make_server

        class Quiet(WSGIRequestHandler):
            def log(self, *_: Any) -> None:
                """Requests are not worth a line each."""

        self.server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self) -> str:
        self.thread.start()
        return f"http://127.0.0.1:{self.server.server_port}"

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def _aws(moto: _Moto) -> TestStore:
    return _store(moto.plain, _new_bucket(moto), None)


def _supabase(moto: _Moto) -> TestStore:
    return _store(moto.supabase, _new_bucket(moto), moto.quirks)


def _new_bucket(moto: _Moto) -> str:
    bucket = f"alethia-{uuid.uuid4().hex[:12]}"
    _client("s3", moto.plain).create_bucket(
        Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    return bucket


def _store(endpoint: str, bucket: str, quirks: SupabaseQuirks | None) -> TestStore:
    client = _store_client(endpoint)
    return TestStore(S3Store(lambda: client, bucket, sleep=lambda _: None), client, bucket, quirks)


@cache
def _store_client(endpoint: str) -> Any:
    """One for all tests: making it takes longer than most of what they ask it for."""
    return store_client(endpoint_url=endpoint, region=REGION, access_key_id="test", secret_access_key="test")


@cache
def _kms_key(endpoint: str) -> str:
    key_id: str = _client("kms", endpoint).create_key()["KeyMetadata"]["KeyId"]
    return key_id


@cache
def _client(service: str, endpoint: str) -> Any:
    return boto3.client(  # type: ignore[call-overload]
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
