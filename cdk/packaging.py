"""From the project to what Lambda runs: two zips, the functions in them, and the API's definition.

::

    stage      app.py, chalicelib and .chalice/config.json are copied to a clean folder
    describe   Chalice packages them: a SAM template, of which only facts about the app are read,
               and the two files of Chalice itself that run in Lambda
    compile    .pyc files take the place of sources
    zip        with the vendored dependencies (see :mod:`cdk.vendoring`): once whole, and once without
               cryptography, which is half of it, for the functions that never seal, open or verify

Chalice would install dependencies by itself when it finds a requirements.txt, but answers a missing wheel
with a warning and exit code 0, and a missing file with an empty zip. So it gets none to see.
Chalice runs as a program of its own: it imports ``app``, which must not be the one that imported us.
"""

import hashlib
import json
import os
import shutil
import sys
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from cdk.vendoring import PYTHON, PackagingFailed, compile_python, run

__all__ = ["PYTHON", "Package", "PackagedFunction", "PackagingFailed", "Zip", "package"]

CHALICE_STAGE = "api"
"""Of .chalice/config.json: memory and time of each function."""

API_FUNCTION = "APIHandler"
"""Chalice's name for the function behind the API's routes."""

CRYPTO = ("_cffi_backend*", "cffi-*", "cryptography", "cryptography-*", "jwt", "pyjwt-*")
"""What only sealing, opening and verifying need, as it stands in the vendored folder."""

WITHOUT_CRYPTO = frozenset(
    {
        "AwaitReview",
        "CheckDigests",
        "DispatchRunner",
        "Finalize",
        "MarkRun",
        "RecordPlan",
        "RotateRunnerCredential",
        "WorkerStack",
    }
)
"""Functions that run without it. A function that is not named here gets the whole zip; a test runs those
that are, and tells when one that is not could be."""


@dataclass(frozen=True)
class Zip:
    """Code as Lambda takes it."""

    path: Path
    digest: str
    """sha256 of the contents, the same on every machine that packages the same project."""


@dataclass(frozen=True)
class PackagedFunction:
    """One Lambda function of the app, as Chalice describes it, and the zip that it runs from."""

    name: str
    handler: str
    timeout_seconds: int
    memory_mb: int
    code: Zip


@dataclass(frozen=True)
class Package:
    """The app, ready to be deployed."""

    functions: Mapping[str, PackagedFunction]
    api_definition: Mapping[str, Any]
    """Swagger 2.0; functions stand in it as ``${Name.Arn}``."""


def package(project: Path, build: Path, vendored: Path | None = None) -> Package:
    """Make the zips in `build`, which is emptied first.

    Parameters
    ----------
    vendored : Path
        The dependencies. Without them the zips describe the app but can't run: quick, and enough to look at
        a template.

    Raises
    ------
    PackagingFailed
        The app can't be imported, or does not compile.
    """
    shutil.rmtree(build, ignore_errors=True)
    app, output, code = build / "app", build / "chalice", build / "code"
    stage(project, app)
    _chalice_package(app, output)
    with zipfile.ZipFile(output / "deployment.zip") as made:
        made.extractall(code)
    compile_python(code)
    ours = _files(code)
    theirs = _files(vendored) if vendored else {}
    whole = write_zip(build / "whole.zip", {**theirs, **ours})
    plain = {name: file for name, file in theirs.items() if not _is_crypto(name)}
    without_crypto = write_zip(build / "without-crypto.zip", {**plain, **ours})
    return read_package(output, lambda name: without_crypto if name in WITHOUT_CRYPTO else whole)


def stage(project: Path, app: Path) -> None:
    """Copy what the app consists of, and nothing that happens to lie beside it."""
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
    shutil.copytree(project / "chalicelib", app / "chalicelib", ignore=ignored)
    shutil.copy(project / "app.py", app)
    (app / ".chalice").mkdir()
    shutil.copy(project / ".chalice" / "config.json", app / ".chalice")


def write_zip(path: Path, files: Mapping[str, Path]) -> Zip:
    """A zip that depends on its files' names and bytes alone: no times, no owners, no order of a disk."""
    contents = hashlib.sha256()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as opened:
        for name in sorted(files):
            data = files[name].read_bytes()
            contents.update(f"{name}\0{hashlib.sha256(data).hexdigest()}\n".encode())
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            opened.writestr(entry, data)
    return Zip(path, contents.hexdigest())


def read_package(output: Path, code_of: Callable[[str], Zip]) -> Package:
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
                code=code_of(name),
            )
            for name, resource in resources.items()
            if resource["Type"] == "AWS::Serverless::Function"
        }
        definition = resources["RestAPI"]["Properties"]["DefinitionBody"]
    except (OSError, LookupError, ValueError) as error:
        raise PackagingFailed(f"Chalice's output is not as expected: {error!r}") from error
    if API_FUNCTION not in functions:
        raise PackagingFailed(f"Chalice packaged no {API_FUNCTION}.")
    return Package(functions, definition)


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
    run(command, "Chalice could not package the app", environment)


def _files(folder: Path) -> dict[str, Path]:
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}


def _is_crypto(name: str) -> bool:
    return any(fnmatch(name.split("/")[0], pattern) for pattern in CRYPTO)
