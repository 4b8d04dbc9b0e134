"""What is in the runner's image, as CycloneDX 1.6 JSON: ``python scripts/sbom.py --arch arm64 > FILE``.

Standard library only. It reads what the build reads: the image's pins, the templates' provider locks and the
lock of the runner's packages. The same files give the same document, byte for byte.
"""

import argparse
import json
import re
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from runner_task.image.locks import LockedProvider, locked_providers  # noqa: E402 - after the path to it
from runner_task.image.pins import ARCHITECTURES, Base, Pins, ProviderRelease, Tool, read_pins  # noqa: E402

NAME = "alethia-runner"
PACKAGES = ROOT / "requirements" / "runner.txt"
SCHEMA = "http://cyclonedx.org/schema/bom-1.6.schema.json"
PROJECT = "alethia "
"""How the lock names us, as in ``# via alethia (pyproject.toml:runner)``."""

Component = dict[str, Any]


@dataclass(frozen=True)
class LockedPackage:
    """A Python package as the lock has it."""

    name: str
    version: str
    sha256: tuple[str, ...]
    """Of each file of the release that may be installed: one for each platform, and its source."""
    needed_by: frozenset[str]

    @property
    def purl(self) -> str:
        return f"pkg:pypi/{self.name}@{self.version}"


def main() -> int:
    """Print the document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--arch", choices=ARCHITECTURES, default="arm64")
    parser.add_argument("--base", default="", help="the base, where it is not the pinned one")
    asked = parser.parse_args()
    print(json.dumps(document(asked.arch, base=asked.base), indent=2))
    return 0


def document(arch: str, *, base: str = "") -> dict[str, Any]:
    """The bill of materials of the image for one architecture."""
    pins = read_pins()
    packages = locked_packages(PACKAGES.read_text())
    components = [_base(pins, base), *(_tool(tool, arch) for tool in pins.tools)]
    for provider in filter(lambda one: one.verifiable, locked_providers(ROOT / "templates")):
        components.append(_provider(provider, pins.providers[provider.source], arch))
    direct = [component["bom-ref"] for component in components]
    direct += [package.purl for package in packages if any(n.startswith(PROJECT) for n in package.needed_by)]
    components += map(_package, packages)
    image = {
        "type": "container",
        "bom-ref": NAME,
        "name": NAME,
        "version": image_version(),
        "licenses": [{"license": {"id": "Apache-2.0"}}],
        "properties": [{"name": "alethia:platform", "value": f"linux/{arch}"}],
    }
    content = {
        "metadata": {"component": image},
        "components": components,
        "dependencies": [
            {"ref": NAME, "dependsOn": sorted(direct)},
            *(
                {"ref": one.purl, "dependsOn": sorted(o.purl for o in packages if one.name in o.needed_by)}
                for one in packages
            ),
        ],
    }
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(content, sort_keys=True))
    return {
        "$schema": SCHEMA,
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        **content,
    }


def image_version() -> str:
    """The Dockerfile's, which is the runner's own."""
    found = re.search(r"^ARG VERSION=(\S+)$", (ROOT / "runner_task" / "Dockerfile").read_text(), re.M)
    assert found is not None
    return found[1]


def locked_packages(lock: str) -> list[LockedPackage]:
    """The packages of a lock that ``uv pip compile --generate-hashes`` wrote."""
    return list(_packages(lock))


def _packages(lock: str) -> Iterator[LockedPackage]:
    for block in re.split(r"\n(?=\w)", lock):
        found = re.match(r"([\w.-]+)==([^\s;]+)", block)
        if found is None:
            continue
        needed_by = frozenset(re.findall(r"^ +#(?: +via)? +(\S.*)$", block, re.M))
        yield LockedPackage(found[1], found[2], tuple(re.findall(r"--hash=sha256:(\w+)", block)), needed_by)


def _base(pins: Pins, other: str) -> Component:
    base = pins.base
    if other:
        return {"type": "container", "bom-ref": other, "name": other}
    return {
        "type": "container",
        "bom-ref": _oci(base),
        "name": base.image,
        "version": f"{base.tag}@{base.digest}",
        "purl": _oci(base),
    }


def _oci(base: Base) -> str:
    name = base.image.rsplit("/", 1)[-1]
    return f"pkg:oci/{name}@{quote(base.digest)}?repository_url={quote(base.image)}&tag={base.tag}"


def _tool(tool: Tool, arch: str) -> Component:
    url, sha256 = tool.url_for(arch), tool.sha256_for(arch)
    purl = (
        f"pkg:generic/{tool.name}@{tool.version}?checksum=sha256:{sha256}&download_url={quote(url, safe='')}"
    )
    return {
        "type": "application",
        "bom-ref": purl,
        "name": tool.name,
        "version": tool.version,
        "purl": purl,
        "licenses": [{"license": {"id": tool.licence}}],
        "externalReferences": [_distribution(url, [sha256])],
    }


def _provider(provider: LockedProvider, release: ProviderRelease, arch: str) -> Component:
    url = release.url.format(version=provider.version, arch=arch)
    name = f"terraform-provider-{provider.name}"
    purl = f"pkg:generic/{name}@{provider.version}?download_url={quote(url, safe='')}"
    zips = sorted(known.removeprefix("zh:") for known in provider.hashes if known.startswith("zh:"))
    return {
        "type": "application",
        "bom-ref": purl,
        "group": provider.source.rsplit("/", 1)[0],
        "name": name,
        "version": provider.version,
        "purl": purl,
        "licenses": [{"license": {"id": release.licence}}],
        "externalReferences": [_distribution(url, zips)],
    }


def _package(package: LockedPackage) -> Component:
    return {
        "type": "library",
        "bom-ref": package.purl,
        "name": package.name,
        "version": package.version,
        "purl": package.purl,
        # The purl says where: which index, is whoever builds's to say.
        "externalReferences": [_distribution(package.purl, package.sha256)],
    }


def _distribution(url: str, sha256: list[str] | tuple[str, ...]) -> dict[str, Any]:
    """Where it is released, and each sha256 that is accepted: a lock has one for every platform."""
    hashes = [{"alg": "SHA-256", "content": digest} for digest in sha256]
    return {"type": "distribution", "url": url, "hashes": hashes}


if __name__ == "__main__":
    sys.exit(main())
