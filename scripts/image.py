"""Build the runner's image for both platforms: ``make image``. Docker (with BuildKit) or buildah does it.

Standard library only. Beside the images come their bills of materials; at the end the commands that verify
and push them are printed, and not run: where images go, and with whose rights, is yours.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from runner_task.image.pins import ARCHITECTURES, PinMissing, read_pins  # noqa: E402 - after the path to it
from scripts.sbom import NAME, document, image_version  # noqa: E402

ENGINES = ("docker", "buildah")
MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}


class NoEngine(Exception):
    """Nothing here builds images."""


def main() -> int:
    """Build, describe, and say what to do next."""
    parser = argparse.ArgumentParser(prog="make image", description=__doc__)
    parser.add_argument(
        "--arch", action="append", choices=ARCHITECTURES, help="one platform only; repeatable"
    )
    parser.add_argument("--engine", choices=ENGINES)
    parser.add_argument("--tag", default=image_version(), help="as what it is pushed (%(default)s)")
    parser.add_argument("--repository", default="REPOSITORY", help="where it is pushed to")
    parser.add_argument("--base", default="", help="another base image, by digest")
    parser.add_argument("--releases", default="", help="a server that mirrors the release hosts")
    parser.add_argument(
        "--pip-conf", type=Path, help="a pip.conf for an index of your own; stays out of the image"
    )
    asked = parser.parse_args()
    try:
        pins = read_pins()
        engine = asked.engine or find_engine()
        if not shutil.which(engine):
            raise NoEngine(f"{engine} is not on PATH.")
        for arch in asked.arch or ARCHITECTURES:
            for tool in pins.tools:
                tool.sha256_for(arch)
            build(engine, arch, asked)
            print(f"Bill of materials: {describe(arch, asked)}", flush=True)
    except (NoEngine, PinMissing) as reason:
        print(reason, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as failed:
        print(f"{engine} ended with exit code {failed.returncode}; see above.", file=sys.stderr)
        return 1
    print(next_steps(engine, asked))
    return 0


def find_engine() -> str:
    """Docker where its daemon answers, else buildah.

    Raises
    ------
    NoEngine
        There is neither; says what to do.
    """
    if shutil.which("docker"):
        asked = subprocess.run(["docker", "info"], capture_output=True, check=False)
        if asked.returncode == 0:
            return "docker"
    if shutil.which("buildah"):
        return "buildah"
    raise NoEngine("The image is built by Docker (with a running daemon) or by buildah; neither is here.")


def build(engine: str, arch: str, asked: argparse.Namespace) -> None:
    """One platform's image, in the engine's own store."""
    arguments = {"REVISION": _revision(), "BASE": asked.base, "RELEASES": asked.releases}
    if engine == "buildah":
        # BuildKit knows this by itself; buildah 1.28 does not.
        arguments["BUILDPLATFORM"] = f"linux/{MACHINES.get(platform.machine(), platform.machine())}"
    command = [engine, "build", "--platform", f"linux/{arch}", "--file", "runner_task/Dockerfile"]
    for name, value in arguments.items():
        command += ["--build-arg", f"{name}={value}"] if value else []
    if asked.pip_conf:
        command += ["--secret", f"id=pip.conf,src={asked.pip_conf.resolve()}"]
    command += ["--tag", local_name(arch, asked.tag), "."]
    print(f"$ {' '.join(command)}", flush=True)
    subprocess.run(command, cwd=ROOT, check=True, env={**os.environ, "DOCKER_BUILDKIT": "1"})


def describe(arch: str, asked: argparse.Namespace) -> Path:
    """Write the bill of materials."""
    path = ROOT / ".alethia" / "image" / f"{NAME}-{asked.tag}-{arch}.cdx.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document(arch, base=asked.base), indent=2) + "\n")
    return path


def local_name(arch: str, tag: str) -> str:
    return f"{NAME}:{tag}-{arch}"


def next_steps(engine: str, asked: argparse.Namespace) -> str:
    """What verifies the images and brings them where ECS finds them."""
    remote = f"{asked.repository}:{asked.tag}"
    arches = asked.arch or ARCHITECTURES
    lines = ["", "Verify (on a machine of the image's platform):"]
    runner = "docker" if engine == "docker" else "podman"
    lines += [f"  {runner} run --rm --read-only {local_name(arch, asked.tag)} --self-test" for arch in arches]
    lines += ["", "Push, after signing in to the registry:"]
    if engine == "docker":
        for arch in arches:
            lines += [
                f"  docker tag {local_name(arch, asked.tag)} {remote}-{arch}",
                f"  docker push {remote}-{arch}",
            ]
        parts = " ".join(f"{remote}-{arch}" for arch in arches)
        lines += [f"  docker buildx imagetools create --tag {remote} {parts}"]
    else:
        lines += [f"  buildah manifest create {remote}"]
        lines += [f"  buildah manifest add {remote} {local_name(arch, asked.tag)}" for arch in arches]
        lines += [f"  buildah manifest push --all {remote} docker://{remote}"]
    return "\n".join(lines)


def _revision() -> str:
    asked = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return asked.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
