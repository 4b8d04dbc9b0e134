"""The templates' provider locks (``.terraform.lock.hcl``): each provider's version and hashes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LOCK_FILE = ".terraform.lock.hcl"

_BLOCK = re.compile(r'^provider "(?P<source>[^"]+)" \{\n(?P<body>.*?)^\}', re.M | re.S)
_VERSION = re.compile(r'^\s*version\s*=\s*"([^"]+)"', re.M)
_HASH = re.compile(r'"((?:h1|zh):[^"]+)"')


@dataclass(frozen=True)
class LockedProvider:
    """A provider as a template wants it."""

    source: str
    """Such as ``registry.terraform.io/hashicorp/aws``."""
    version: str
    hashes: frozenset[str]
    """``zh:`` are sha256 of the release's zip files, one for each platform, as their publisher signed them;
    ``h1:`` are digests of what is in such a file."""

    @property
    def name(self) -> str:
        return self.source.rsplit("/", 1)[-1]

    @property
    def verifiable(self) -> bool:
        """Whether its publisher's hashes are known: nothing else is taken for this provider."""
        return any(known.startswith("zh:") for known in self.hashes)

    def accepts_zip(self, sha256: str) -> bool:
        return f"zh:{sha256}" in self.hashes


def locked_providers(templates: Path) -> list[LockedProvider]:
    """Every provider of every template; one that two templates lock in the same version stands there once."""
    found: dict[tuple[str, str], frozenset[str]] = {}
    for lock in sorted(templates.glob(f"*/{LOCK_FILE}")):
        for one in _read(lock):
            key = (one.source, one.version)
            found[key] = found.get(key, frozenset()) | one.hashes
    return [LockedProvider(source, version, hashes) for (source, version), hashes in sorted(found.items())]


def without_hashes(templates: Path) -> dict[str, list[LockedProvider]]:
    """Templates that an image has to leave out → those of their providers that nobody could verify."""
    found = {
        lock.parent.name: [one for one in _read(lock) if not one.verifiable]
        for lock in sorted(templates.glob(f"*/{LOCK_FILE}"))
    }
    return {template: providers for template, providers in found.items() if providers}


def _read(lock: Path) -> Iterator[LockedProvider]:
    for block in _BLOCK.finditer(lock.read_text()):
        version = _VERSION.search(block["body"])
        if version is None:
            raise ValueError(f"{lock}: {block['source']} has no version.")
        yield LockedProvider(block["source"], version[1], frozenset(_HASH.findall(block["body"])))
