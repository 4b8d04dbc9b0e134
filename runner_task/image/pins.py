"""What the image is pinned to: ``pins.json``, read and checked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PINS = Path(__file__).parent / "pins.json"
ARCHITECTURES = ("amd64", "arm64")
"""In the words of containers and of Go's releases."""

SHA256_DIGITS = 64
HOW_TO_PIN = (
    "Run `python scripts/image_pins.py` where there is internet, look at what it wrote, and commit it."
)


class PinMissing(Exception):
    """Something of the image is not pinned; the message says what, and the way out."""


@dataclass(frozen=True)
class Base:
    """The image that ours begins with."""

    image: str
    tag: str
    digest: str
    """Of the index of all platforms."""

    @property
    def reference(self) -> str:
        return f"{self.image}:{self.tag}@{self.digest}"


@dataclass(frozen=True)
class Tool:
    """A program of the image."""

    name: str
    version: str
    url: str
    """With ``{version}`` and ``{arch}``, as the two below."""
    member: str | None
    """The program's name in the archive; ``None`` where the download is the program."""
    checksums: str
    """Where its publisher tells the sha256."""
    licence: str
    sha256: Mapping[str, str]
    """Of the download, by architecture."""

    def url_for(self, arch: str) -> str:
        return self.url.format(version=self.version, arch=arch)

    def sha256_for(self, arch: str) -> str:
        """
        Raises
        ------
        PinMissing
            There is none for this architecture.
        """
        digest = self.sha256.get(arch, "")
        if len(digest) != SHA256_DIGITS:
            raise PinMissing(f"{self.name} {self.version} has no sha256 for {arch}. {HOW_TO_PIN}")
        return digest


@dataclass(frozen=True)
class ProviderRelease:
    """Where a provider is released. Its version and hashes are in the templates' locks, and only there."""

    source: str
    url: str
    licence: str


@dataclass(frozen=True)
class Pins:
    """All of it."""

    base: Base
    tools: tuple[Tool, ...]
    providers: Mapping[str, ProviderRelease]


def read_pins(path: Path = PINS) -> Pins:
    """Read the pins.

    Raises
    ------
    PinMissing
        A tool or the base has no version or digest.
    """
    document = json.loads(path.read_text())
    base = Base(**document["base"])
    if not base.digest.startswith("sha256:"):
        raise PinMissing(f"The base {base.image}:{base.tag} has no digest. {HOW_TO_PIN}")
    tools = tuple(Tool(name=name, **about) for name, about in document["tools"].items())
    for tool in tools:
        if not tool.version:
            raise PinMissing(f"{tool.name} has no version. {HOW_TO_PIN}")
    providers = {
        source: ProviderRelease(source=source, **about) for source, about in document["providers"].items()
    }
    return Pins(base=base, tools=tools, providers=providers)
