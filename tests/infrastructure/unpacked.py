"""The packaged zips, unpacked so that their functions start on this machine."""

import ast
import json
import os
import site
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from cdk.packaging import Zip
from cdk.vendoring import without_symbols

PROGRAM = Path(__file__).with_name("run_from_zip.py")


class Unpacked:
    """Folders with what is in the zips and nothing else, but for compiled libraries: the zips' are for
    Lambda's machine, so this machine's own take their places, treated as those were."""

    def __init__(self, folder: Path, sources: Path) -> None:
        self._folder = folder
        self._sources = sources

    def start(self, code: Zip, services: list[str]) -> set[str]:
        """Start the app and make `services` with what the zip holds; the packages that it loaded.

        Raises
        ------
        AssertionError
            It did not start; says why.
        """
        folder = str(self.folder_of(code))
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(PROGRAM), folder, str(self._sources), *services],
            env={**os.environ, "ALETHIA_OIDC_ISSUER": "https://sign-in.example.com"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return set(json.loads(done.stdout))

    def folder_of(self, code: Zip) -> Path:
        """Where it lies unpacked."""
        folder = self._folder / code.path.stem
        if not folder.exists():
            with zipfile.ZipFile(code.path) as opened:
                opened.extractall(folder)
            for library in list(folder.rglob("*.so")):
                use_this_machine_s(library, folder)
        return folder


def use_this_machine_s(library: Path, folder: Path) -> None:
    place = library.relative_to(folder).parent
    name = library.name.split(".")[0]
    (ours,) = (found for root in site.getsitepackages() for found in Path(root, place).glob(f"{name}.*so"))
    library.unlink()
    (folder / place / ours.name).write_bytes(without_symbols(ours.read_bytes()))


def services_of(handlers: set[str], sources: Path) -> list[str]:
    """What the workflow's `handlers` ask the container for, and what all of them may ask it for: functions
    that are no handlers count for each. Services are told from ``container().<service>`` as it is written.
    """
    files = sorted((sources / "chalicelib" / "workflow").glob("*.py"))
    functions = [
        function
        for file in files
        for function in ast.parse(file.read_text()).body
        if isinstance(function, ast.FunctionDef | ast.ClassDef)
    ]
    all_handlers = {function.name for function in functions if is_handler(function)}
    assert handlers <= all_handlers, f"no such handlers: {handlers - all_handlers}"
    return sorted(
        service
        for function in functions
        if function.name in handlers or function.name not in all_handlers
        for service in services_in(function)
    )


def is_handler(function: ast.FunctionDef | ast.ClassDef) -> bool:
    return any("lambda_function" in ast.unparse(decorator) for decorator in function.decorator_list)


def services_in(function: ast.AST) -> Iterator[str]:
    named = {
        id(node.value): node.attr
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "container()"
    }
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and ast.unparse(node) == "container()":
            assert id(node) in named, "write `container().<service>`, so that this test sees it"
            yield named[id(node)]
