"""``python -m runner_task.image {tools|providers|tidy} …``: the steps of the Dockerfile's build stage."""

import argparse
import compileall
import os
import py_compile
import shutil
import sys
from pathlib import Path

from .downloads import NotAsPinned, install
from .locks import locked_providers, without_hashes
from .pins import ARCHITECTURES, PinMissing, read_pins
from .providers import mirror

HOW_TO_LOCK = "Run `terraform providers lock` in its folder, for the platforms of the image, and build again."

AWS_SERVICES = frozenset({"ec2", "iam", "route53", "sts"})
"""Services that the runner calls. botocore brings the models of 400 others, 18 MB."""


def main(arguments: list[str]) -> int:
    """Do one step; a refusal is one sentence and exit code 1."""
    parser = argparse.ArgumentParser(prog="python -m runner_task.image", description=__doc__)
    parser.add_argument("step", choices=("tools", "providers", "tidy"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--arch", choices=ARCHITECTURES, default="amd64")
    parser.add_argument("--releases", default="", help="a server that mirrors the release hosts")
    parser.add_argument("--templates", type=Path, default=Path("templates"))
    asked = parser.parse_args(arguments)
    try:
        if asked.step == "tools":
            put_tools(asked.folder, asked.arch, asked.releases)
        elif asked.step == "providers":
            put_providers(asked.folder, asked.templates, asked.arch, asked.releases)
        else:
            tidy(asked.folder)
    except (NotAsPinned, PinMissing) as refusal:
        print(refusal, file=sys.stderr)  # noqa: T201 - this is a program of the build
        return 1
    return 0


def put_tools(folder: Path, arch: str, releases: str) -> None:
    """Every tool of the pins, as a program in `folder`."""
    folder.mkdir(parents=True)
    for tool in read_pins().tools:
        install(tool, arch, folder, releases=releases)
        _say(f"{tool.name} {tool.version} for linux_{arch}, sha256 as pinned.")


def put_providers(folder: Path, templates: Path, arch: str, releases: str) -> None:
    """The mirror of every provider that a template locks. One that nobody could verify stays out."""
    pins = read_pins()
    for template, providers in without_hashes(templates).items():
        missing = ", ".join(f"{one.source} {one.version}" for one in providers)
        _say(f"The template {template} STAYS OUT: its lock has no zh hashes of {missing}. {HOW_TO_LOCK}")
    for provider in filter(lambda one: one.verifiable, locked_providers(templates)):
        _say(mirror(provider, pins.providers.get(provider.source), arch, folder, releases=releases))


def tidy(folder: Path) -> None:
    """Drop what never runs, compile the rest, and let every user read it, whatever the checkout's umask was.

    A template whose providers are not in the image is dropped as well: a job is told that there is none.
    The .pyc files are trusted as they are: nothing can write beside them.
    """
    for model in folder.glob("python/*/data/*"):
        if model.is_dir() and model.parts[-3] in ("boto3", "botocore") and model.name not in AWS_SERVICES:
            shutil.rmtree(model)
    templates = folder / "app" / "templates"
    for template in without_hashes(templates):
        shutil.rmtree(templates / template)
    compileall.compile_dir(
        folder,
        quiet=1,
        stripdir=str(folder),
        prependdir="/opt/alethia",
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        maxlevels=20,
    )
    for path in (folder, *folder.rglob("*")):
        mode = path.stat().st_mode
        path.chmod(mode | (0o555 if path.is_dir() or mode & 0o100 else 0o444))


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - this is a program of the build


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main(sys.argv[1:]))
