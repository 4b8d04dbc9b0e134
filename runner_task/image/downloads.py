"""Releases over HTTPS, refused unless every byte is what was pinned."""

import hashlib
import shutil
import tarfile
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from .pins import Tool

CHUNK = 1 << 20
TIMEOUT = 60
TRIES = 3


class NotAsPinned(Exception):
    """A download failed, or is not what was pinned; nothing of it was kept."""


def fetch(url: str, target: Path, accepts: Callable[[str], bool], *, releases: str = "") -> str:
    """Download `url` to `target`, which exists afterwards only if `accepts` says yes to its sha256.

    Parameters
    ----------
    releases : str
        A server that mirrors the release hosts, each below its own name: ``https://host/path`` is then asked
        for as ``<releases>/host/path``. The checksums stay the same.

    Returns
    -------
    str
        The sha256.

    Raises
    ------
    NotAsPinned
        The server has no such file, can't be reached, or has something else.
    """
    address = f"{releases.rstrip('/')}/{url.removeprefix('https://')}" if releases else url
    part = target.with_name(f"{target.name}.part")
    try:
        digest = _download(address, part)
        if not accepts(digest):
            raise NotAsPinned(f"{address} has the sha256 {digest}, which is not the pinned one.")
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return digest


def install(tool: Tool, arch: str, folder: Path, *, releases: str = "") -> Path:
    """Put a tool's program into `folder`, verified, ready to be run by anybody."""
    wanted = tool.sha256_for(arch)
    url = tool.url_for(arch)
    archive = folder / url.rsplit("/", 1)[-1]
    if tool.member is None:
        archive = folder / f"{tool.name}.download"
    fetch(url, archive, lambda digest: digest == wanted, releases=releases)
    program = folder / tool.name
    if tool.member is None:
        archive.rename(program)
    else:
        _unpack(archive, tool.member.format(version=tool.version, arch=arch), program)
        archive.unlink()
    program.chmod(0o755)
    return program


def _download(address: str, target: Path) -> str:
    for attempt in range(1, TRIES + 1):
        try:
            return _copy(address, target)
        except urllib.error.HTTPError as error:
            if error.code < 500 or attempt == TRIES:
                raise NotAsPinned(f"{address} could not be downloaded: {error}.") from None
        except (OSError, EOFError) as error:
            if attempt == TRIES:
                raise NotAsPinned(f"{address} could not be downloaded: {error}.") from None
        time.sleep(attempt)
    raise AssertionError("unreachable")


def _copy(address: str, target: Path) -> str:
    digest = hashlib.sha256()
    # The address is ours: from the pins, or below the server that the build names.
    with urllib.request.urlopen(address, timeout=TIMEOUT) as answer, target.open("wb") as file:  # noqa: S310
        while chunk := answer.read(CHUNK):
            digest.update(chunk)
            file.write(chunk)
        if answer.length:
            raise EOFError(f"it ended {answer.length} bytes early")
    return digest.hexdigest()


def _unpack(archive: Path, member: str, program: Path) -> None:
    """One member, by name; nothing else of the archive touches the disk."""
    try:
        if archive.suffix == ".zip":
            with zipfile.ZipFile(archive) as bundle, bundle.open(member) as found:
                _write(found, program)
        else:
            with tarfile.open(archive) as bundle_of_tar:
                found_file = bundle_of_tar.extractfile(member)
                if found_file is None:
                    raise KeyError(member)
                _write(found_file, program)
    except KeyError:
        raise NotAsPinned(f"{archive.name} holds no {member}.") from None


def _write(source: IO[bytes], program: Path) -> None:
    with source, program.open("wb") as file:
        shutil.copyfileobj(source, file, CHUNK)
