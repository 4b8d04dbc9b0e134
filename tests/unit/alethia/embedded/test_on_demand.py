"""The sockets of terraform's stand-in providers: nothing runs behind them until somebody connects."""

import json
import os
import shutil
import signal
import socket
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from alethia.embedded.on_demand import REATTACH, OnDemandProviders

GOOGLE = "registry.terraform.io/hashicorp/google"
AZURE = "registry.terraform.io/hashicorp/azurerm"


@pytest.fixture
def folder() -> Iterator[Path]:
    """With a short name: a unix socket's path has at most 107 bytes."""
    made = Path(tempfile.mkdtemp())
    (made / "schemas").mkdir()
    for name in ("google", "azurerm"):
        (made / "schemas" / f"{name}.json").write_text("{}")
    yield made
    shutil.rmtree(made)


@pytest.fixture
def providers(folder: Path) -> Iterator[OnDemandProviders]:
    made = OnDemandProviders(folder, folder, schemas=folder / "schemas", module="tests.support.echo_provider")
    made.start()
    yield made
    made.stop()


def addresses(providers: OnDemandProviders) -> dict[str, str]:
    said = json.loads(providers.environment(os.getpid())[REATTACH])
    return {name: one["Addr"]["String"] for name, one in said.items()}


def ask(address: str, said: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as caller:
        caller.connect(address)
        speaking = threading.Thread(target=lambda: (caller.sendall(said), caller.shutdown(socket.SHUT_WR)))
        speaking.start()
        heard = b""
        while part := caller.recv(65536):
            heard += part
        speaking.join()
        return heard


def test_nothing_is_started_before_somebody_connects(providers: OnDemandProviders) -> None:
    assert set(addresses(providers)) == {GOOGLE, AZURE}
    assert not providers.started

    assert ask(addresses(providers)[GOOGLE], b"schema?") == b"schema?"

    assert providers.started


def test_everybody_gets_every_byte(providers: OnDemandProviders) -> None:
    large = os.urandom(1 << 20)
    for _ in range(2):
        assert ask(addresses(providers)[GOOGLE], large) == large


def test_a_provider_that_is_not_served_hangs_up(providers: OnDemandProviders) -> None:
    assert ask(addresses(providers)[AZURE], b"") == b""


def test_a_process_that_was_killed_is_started_again(providers: OnDemandProviders) -> None:
    at = addresses(providers)[GOOGLE]
    ask(at, b"there?")
    os.kill(providers.pid, signal.SIGKILL)
    os.waitid(os.P_PID, providers.pid, os.WEXITED | os.WNOWAIT)

    assert ask(at, b"and now?") == b"and now?"


def test_only_the_owner_may_enter_and_nothing_is_left(providers: OnDemandProviders, folder: Path) -> None:
    at = Path(addresses(providers)[GOOGLE])
    assert at.parent.stat().st_mode & 0o777 == 0o700
    ask(str(at), b"there?")
    providers.stop()
    assert not at.parent.exists()
    with pytest.raises(OSError):
        ask(str(folder / "echo"), b"still there?")
