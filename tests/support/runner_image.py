"""The runner's image, really built without a Docker engine: buildah runs the Dockerfile's steps in a chroot.

::

    base        Debian bookworm's own Python, unpacked by mmdebstrap: the place of python:3.12-slim
    releases    a loopback server in the place of the release hosts: this machine's real terraform and AWS
                provider, packed as they are released, and stand-ins for infracost, helm and kubectl
    context     a copy of the project's files whose pins and locks have the sha256 of those
    built       the image, as ``make image`` builds it; ``inside`` runs its own command as its own user, with
                its root read-only

Needs root, and Debian's buildah and mmdebstrap, which apt installs where they are missing.
"""

import hashlib
import io
import json
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from alethia.embedded.terraform import find_terraform, mirror_folders
from runner_task.image.locks import LockedProvider, locked_providers
from runner_task.image.pins import Pins, Tool, read_pins

from .file_server import served

PROJECT = Path(__file__).parents[2]
ARCH = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), "")
PACKAGES = ("buildah", "mmdebstrap")
BASE_PACKAGES = ("ca-certificates", "coreutils", "dash", "python3", "python3-pip")
BASE_PYTHON = "3.11"
SUITE = "bookworm"
BASE = "localhost/alethia-test-base"
IMAGE = f"localhost/alethia-runner:test-{ARCH}"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


class CannotBuild(Exception):
    """This machine can't build an image; says why."""


@dataclass(frozen=True)
class Done:
    code: int
    output: str


