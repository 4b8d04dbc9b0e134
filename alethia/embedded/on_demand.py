"""terraform's stand-in providers, started by the first terraform that asks for them.

A runner's environment must name each provider's socket before any runner starts, and most stacks never plan
for GCP or Azure. So this process holds the sockets, which costs nothing, and starts the process behind them
(:mod:`alethia.embedded.offline_providers`, with gRPC and all schemas in its memory) when somebody connects.
From then on bytes are passed on as they are.
"""

import json
import logging
import selectors
import socket
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path

from runner_task.held_folders import held_folder

from .errors import StackError
from .processes import Child, clean_environment

log = logging.getLogger(__name__)

REATTACH = "TF_REATTACH_PROVIDERS"
"""How terraform is told of providers that run already; it then installs, locks and stops none of them."""

SCHEMAS = Path(__file__).parent / "offline_providers" / "schemas"
REGISTRY = "registry.terraform.io"
MODULE = "alethia.embedded.offline_providers"
ENVIRONMENT_FILE = "environment.json"
"""Where the process writes its own addresses once it serves."""

SOCKETS = "alethia-stand-ins-"
"""How the folder of the sockets is called, in the machine's temporary one: its path must be short."""

START_SECONDS = 60.0
BACKLOG = 64
CHUNK = 1 << 16


class OnDemandProviders:
    """The stand-ins of every provider that has a schema here.

    Parameters
    ----------
    folder : Path
        Where the process behind says that it is ready.
    logs : Path
        Folder of its log.
    """

    def __init__(self, folder: Path, logs: Path, *, schemas: Path = SCHEMAS, module: str = MODULE) -> None:
        self._folder = folder
        self._child = Child(
            "The offline providers",
            module,
            [str(folder)],
            env=clean_environment({}),
            log=logs / "providers.log",
        )
        self._starting = threading.Lock()
        self._behind: dict[str, str] | None = None
        self._wake, self._woken = socket.socketpair()
        self._left_at_stop = ExitStack()
        sockets = self._left_at_stop.enter_context(held_folder(SOCKETS))
        self._listening = {
            f"{REGISTRY}/hashicorp/{path.stem}": _listen(sockets / path.stem)
            for path in schemas.glob("*.json")
        }
        self._thread = threading.Thread(target=self._accept, name="provider-sockets", daemon=True)

    @property
    def started(self) -> bool:
        """Whether the process behind the sockets was needed yet."""
        return self._behind is not None

    @property
    def pid(self) -> int:
        """The process behind the sockets, once it was started."""
        return self._child.pid

    @property
    def names(self) -> set[str]:
        """Such as ``hashicorp/google``."""
        return {address.removeprefix(f"{REGISTRY}/") for address in self._listening}

    def environment(self, pid: int) -> dict[str, str]:
        """What a runner gets. `pid` is a process that lives as long as the sockets; terraform looks at it."""
        providers = {
            address: {
                "Protocol": "grpc",
                "ProtocolVersion": 6,
                "Pid": pid,
                "Test": True,
                "Addr": {"Network": "unix", "String": listening.getsockname()},
            }
            for address, listening in sorted(self._listening.items())
        }
        return {REATTACH: json.dumps(providers)}

    def start(self) -> None:
        """Begin to answer; nothing is started yet."""
        self._thread.start()

    def stop(self) -> None:
        """Close the sockets and stop the process behind them, if there is one."""
        self._wake.close()
        if self._thread.is_alive():
            self._thread.join()
        for listening in (*self._listening.values(), self._woken):
            listening.close()
        self._child.stop()
        self._left_at_stop.close()

    def _accept(self) -> None:
        with selectors.DefaultSelector() as ready:
            ready.register(self._woken, selectors.EVENT_READ)
            for address, listening in self._listening.items():
                ready.register(listening, selectors.EVENT_READ, address)
            while True:
                for key, _ in ready.select():
                    if key.data is None:
                        return
                    caller, _ = self._listening[key.data].accept()
                    threading.Thread(
                        target=self._join, args=[key.data, caller], name="provider", daemon=True
                    ).start()

    def _join(self, address: str, caller: socket.socket) -> None:
        """Pass bytes on between a terraform and the provider, both ways, until both are done."""
        with caller:
            try:
                behind = socket.socket(socket.AF_UNIX)
                behind.connect(self._addresses()[address])
            except (OSError, StackError, KeyError) as error:
                log.warning("No stand-in for %s: %s", address, error)
                return
            with behind:
                back = threading.Thread(target=_pass_on, args=[behind, caller], daemon=True)
                back.start()
                _pass_on(caller, behind)
                back.join()

    def _addresses(self) -> dict[str, str]:
        """Provider → its own socket, once the process serves; started by whoever comes first.

        A process that is gone (a machine short of memory ends the largest) is started anew: it keeps nothing.
        """
        with self._starting:
            if self._behind is None or not self._child.running:
                self._child.stop()
                self._behind = self._started()
            return self._behind

    def _started(self) -> dict[str, str]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        ready = self._folder / ENVIRONMENT_FILE
        ready.unlink(missing_ok=True)
        self._child.start()
        end = time.monotonic() + START_SECONDS
        while not ready.exists():
            if not self._child.running or time.monotonic() > end:
                self._child.stop()
                raise StackError("the offline providers did not start; logs/providers.log says why")
            time.sleep(0.02)
        providers = json.loads(json.loads(ready.read_text())[REATTACH])
        return {address: provider["Addr"]["String"] for address, provider in providers.items()}


def _listen(path: Path) -> socket.socket:
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(path))
    listening.listen(BACKLOG)
    return listening


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while chunk := source.recv(CHUNK):
            target.sendall(chunk)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
