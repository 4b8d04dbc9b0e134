"""Which Alethia to talk to, and as whom.

``ALETHIA_URL`` and ``ALETHIA_TOKEN`` win; else ``~/.config/alethia/config.json`` (or ``$ALETHIA_CONFIG``),
which ``alethia login`` and ``alethia up`` write with mode 0600.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Config:
    """An address, and a token for it; either may be missing."""

    url: str | None = None
    token: str | None = None
    zone: str | None = None
    """The zone that commands mean when they name none."""
    stack: str | None = None
    """Directory of the embedded stack that it is the address of."""


def config_path() -> Path:
    """Where the file is."""
    named = os.environ.get("ALETHIA_CONFIG")
    base = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return Path(named) if named else base / "alethia" / "config.json"


def read_config() -> Config:
    """The file, overridden by the environment."""
    try:
        stored = json.loads(config_path().read_text())
    except (FileNotFoundError, ValueError):
        stored = {}
    return Config(
        url=os.environ.get("ALETHIA_URL") or stored.get("url"),
        token=os.environ.get("ALETHIA_TOKEN") or stored.get("token"),
        zone=os.environ.get("ALETHIA_ZONE") or stored.get("zone"),
        stack=stored.get("stack"),
    )


def write_config(config: Config) -> Path:
    """Replace the file; nobody else may read it, at no moment."""
    path = config_path()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump({name: value for name, value in asdict(config).items() if value}, file, indent=2)
        file.write("\n")
    part.replace(path)
    return path
