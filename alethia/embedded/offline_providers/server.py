"""Serves the stand-ins on unix sockets, for any number of terraform processes at once.

terraform attaches by an environment variable that names each provider's socket. The sockets lie in a folder
that only its owner can enter.
"""

import json
import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
from tf.gen import tfplugin_pb2_grpc as rpc

from runner_task.held_folders import held_folder

from .later_protocol import ephemeral_calls
from .process import ENVIRONMENT_FILE, REATTACH
from .provider import OfflineProvider
from .schemas import ProviderSchema

LONGEST_SOCKET_PATH = 107
"""Bytes that a unix socket's address may have."""

SOCKETS = "alethia-providers-"
"""How the folder of the sockets is called, in the machine's temporary one: its path must be short."""

_THREADS = 8


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
    with held_folder(SOCKETS) as sockets:
        servers = [_listen(schema, sockets) for schema in schemas]
        environment = {REATTACH: reattach(schemas, sockets, os.getpid())}
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
