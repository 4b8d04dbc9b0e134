"""One emulated cloud for all contract tests, started the way the embedded stack starts it."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

REGION = "eu-west-1"

Client = Callable[..., Any]


@pytest.fixture(scope="session")
def cloud() -> Iterator[str]:
    """Address of the running cloud."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "alethia.embedded.customer_cloud", "--port", str(port)], env={**os.environ}
    )
    try:
        wait_until_healthy(address, process)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0


def wait_until_healthy(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, "the emulated cloud ended at its start"
        try:
            with urllib.request.urlopen(f"{address}/_alethia/health", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the emulated cloud did not become healthy")


@pytest.fixture(scope="session")
def client(cloud: str) -> Client:
    """``client("eks")``: a boto3 client of the cloud that doesn't repeat what failed."""

    def connect(service: str, region: str = REGION, **credentials: str) -> Any:
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"} | credentials
        config = Config(retries={"total_max_attempts": 1})
        make: Any = boto3.client
        return make(service, region_name=region, endpoint_url=cloud, config=config, **keys)

    return connect
