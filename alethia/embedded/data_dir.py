"""Where a stack keeps its data between starts: one directory, used by one stack at a time."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import StackError


@dataclass(frozen=True)
class DataDir:
    """Paths inside the directory. ``root`` is private to the person (0700): it holds keys and states."""

    root: Path

    @classmethod
    def open(cls, root: Path) -> "DataDir":
        """The directory at `root`, made when it is missing."""
        data = cls(root.resolve())
        for path in (data.root, data.aws_state, data.store, data.logs, data.runner_work, data.runner_cache):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        data.root.chmod(0o700)
        return data

    @property
    def aws_state(self) -> Path:
        """The emulated control plane's rows, keys and secrets."""
        return self.root / "aws"

    @property
    def store(self) -> Path:
        """The bodies of the store's objects."""
        return self.root / "store"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def runner_work(self) -> Path:
        """A folder for each running container; it goes with it."""
        return self.root / "work"

    @property
    def runner_cache(self) -> Path:
        """Prepared terraform workspaces."""
        return self.root / "cache"

    @property
    def cloud(self) -> Path:
        """What the emulated customer cloud may keep."""
        return self.root / "cloud"

    @property
    def providers(self) -> Path:
        """Where the stand-ins of terraform's providers say that they are ready."""
        return self.root / "providers"

    @property
    def ministack_tmp(self) -> Path:
        """Where ministack keeps its pid file, so that two stacks share nothing under ``/tmp``."""
        return self.root / "tmp"

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the directory; :class:`StackError` names the process that has it."""
        handle = os.open(self.root / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                holder = os.read(handle, 32).decode(errors="replace").strip() or "unknown"
                raise StackError(
                    f"The stack in {self.root} is running already (process {holder}). "
                    "Use it, stop it, or start another with --name."
                ) from None
            os.ftruncate(handle, 0)
            os.write(handle, f"{os.getpid()}\n".encode())
            yield
        finally:
            os.close(handle)

    def remembered(self) -> dict[str, Any]:
        """What the last start wrote down (ports); empty the first time."""
        try:
            found = json.loads((self.root / "stack.json").read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def remember(self, facts: dict[str, Any]) -> None:
        """Write down what the next start should find, whole or not at all."""
        path = self.root / "stack.json"
        part = path.with_suffix(".part")
        part.write_text(json.dumps(facts, indent=2) + "\n")
        part.replace(path)
