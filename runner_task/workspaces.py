"""Templates initialised beforehand: a job copies one and needs no ``terraform init``.

::

    <cache>/workspaces/<template digest>-<terraform version>-<lock digest>/
        *.tf, modules, .terraform.lock.hcl
        .terraform/            modules, the empty http backend, providers (links or files)

Made once, beside its place, then renamed into it: of several runners that make the same at once, one wins and
the others use the winner's. A copy shares the providers (700 MB) by a link.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from .digests import LOCK_FILE, template_digest, template_files
from .held_folders import held_folder

Init = Callable[[Path], None]
"""Initialises the workspace in a folder, or raises."""

PROVIDERS = Path(".terraform") / "providers"


class Workspaces:
    """The prepared workspaces under one cache folder, shared with other runners."""

    def __init__(self, cache_dir: Path) -> None:
        self._root = cache_dir / "workspaces"

    def copy(
        self, template: Path, terraform_version: str, into: Path, *, init: Init, lock: bytes | None = None
    ) -> bool:
        """Make `into` an initialised workspace of `template`.

        Parameters
        ----------
        init : Init
            Called only when there is no prepared workspace yet.
        lock : bytes, optional
            The provider lock file to initialise with; otherwise the template's own, if it has one.

        Returns
        -------
        bool
            Whether a prepared one was there.
        """
        prepared = self._root / self._name(template, terraform_version, lock)
        ready = _usable(prepared)
        if not ready:
            self._prepare(template, prepared, init, lock)
        _copy(prepared, into)
        return ready

    def are_ready(self, template: Path, terraform_version: str) -> bool:
        """Whether a prepared workspace of `template` is kept for the next job."""
        return _usable(self._root / self._name(template, terraform_version, None))

    def _prepare(self, template: Path, prepared: Path, init: Init, lock: bytes | None) -> None:
        self._root.mkdir(parents=True, exist_ok=True)
        with held_folder(".preparing-", self._root) as building:
            for relative in template_files(template):
                target = building / relative
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(template / relative, target)
            if lock is not None:
                (building / LOCK_FILE).write_bytes(lock)
            init(building)
            self._publish(building, prepared)

    def _publish(self, building: Path, prepared: Path) -> None:
        """Rename into place; a usable one of another runner stays, a broken one is moved away first."""
        if prepared.exists() and not _usable(prepared):
            broken = Path(tempfile.mkdtemp(prefix=".broken-", dir=self._root))
            prepared.rename(broken / prepared.name)
            shutil.rmtree(broken, ignore_errors=True)
        try:
            os.rename(building, prepared)  # noqa: PTH104 - Path.rename would do the same; the race is the point
        except OSError:
            if not _usable(prepared):
                raise

    @staticmethod
    def _name(template: Path, terraform_version: str, lock: bytes | None) -> str:
        if lock is None:
            own = template / LOCK_FILE
            lock = own.read_bytes() if own.is_file() else b""
        return f"{template_digest(template)}-{terraform_version}-{hashlib.sha256(lock).hexdigest()[:16]}"


def _usable(prepared: Path) -> bool:
    """Whether it is there, and every provider that it links to still is."""
    if not (prepared / ".terraform").is_dir():
        return False
    platforms = (prepared / PROVIDERS).glob("*/*/*/*/*")
    return all(platform.exists() for platform in platforms)


def _copy(prepared: Path, into: Path) -> None:
    def ignore(folder: str, names: list[str]) -> set[str]:
        return {"providers"} & set(names) if Path(folder) == prepared / ".terraform" else set()

    shutil.copytree(prepared, into, symlinks=True, ignore=ignore, dirs_exist_ok=True)
    if (prepared / PROVIDERS).exists():
        (into / PROVIDERS).symlink_to(prepared / PROVIDERS)
