"""The digests that bind an apply to its plan."""

import hashlib
from pathlib import Path

LOCK_FILE = ".terraform.lock.hcl"
_NO_PART_OF_A_TEMPLATE = frozenset({".terraform", "__pycache__"})


def template_digest(folder: Path) -> str:
    """sha256 over the sorted relative paths and the bytes of a template's files, ``.terraform`` left out."""
    digest = hashlib.sha256()
    for path in template_files(folder):
        content = (folder / path).read_bytes()
        digest.update(f"{path.as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def template_files(folder: Path) -> list[Path]:
    """A template's files, relative to its folder, sorted."""
    return sorted(
        relative
        for path in folder.rglob("*")
        if path.is_file() and not _NO_PART_OF_A_TEMPLATE & set((relative := path.relative_to(folder)).parts)
    )


def lock_digest(folder: Path) -> str:
    """sha256 of the provider lock file; of nothing where terraform needs no provider, and writes none."""
    path = folder / LOCK_FILE
    return hashlib.sha256(path.read_bytes() if path.is_file() else b"").hexdigest()
