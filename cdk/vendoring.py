"""The dependencies that run in Lambda: from the lock to a folder of compiled code for Lambda's machine.

::

    requirements   the lock's run-time part: ours, and what they need in turn, each by hash
    install        pip, wheels for Lambda's machine only: a missing one is an error
    prune          what no function ever imports
    compile        .pyc files take the place of sources: a cold start then costs a third, and the zip less

A folder is made once for each lock and kept; making it again gives the same bytes.
"""

import gzip
import hashlib
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
"""Lambda's Python is the one that packages: wheels and .pyc files fit no other."""

PLATFORMS = ("manylinux2014_aarch64", "manylinux_2_28_aarch64")
"""Wheels that run on Lambda's arm64 machines (Amazon Linux 2023, glibc 2.34)."""

AWS_SERVICES = (
    "cloudformation",
    "dynamodb",
    "ec2",
    "ecs",
    "kms",
    "resourcegroupstaggingapi",
    "s3",
    "secretsmanager",
    "stepfunctions",
    "sts",
)
"""Services whose models stay in the zip. botocore knows 400; the others would triple its size."""

CALLED: Mapping[str, Sequence[str]] = {"ec2": ("DescribeSubnets",)}
"""Of a service whose model is half a megabyte: the only operations that are called, and so kept."""

NEVER_IMPORTED = (
    "**/*.pyi",
    "**/py.typed",
    "*.dist-info/RECORD",
    "*.dist-info/sboms",
    "aws_lambda_powertools/event_handler",  # Chalice routes
    "bin",
    "botocore/data/*/*/examples-1.json",
    "cffi",  # cryptography's wheel is built: of cffi, its compiled half remains
    "dateutil/zoneinfo/*.tar.gz",  # tzdata is what we read
    "pycparser",  # cffi's, for building
    "pycparser-*.dist-info",
    "pydantic/mypy.py",
    "pydantic/v1",
    "urllib3/contrib/emscripten",  # a browser's Python
)
"""Parts of dependencies that no function of ours reaches; a test runs every function without them."""

POWERTOOLS_UTILITIES = ("__init__.py", "jmespath_utils")
"""All that Powertools' logger and metrics import of its twenty utilities."""

PROJECT = "alethia "
"""How the lock names us, as in ``# via alethia (pyproject.toml:lambda)``."""

BUILD_ONLY = frozenset({"chalice"})
"""Locked, but not vendored: Chalice adds the two files of itself that run in Lambda."""

TASK_ROOT = "/var/task"
"""Where Lambda unpacks a zip: the path that tracebacks name."""


class PackagingFailed(Exception):
    """The zip can't be made; the message says what is missing."""


def vendored(lock: Path, kept: Path) -> Path:
    """The folder for a lock, below `kept`; made when it is not there yet.

    Raises
    ------
    PackagingFailed
        A dependency is not locked by hash, or a wheel is missing for Lambda's machine.
    """
    wanted = run_time_requirements(lock.read_text())
    recipe = Path(__file__).read_text()
    name = hashlib.sha256("\0".join((wanted, recipe, sys.version)).encode()).hexdigest()[:16]
    folder = kept / name
    if not folder.exists():
        kept.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept, prefix="part-") as part:
            tree = Path(part, "tree")
            _install(wanted, tree)
            _prune(tree)
            compile_python(tree)
            for library in sorted(tree.rglob("*.so")):
                library.write_bytes(without_symbols(library.read_bytes()))
            try:
                tree.rename(folder)
            except OSError:  # somebody else made it meanwhile: theirs is the same
                if not folder.exists():
                    raise
    return folder


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


def compile_python(folder: Path) -> None:
    """Put a .pyc file in the place of every source, trusted as it is: a zip keeps no useful times.

    In a program of its own: what a .pyc file holds depends, in a few bytes, on what its compiler did before.
    """
    command = [sys.executable, "-m", "compileall", "-q", "-b", "-s", str(folder), "-p", TASK_ROOT]
    run(
        [*command, "--invalidation-mode", "unchecked-hash", str(folder)],
        "A Python file of the app or of a dependency does not compile",
        {**os.environ, "PYTHONHASHSEED": "0"},
    )
    for source in folder.rglob("*.py"):
        source.unlink()


