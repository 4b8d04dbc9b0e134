"""The process that serves the stand-ins on unix sockets, and how to start and stop it.

terraform attaches by an environment variable that names each provider's socket. The sockets lie in a folder
that only its owner can enter. The process is ready when it has written :data:`ENVIRONMENT_FILE` there.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc
from tf.gen import tfplugin_pb2_grpc as rpc

from .later_protocol import ephemeral_calls
from .provider import OfflineProvider
from .schemas import FOLDER, ProviderSchema

REATTACH = "TF_REATTACH_PROVIDERS"
ENVIRONMENT_FILE = "environment.json"

LONGEST_SOCKET_PATH = 107
"""Bytes that a unix socket's address may have."""

_THREADS = 8
_START_SECONDS = 30.0
_STOP_SECONDS = 5.0


def reattach(schemas: list[ProviderSchema], sockets: Path, pid: int) -> str:
    """The value of ``TF_REATTACH_PROVIDERS``."""
    return json.dumps(
        {
            schema.address: {
                "Protocol": "grpc",
                "ProtocolVersion": 6,
                "Pid": pid,
                "Test": True,
                "Addr": {"Network": "unix", "String": str(_socket(sockets, schema))},
            }
            for schema in schemas
        }
    )


def serve(folder: Path, schemas: list[ProviderSchema]) -> None:
    """Serve until SIGTERM or SIGINT. The folder's environment file is there while it serves."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="alethia-tf-") as sockets:
        servers = [_listen(schema, Path(sockets)) for schema in schemas]
        environment = {REATTACH: reattach(schemas, Path(sockets), os.getpid())}
        ready = folder / ENVIRONMENT_FILE
        partial = ready.with_suffix(".partial")
        partial.write_text(json.dumps(environment))
        partial.replace(ready)
        names = ", ".join(f"{schema.name} {schema.version}" for schema in schemas)
        print(f"ready: schemas of {names}", flush=True)
        stopping.wait()
        ready.unlink(missing_ok=True)
        for server in servers:
            server.stop(grace=1).wait()


def _listen(schema: ProviderSchema, sockets: Path) -> grpc.Server:
    server = grpc.server(ThreadPoolExecutor(max_workers=_THREADS))
    provider = OfflineProvider(schema)
    rpc.add_ProviderServicer_to_server(provider, server)
    server.add_generic_rpc_handlers((ephemeral_calls(provider.open_ephemeral),))
    address = _socket(sockets, schema)
    if len(os.fsencode(address)) > LONGEST_SOCKET_PATH:
        raise OSError(f"{address} is too long for a unix socket; set TMPDIR to a shorter folder.")
    server.add_insecure_port(f"unix://{address}")
    server.start()
    return server


def _socket(folder: Path, schema: ProviderSchema) -> Path:
    return folder / schema.name.rpartition("/")[2]


@dataclass(frozen=True)
class Running:
    """A started process."""

    process: subprocess.Popen[bytes]
    environment: Mapping[str, str]
    """What terraform needs in its environment to use it."""

    @property
    def pid(self) -> int:
        return self.process.pid

    def stop(self) -> None:
        """Stop it and wait for its end."""
        self.process.terminate()
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start(folder: Path, *, schemas: Path = FOLDER) -> Running:
    """Start the process and wait until terraform can attach; its log is ``offline-providers.log`` there.

    Raises
    ------
    OSError
        It ended at its start, with the end of its log.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ready = folder / ENVIRONMENT_FILE
    ready.unlink(missing_ok=True)
    log = folder / "offline-providers.log"
    argv = [
        sys.executable,
        "-m",
        "alethia.embedded.offline_providers",
        str(folder),
        "--schemas",
        str(schemas),
    ]
    with log.open("ab") as out:
        process = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
    deadline = time.monotonic() + _START_SECONDS
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise OSError(f"The offline providers did not start.\n{log.read_text()[-2000:]}")
        time.sleep(0.02)
    return Running(process, json.loads(ready.read_text()))


@contextmanager
def serving(folder: Path, *, schemas: Path = FOLDER) -> Iterator[Mapping[str, str]]:
    """The environment with which terraform uses the stand-ins, while the block runs."""
    running = start(folder, schemas=schemas)
    try:
        yield running.environment
    finally:
        running.stop()
