"""The command as a newcomer has it: nothing stored, nothing in the environment. Tables have all the width."""

from pathlib import Path

import pytest

from alethia.cli import output
from alethia.cli.config import Config, write_config


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    for console in (output.console, output.errors):
        monkeypatch.setattr(console, "_width", 300)


@pytest.fixture(autouse=True)
def own_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the command would store its settings."""
    for name in ("ALETHIA_URL", "ALETHIA_TOKEN", "ALETHIA_ZONE"):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "config.json"
    monkeypatch.setenv("ALETHIA_CONFIG", str(path))
    return path


@pytest.fixture
def signed_in(own_config: Path) -> None:
    """Somebody with a zone, at an address where nobody answers."""
    write_config(Config(url="http://127.0.0.1:1", token="t", zone="zone-1"))