class Image:
    """A built image, in a store of its own."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        store = folder / "storage.conf"
        settings = {
            "driver": _storage_driver(folder),
            "graphroot": folder / "store",
            "runroot": folder / "run",
        }
        lines = (f'{name} = "{value}"\n' for name, value in settings.items())
        store.write_text(f"[storage]\n{''.join(lines)}")
        self._environment = os.environ | {
            "CONTAINERS_STORAGE_CONF": str(store),
            "BUILDAH_ISOLATION": "chroot",
        }

    def run(self, *command: str | Path) -> str:
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise AssertionError(f"{command[:2]} failed:\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
        return done.stdout

    def buildah(self, *arguments: str | Path) -> str:
        return self.run("buildah", *arguments)

    @property
    def config(self) -> dict[str, Any]:
        """As a container engine reads it."""
        image = json.loads(self.buildah("inspect", "--type", "image", IMAGE))
        config: dict[str, Any] = image["OCIv1"]["config"]
        return config

    @property
    def bill_of_materials(self) -> dict[str, Any]:
        """The one that was written beside it."""
        (path,) = (self._folder / "context" / ".alethia" / "image").iterdir()
        bill: dict[str, Any] = json.loads(path.read_text())
        return bill

    @contextmanager
    def mounted(self) -> Iterator[Path]:
        container = self.buildah("from", "--pull-never", IMAGE).strip()
        try:
            yield Path(self.buildah("mount", container).strip())
        finally:
            self.buildah("rm", container)

    def inside(self, root: Path, *arguments: str) -> Done:
        """The image's own command, environment and user; only its volume can be written."""
        config = self.config
        (volume,) = config["Volumes"]
        user, group = config["User"].split(":")
        start = root.parent / "start"
        # In a mount namespace of its own, so that nothing of it outlives the command.
        script = f"""
            set -e
            mount --bind "$1" "$1"
            mount -o remount,bind,ro "$1"
            mount -t tmpfs -o uid={user},gid={group},mode=0755 scratch "$1{volume}"
            mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev"
            root=$1 && shift
            exec env -i "${{ENVIRONMENT[@]}}" "$(command -v chroot)" --userspec={config["User"]} "$root" \\
                env --chdir={config["WorkingDir"]} "$@"
        """
        environment = " ".join(f"'{pair}'" for pair in config["Env"])
        start.write_text(f"ENVIRONMENT=({environment})\n{script}")
        done = subprocess.run(
            ["unshare", "--mount", "bash", start, root, *config["Entrypoint"], *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        return Done(done.returncode, done.stdout)


@contextmanager
def built(folder: Path) -> Iterator[Image]:
    """Build it. Raises :class:`CannotBuild` where that can't be done."""
    terraform, providers = _set_up()
    try:
        image = Image(folder)
        with ThreadPoolExecutor() as pool:
            base = pool.submit(_base, image)
            wheels = pool.submit(_wheels, folder / "releases" / "wheels")
            _context(folder / "context", folder / "releases", terraform, providers)
            base.result(), wheels.result()
        with served(folder / "releases") as address:
            (folder / "pip.conf").write_text(f"[global]\nno-index = true\nfind-links = {address}/wheels/\n")
            image.run(
                *(sys.executable, folder / "context" / "scripts" / "image.py"),
                *("--engine", "buildah", "--arch", ARCH, "--tag", "test", "--base", BASE),
                *("--releases", address, "--pip-conf", folder / "pip.conf"),
            )
        yield image
    finally:
        subprocess.run(["umount", "-R", folder / "store" / "overlay"], capture_output=True, check=False)
        shutil.rmtree(folder, ignore_errors=True)


def _set_up() -> tuple[Path, dict[LockedProvider, Path]]:
    """What the build is made of, on this machine."""
    if os.geteuid() != 0:
        raise CannotBuild("building an image without an engine needs root")
    if not ARCH:
        raise CannotBuild(f"the image is built for amd64 and arm64; this is {platform.machine()}")
    if missing := [package for package in PACKAGES if not shutil.which(package)]:
        _apt_install(missing)
    found = {}
    for provider in locked_providers(PROJECT / "templates"):
        inside = Path(provider.source, provider.version, f"linux_{ARCH}")
        places = [mirror / inside for mirror in mirror_folders() if (mirror / inside).is_dir()]
        if places:
            found[provider] = places[0]
    if not found:
        raise CannotBuild("no template's provider is in a mirror on this machine")
    return find_terraform(PROJECT), found


def _apt_install(packages: list[str]) -> None:
    if not shutil.which("apt-get"):
        raise CannotBuild(f"{' and '.join(packages)} are missing, and there is no apt-get to install them")
    install = ["apt-get", "-o", "DPkg::Lock::Timeout=120", "install", "-qq", "-y", "--no-install-recommends"]
    for command in ([*install, *packages], ["apt-get", "update", "-qq"], [*install, *packages]):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if all(map(shutil.which, packages)):
            return
    raise CannotBuild(f"apt-get could not install {' and '.join(packages)}: {done.stderr[-300:]}")


def _base(image: Image) -> None:
    container = image.buildah("from", "scratch").strip()
    root = Path(image.buildah("mount", container).strip())
    command = [
        "mmdebstrap",
        "--quiet",
        "--variant=extract",
        f"--include={','.join(BASE_PACKAGES)}",
        SUITE,
        root,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotBuild(f"mmdebstrap could not unpack {SUITE}: {done.stderr[-300:]}")
    (root / "etc/ssl/certs").mkdir(parents=True, exist_ok=True)
    shutil.copy(CERTIFICATES, root / "etc/ssl/certs")
    (root / "proc").mkdir(exist_ok=True)
    image.buildah("config", "--env", "PATH=/usr/local/bin:/usr/bin:/bin", container)
    image.buildah("commit", "--quiet", "--rm", container, BASE)


def _wheels(folder: Path) -> None:
    """The locked packages for the base's Python, by hash; the build then needs no index."""
    machine = platform.machine()
    platforms = [f"manylinux_2_34_{machine}", f"manylinux_2_28_{machine}", f"manylinux2014_{machine}"]
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--require-hashes", "--no-deps"]
        + ["--only-binary=:all:", f"--python-version={BASE_PYTHON}", "--implementation=cp"]
        + [f"--platform={name}" for name in platforms]
        + ["--dest", str(folder), "-r", str(PROJECT / "requirements" / "runner.txt")],
        check=True,
        capture_output=True,
    )


def _context(context: Path, releases: Path, terraform: Path, providers: dict[LockedProvider, Path]) -> None:
    """The files of the build, with pins and locks of what `releases` serves.

    Templates stay out whose providers are not on this machine; the rest of the image is the same.
    """
    for name in ("chalicelib/domain", "chalicelib/providers", "runner_task", "templates"):
        shutil.copytree(
            PROJECT / name, context / name, ignore=shutil.ignore_patterns("__pycache__", ".terraform")
        )
    had = {(provider.source, provider.version) for provider in providers}
    for template in (context / "templates").iterdir():
        with TemporaryDirectory() as alone:
            shutil.copytree(template, Path(alone, template.name))
            wanted = {(one.source, one.version) for one in locked_providers(Path(alone))}
        if not wanted <= had:
            shutil.rmtree(template)
    scripts = ("scripts/image.py", "scripts/sbom.py")
    for name in (".dockerignore", "chalicelib/__init__.py", "requirements/runner.txt", *scripts):
        (context / name).parent.mkdir(exist_ok=True)
        shutil.copy(PROJECT / name, context / name)
    pins = read_pins()
    document = json.loads((context / "runner_task/image/pins.json").read_text())
    for tool in pins.tools:
        program = terraform.read_bytes() if tool.name == "terraform" else _stand_in(tool)
        packed = _publish(releases, tool.url_for(ARCH), _pack(tool, program))
        document["tools"][tool.name]["sha256"][ARCH] = packed
    (context / "runner_task/image/pins.json").write_text(json.dumps(document))
    for provider, unpacked in providers.items():
        _publish_provider(context, releases, pins, provider, unpacked)


def _stand_in(tool: Tool) -> bytes:
    said = {"kubectl": f'{{"gitVersion": "v{tool.version}"}}'}.get(tool.name, f"v{tool.version}")
    return f"#!/bin/sh\necho '{said}'\n".encode()


def _pack(tool: Tool, program: bytes) -> bytes:
    if tool.member is None:
        return program
    memory, member = io.BytesIO(), tool.member.format(version=tool.version, arch=ARCH)
    if tool.url.endswith(".zip"):
        with zipfile.ZipFile(memory, "w") as bundle:
            bundle.writestr(member, program)
    else:
        with tarfile.open(fileobj=memory, mode="w:gz") as tarball:
            entry = tarfile.TarInfo(member)
            entry.size = len(program)
            tarball.addfile(entry, io.BytesIO(program))
    return memory.getvalue()


def _publish(releases: Path, url: str, content: bytes) -> str:
    path = releases / url.removeprefix("https://")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def _publish_provider(
    context: Path, releases: Path, pins: Pins, provider: LockedProvider, unpacked: Path
) -> None:
    """Zipped without compression, which takes a second instead of thirty; the locks get this zip's sha256."""
    url = pins.providers[provider.source].url.format(version=provider.version, arch=ARCH)
    path = releases / url.removeprefix("https://")
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as bundle:
        for file in sorted(unpacked.iterdir()):
            bundle.write(file, file.name)
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    for lock in context.glob("templates/*/.terraform.lock.hcl"):
        header = f'provider "{provider.source}" {{'
        before, found, after = lock.read_text().partition(header)
        lock.write_text(before + found + after.replace("hashes = [", f'hashes = [\n    "zh:{digest}",', 1))


def _storage_driver(folder: Path) -> str:
    """overlay, where it can lie on this file system; it can't on another overlay."""
    kind = subprocess.run(
        ["stat", "--file-system", "--format=%T", folder], capture_output=True, text=True, check=True
    )
    return "vfs" if kind.stdout.strip() == "overlayfs" else "overlay"
