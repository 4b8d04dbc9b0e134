"""Pin the runner's image anew, where there is internet: ``python scripts/image_pins.py helm=3.19.1 base``.

Standard library only. ``NAME=VERSION`` takes another version of a tool, ``NAME`` asks again for the version
that is pinned, ``base`` takes the base image's newest build; without arguments nothing is changed and every
pin is compared with what its publisher says now. What is written is a person's to look at and to commit.

A terraform provider's version is its template's: change it there, and run ``terraform providers lock`` for
every platform that runs it.
"""

import argparse
import json
import re
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from runner_task.image.pins import ARCHITECTURES, PINS, Tool, read_pins  # noqa: E402 - after the path to it

DOCKERFILE = ROOT / "runner_task" / "Dockerfile"
HUB_SIGN_IN = "https://auth.docker.io/token?service=registry.docker.io&scope=repository:{name}:pull"
HUB_MANIFEST = "https://registry-1.docker.io/v2/{name}/manifests/{tag}"
INDEXES = "application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json"


class NotPublished(Exception):
    """The publisher does not say it, or can't be reached."""


def main(arguments: list[str] | None = None) -> int:
    """Compare, or change; exit code 1 when a pin is not what its publisher says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("change", nargs="*", metavar="NAME[=VERSION]")
    parser.add_argument("--releases", default="", help="a server that mirrors the release hosts")
    asked = parser.parse_args(arguments)
    try:
        return change(asked.change, asked.releases) if asked.change else compare(asked.releases)
    except NotPublished as reason:
        print(reason, file=sys.stderr)
        return 1


def compare(releases: str) -> int:
    """Print each pin, and whether its publisher says the same. A base that has moved on is no fault."""
    wrong = 0
    pins = read_pins()
    for tool in pins.tools:
        for arch in ARCHITECTURES:
            good = published_sha256(tool, arch, releases) == tool.sha256.get(arch)
            wrong += not good
            print(f"{'ok  ' if good else 'FAIL'}  {tool.name} {tool.version} linux_{arch}")
    newest = base_digest(pins.base.image, pins.base.tag, releases)
    print(f"ok    {pins.base.reference}" + ("" if newest == pins.base.digest else f"; newest is {newest}"))
    return 1 if wrong else 0


def change(wanted: list[str], releases: str) -> int:
    """Write what was asked for into the pins, and the base into the Dockerfile too."""
    document: dict[str, Any] = json.loads(PINS.read_text())
    for item in wanted:
        name, _, version = item.partition("=")
        if name == "base":
            base = document["base"]
            base["tag"] = version or base["tag"]
            base["digest"] = base_digest(base["image"], base["tag"], releases)
            print(f"base: {base['tag']}@{base['digest']}")
        elif name in document["tools"]:
            about = document["tools"][name]
            about["version"] = version or about["version"]
            tool = Tool(name=name, **about)
            about["sha256"] = {arch: published_sha256(tool, arch, releases) for arch in ARCHITECTURES}
            print(f"{name} {tool.version}: {about['sha256']}")
        else:
            raise NotPublished(f"The image has no {name}; it has: base, {', '.join(document['tools'])}.")
    PINS.write_text(json.dumps(document, indent=2) + "\n")
    base = read_pins().base
    text = re.sub(r"^ARG BASE=.*$", f"ARG BASE={base.reference}", DOCKERFILE.read_text(), flags=re.M)
    name = f'image.base.name="{base.image}:{base.tag}"'
    DOCKERFILE.write_text(re.sub(r'image\.base\.name="[^"]*"', name, text))
    return 0


def published_sha256(tool: Tool, arch: str, releases: str) -> str:
    """What the publisher says: a file with one digest, or a list of digests and file names."""
    url = tool.checksums.format(version=tool.version, arch=arch)
    file = tool.url_for(arch).rsplit("/", 1)[-1]
    lines = [line.split() for line in _get(url, releases)[0].splitlines() if line.strip()]
    for words in lines:
        named = words[-1].lstrip("*").rsplit("/", 1)[-1] if len(words) > 1 else file
        if named == file and re.fullmatch(r"[0-9a-f]{64}", words[0]):
            return words[0]
    raise NotPublished(f"{url} has no sha256 of {file}.")


def base_digest(image: str, tag: str, releases: str) -> str:
    """The digest of the index of all platforms that a tag of Docker Hub stands for now."""
    name = image.removeprefix("docker.io/")
    token = json.loads(_get(HUB_SIGN_IN.format(name=name), releases)[0])["token"]
    headers = {"Authorization": f"Bearer {token}", "Accept": INDEXES}
    answer = _get(HUB_MANIFEST.format(name=name, tag=tag), releases, headers)[1]
    digest = str(answer.get("Docker-Content-Digest", ""))
    if not digest.startswith("sha256:"):
        raise NotPublished(f"The registry told no digest of {image}:{tag}.")
    return digest


def _get(url: str, releases: str, headers: dict[str, str] | None = None) -> tuple[str, Any]:
    address = f"{releases.rstrip('/')}/{url.removeprefix('https://')}" if releases else url
    # The addresses are ours: from the pins, or below the server that the caller names.
    request = urllib.request.Request(address, headers=headers or {})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return answer.read().decode(), answer.headers
    except (urllib.error.URLError, TimeoutError) as error:
        raise NotPublished(f"{address} could not be read: {error}.") from None


if __name__ == "__main__":
    sys.exit(main())
