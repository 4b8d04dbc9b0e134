"""From the project to what Lambda runs: one zip, the functions in it, and the API's definition.

::

    stage      app.py, chalicelib and .chalice/config.json are copied to a clean folder
    vendor     the locked run-time dependencies are installed beside them, as wheels for Lambda's machine
    compile    .pyc files for all of it: a cold start then costs a third
    package    Chalice makes the zip and a SAM template, of which only facts about the app are read

Chalice installs dependencies by itself when it finds a requirements.txt, but answers a missing wheel with a
warning and exit code 0, and a missing file with an empty zip. Here pip does it, so that both are errors.
Chalice runs as a program of its own: it imports ``app``, which must not be the one that imported us.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
"""Lambda's Python is the one that packages: wheels and .pyc files fit no other."""

PLATFORMS = ("manylinux2014_aarch64", "manylinux_2_28_aarch64")
"""Wheels that run on Lambda's arm64 machines (Amazon Linux 2023, glibc 2.34)."""

AWS_SERVICES = ("dynamodb", "ecs", "kms", "s3", "secretsmanager", "stepfunctions", "sts")
"""Services whose models stay in the zip. botocore knows 400; the others would triple its size."""

CHALICE_STAGE = "api"
"""Of .chalice/config.json: memory and time of each function."""

API_FUNCTION = "APIHandler"
"""Chalice's name for the function behind the API's routes."""

PROJECT = "alethia "
"""How the lock names us, as in ``# via alethia (pyproject.toml:lambda)``."""

BUILD_ONLY = frozenset({"chalice"})
"""Locked, but not vendored: Chalice adds the two files of itself that run in Lambda."""


class PackagingFailed(Exception):
    """The zip can't be made; the message says what is missing."""


@dataclass(frozen=True)
class PackagedFunction:
    """One Lambda function of the app, as Chalice describes it."""

    name: str
    handler: str
    timeout_seconds: int
    memory_mb: int


@dataclass(frozen=True)
class Package:
    """The app, ready to be deployed."""

    zip: Path
    digest: str
    """sha256 of the zip's contents, the same on every machine that packages the same project."""
    functions: Mapping[str, PackagedFunction]
    api_definition: Mapping[str, Any]
    """Swagger 2.0; functions stand in it as ``${Name.Arn}``."""


def package(project: Path, build: Path, *, dependencies: bool = True) -> Package:
    """Make the zip in `build`, which is emptied first.

    Parameters
    ----------
    dependencies : bool
        Without them the zip describes the app but can't run: quick, and enough to look at a template.

    Raises
    ------
    PackagingFailed
        A wheel is missing for Lambda's machine, a hash differs from the lock, or the app can't be imported.
    """
    shutil.rmtree(build, ignore_errors=True)
    app, output = build / "app", build / "package"
    stage(project, app)
    if dependencies:
        vendor(project / "requirements" / "lambda.txt", app / "vendor")
    compile_python(app)
    _chalice_package(app, output)
    return read_package(output)


def stage(project: Path, app: Path) -> None:
    """Copy what the app consists of, and nothing that happens to lie beside it."""
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
    shutil.copytree(project / "chalicelib", app / "chalicelib", ignore=ignored)
    shutil.copy(project / "app.py", app)
    (app / ".chalice").mkdir()
    shutil.copy(project / ".chalice" / "config.json", app / ".chalice")


def vendor(lock: Path, target: Path) -> None:
    """Install the run-time part of a lock for Lambda's machine, by hash, and drop what never runs there."""
    target.mkdir(parents=True)
    wanted = target.parent / "vendored.txt"
    wanted.write_text(run_time_requirements(lock.read_text()))
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    pip += ["--require-hashes", "--no-deps", "--only-binary=:all:", "--no-compile"]
    pip += ["--implementation=cp", f"--python-version={PYTHON}", f"--target={target}"]
    pip += [f"--platform={platform}" for platform in PLATFORMS]
    _run([*pip, "-r", str(wanted)], "pip could not install the locked dependencies for Lambda")
    wanted.unlink()
    _prune(target)


