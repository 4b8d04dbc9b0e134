"""ministack for the length of a ``with`` block: a few services, on one free loopback port."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from .dynamodb import free_port

START_SECONDS = 30


@contextmanager
def ministack(folder: Path, services: str, **settings: str) -> Iterator[str]:
    """Its address. `services` as ministack's own variable takes them: ``iam,sts``."""
    port = free_port()
    place = {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "STATE_DIR": str(folder)}
    # These two would listen beyond loopback.
    place |= {"SFTP_ENABLED": "0", "IOT_MTLS_ENABLED": "0"}
    process = subprocess.Popen(
        [sys.executable, "-m", "ministack"],
        env={**os.environ, **place, "SERVICES": services, **settings},
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        endpoint = f"http://127.0.0.1:{port}"
        _wait(endpoint)
        yield endpoint
    finally:
        process.terminate()
        process.wait(20)


def _wait(endpoint: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            httpx.get(f"{endpoint}/_ministack/health", timeout=1, verify=False)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("ministack did not start")
