"""The providers' filesystem mirror, in the form in which terraform can verify it.

An unpacked mirror is the fast one: ``terraform init`` links to it (6 s; a packed one is unpacked anew for
each job, 14 s more). terraform verifies an unpacked provider by its ``h1:`` hash, which a template's lock
has only for the platforms that it was locked for; and a packed one by the ``zh:`` hashes, which it has for
all. So a provider is unpacked where the lock has its ``h1:``, and stays packed where it does not.
"""

import base64
import hashlib
import shutil
import struct
import zipfile
from pathlib import Path

from .downloads import CHUNK, NotAsPinned, fetch
from .locks import LockedProvider
from .pins import HOW_TO_PIN, PinMissing, ProviderRelease

ELF_MACHINES = {"amd64": 62, "arm64": 183}
"""``e_machine``: a lock's ``zh:`` hashes are of all platforms and don't say which is which."""

PACKED = (
    "{source} {version} stays packed for linux_{arch}: the lock has no h1 of it, so each job unpacks it. "
    "`terraform providers lock -platform=linux_{arch}` in the template's folder adds it."
)


def mirror(
    provider: LockedProvider, release: ProviderRelease | None, arch: str, folder: Path, *, releases: str = ""
) -> str:
    """Put a provider into the mirror in `folder`. Returns a sentence about how.

    Raises
    ------
    PinMissing
        Nobody has said where this provider is released, or its lock has no hashes of the release.
    NotAsPinned
        The download's sha256 is not in the lock, or it is for another machine.
    """
    if release is None:
        raise PinMissing(
            f"{provider.source} is in a template's lock, but pins.json does not say where it is released."
        )
    if not any(known.startswith("zh:") for known in provider.hashes):
        raise PinMissing(f"The lock of {provider.source} has no zh hashes. {HOW_TO_PIN}")
    home = folder / provider.source
    home.mkdir(parents=True, exist_ok=True)
    packed = home / f"terraform-provider-{provider.name}_{provider.version}_linux_{arch}.zip"
    url = release.url.format(version=provider.version, arch=arch)
    fetch(url, packed, provider.accepts_zip, releases=releases)
    unpacked = home / provider.version / f"linux_{arch}"
    with zipfile.ZipFile(packed) as bundle:
        _for_this_machine(bundle, provider, arch)
        found = _unpack(bundle, unpacked)
    if found not in provider.hashes:
        shutil.rmtree(unpacked.parent)
        return PACKED.format(source=provider.source, version=provider.version, arch=arch)
    packed.unlink()
    return f"{provider.source} {provider.version} for linux_{arch}, unpacked."


def _for_this_machine(bundle: zipfile.ZipFile, provider: LockedProvider, arch: str) -> None:
    programs = [name for name in bundle.namelist() if name.startswith(f"terraform-provider-{provider.name}_")]
    if len(programs) != 1:
        raise NotAsPinned(f"The release of {provider.source} holds {len(programs)} programs instead of one.")
    with bundle.open(programs[0]) as file:
        head = file.read(20)
    machine = struct.unpack_from("<H", head, 18)[0] if head[:4] == b"\x7fELF" else None
    if machine != ELF_MACHINES[arch]:
        raise NotAsPinned(f"The release of {provider.source} is not for linux_{arch}.")


def _unpack(bundle: zipfile.ZipFile, target: Path) -> str:
    """Unpack, and give back the ``h1:`` hash: Go's digest of a folder, over each name's sha256."""
    target.mkdir(parents=True)
    lines = []
    for name in sorted(bundle.namelist()):
        if Path(name).name != name:
            raise NotAsPinned(f"A provider's release has folders in it: {name}.")
        path, digest = target / name, hashlib.sha256()
        with bundle.open(name) as source, path.open("wb") as file:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                file.write(chunk)
        path.chmod(0o755 if name.startswith("terraform-provider-") else 0o644)
        lines.append(f"{digest.hexdigest()}  {name}\n")
    return "h1:" + base64.b64encode(hashlib.sha256("".join(lines).encode()).digest()).decode()