def run_time_requirements(lock: str) -> str:
    """The lines of a lock that Lambda needs: ours, and what they need in turn.

    Parameters
    ----------
    lock : str
        Written by ``uv pip compile --generate-hashes``; its ``# via`` comments say who needs what.

    Raises
    ------
    PackagingFailed
        A line without a hash, or no line of ours: not such a lock.
    """
    blocks: dict[str, str] = {}
    for block in re.split(r"\n(?=\w)", lock):
        if found := re.match(r"[\w.-]+", block):
            blocks[found[0]] = block
    needed_by = {
        name: set(re.findall(r"^ +#(?: +via)? +(\S.*)$", block, re.M)) for name, block in blocks.items()
    }
    kept = {
        name
        for name, parents in needed_by.items()
        if name not in BUILD_ONLY and any(parent.startswith(PROJECT) for parent in parents)
    }
    if not kept:
        raise PackagingFailed("The lock names nothing that the project needs; write it with `make lock`.")
    while more := {name for name, parents in needed_by.items() if name not in kept and parents & kept}:
        kept |= more
    for name in sorted(kept):
        if not re.match(r"\S+==\S+ ", blocks[name]) or "--hash=" not in blocks[name]:
            raise PackagingFailed(f"{name} is not locked to one version by hash; write it with `make lock`.")
    return "".join(f"{blocks[name]}\n" for name in sorted(kept))


def compile_python(app: Path) -> None:
    """Compile everything. The .pyc files are trusted as they are: a zip keeps no useful times.

    In a program of its own: what a .pyc file holds depends, in a few bytes, on what its compiler did before.
    """
    command = [sys.executable, "-m", "compileall", "-q", "-s", str(app), "-p", "/var/task"]
    _run(
        [*command, "--invalidation-mode", "unchecked-hash", str(app)],
        "A Python file of the app or of a dependency does not compile",
        {**os.environ, "PYTHONHASHSEED": "0"},
    )


def read_package(output: Path) -> Package:
    """Read what ``chalice package`` wrote.

    Raises
    ------
    PackagingFailed
        Not what Chalice 1.34 writes.
    """
    try:
        resources = json.loads((output / "sam.json").read_text())["Resources"]
        functions = {
            name: PackagedFunction(
                name=name,
                handler=resource["Properties"]["Handler"],
                timeout_seconds=resource["Properties"]["Timeout"],
                memory_mb=resource["Properties"]["MemorySize"],
            )
            for name, resource in resources.items()
            if resource["Type"] == "AWS::Serverless::Function"
        }
        definition = resources["RestAPI"]["Properties"]["DefinitionBody"]
    except (OSError, LookupError, ValueError) as error:
        raise PackagingFailed(f"Chalice's output is not as expected: {error!r}") from error
    if API_FUNCTION not in functions:
        raise PackagingFailed(f"Chalice packaged no {API_FUNCTION}.")
    archive = output / "deployment.zip"
    return Package(archive, _digest(archive), functions, definition)


def _chalice_package(app: Path, output: Path) -> None:
    environment = {
        **os.environ,
        "AWS_DEFAULT_REGION": "eu-west-1",  # asked for, and used for nothing
        "AWS_EC2_METADATA_DISABLED": "true",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    chalice = [
        sys.executable,
        "-c",
        "from chalice.cli import main; raise SystemExit(main())",
        "--project-dir",
        str(app),
    ]
    command = [*chalice, "package", "--stage", CHALICE_STAGE, "--pkg-format", "cloudformation", str(output)]
    _run(command, "Chalice could not package the app", environment)


def _run(command: list[str], what: str, environment: Mapping[str, str] | None = None) -> None:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PackagingFailed(f"{what}:\n{done.stdout}{done.stderr}")


def _prune(vendored: Path) -> None:
    """Drop the models of AWS services that the app never calls."""
    for folder in (vendored / "botocore" / "data", vendored / "boto3" / "data"):
        for model in folder.iterdir() if folder.is_dir() else ():
            if model.is_dir() and model.name not in AWS_SERVICES:
                shutil.rmtree(model)


def _digest(archive: Path) -> str:
    content = hashlib.sha256()
    with zipfile.ZipFile(archive) as opened:
        for name in sorted(opened.namelist()):
            content.update(f"{name}\0{hashlib.sha256(opened.read(name)).hexdigest()}\n".encode())
    return content.hexdigest()