def without_symbols(library: bytes) -> bytes:
    """An ELF library without what only debuggers read: its loaded segments, and no table of sections.

    A quarter of cryptography's library is such symbols.
    """
    if library[:6] != b"\x7fELF\x02\x01":
        raise PackagingFailed("A dependency holds a library that is not a 64-bit little-endian ELF.")
    headers, sections = 32, 40  # offsets of e_phoff and e_shoff
    (first,) = struct.unpack_from("<Q", library, headers)
    size, count = struct.unpack_from("<HH", library, 54)  # e_phentsize, e_phnum
    end = first + size * count
    for number in range(count):
        offset, _, _, length = struct.unpack_from("<4Q", library, first + number * size + 8)
        end = max(end, offset + length)
    kept = bytearray(library[:end])
    struct.pack_into("<Q", kept, sections, 0)
    struct.pack_into("<HH", kept, 60, 0, 0)  # e_shnum, e_shstrndx
    return bytes(kept)


def run(command: list[str], what: str, environment: Mapping[str, str] | None = None) -> None:
    """Run a program (:class:`PackagingFailed`, with what it said, when it fails)."""
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PackagingFailed(f"{what}:\n{done.stdout}{done.stderr}")


def _install(requirements: str, target: Path) -> None:
    target.mkdir(parents=True)
    wanted = target.parent / "requirements.txt"
    wanted.write_text(requirements)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    pip += ["--require-hashes", "--no-deps", "--only-binary=:all:", "--no-compile"]
    pip += ["--implementation=cp", f"--python-version={PYTHON}", f"--target={target}"]
    pip += [f"--platform={platform}" for platform in PLATFORMS]
    run([*pip, "-r", str(wanted)], "pip could not install the locked dependencies for Lambda")


def _prune(tree: Path) -> None:
    """Drop what no function imports, and the models of AWS services that none calls."""
    utilities = tree / "aws_lambda_powertools" / "utilities"
    models = tree / "botocore" / "data"
    unused = [path for pattern in NEVER_IMPORTED for path in tree.glob(pattern)]
    unused += [path for path in _inside(utilities) if path.name not in POWERTOOLS_UTILITIES]
    unused += [path for path in _inside(models) if path.is_dir() and path.name not in AWS_SERVICES]
    for path in unused:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    for service, operations in CALLED.items():
        if (models / service).is_dir():
            _keep_operations(models / service, operations)


def _keep_operations(service: Path, operations: Sequence[str]) -> None:
    """Reduce a service's models to its newest, and that to `operations`; botocore reads it zipped or not."""
    *older, newest = _inside(service)
    for version in older:
        shutil.rmtree(version)
    for name in ("examples-1.json", "paginators-1.json", "paginators-1.sdk-extras.json", "waiters-2.json"):
        (newest / name).unlink(missing_ok=True)
    packed = newest / "service-2.json.gz"
    model = json.loads(gzip.decompress(packed.read_bytes()))
    packed.unlink()
    kept = {name: model["operations"][name] for name in operations}
    shapes: dict[str, Any] = {}
    wanted = list(_shapes_in(kept))
    while wanted:
        name = wanted.pop()
        if name not in shapes:
            shapes[name] = model["shapes"][name]
            wanted += _shapes_in(shapes[name])
    smaller = {**model, "operations": kept, "shapes": dict(sorted(shapes.items()))}
    (newest / "service-2.json").write_text(json.dumps(smaller))


def _shapes_in(value: Any) -> Iterator[str]:
    """Names of the shapes that a part of a model refers to."""
    if isinstance(value, Mapping):
        if isinstance(value.get("shape"), str):
            yield value["shape"]
        for inner in value.values():
            yield from _shapes_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _shapes_in(inner)


def _inside(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []
