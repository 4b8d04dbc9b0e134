"""Temporary folders that outlive no killed process for long: who makes the next one removes them.

Who makes a folder holds a lock on it, which the kernel lets go when the process is gone, however it ended.
"""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

YOUNG_SECONDS = 60
"""Not touched: its maker may be about to lock it."""


@contextmanager
def held_folder(prefix: str, parent: Path | None = None) -> Iterator[Path]:
    """A fresh folder for this user only, gone afterwards; those of the same kind that nobody holds go first.

    Parameters
    ----------
    prefix : str
        How the folders of this kind, and no others, are called.
    parent : Path, optional
        Where it is made; else where temporary things are.
    """
    where = parent or Path(tempfile.gettempdir())
    remove_unheld(prefix, where)
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=where))
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def remove_unheld(prefix: str, parent: Path) -> None:
    """Remove this user's folders of that kind whose maker is gone."""
    for folder in parent.glob(f"{prefix}*"):
        with suppress(OSError):
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                found = os.fstat(lock)
                if found.st_uid != os.geteuid() or time.time() - found.st_mtime < YOUNG_SECONDS:
                    continue
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(lock)
