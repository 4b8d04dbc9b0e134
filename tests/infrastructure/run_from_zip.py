"""A program for the tests: starts the app from an unpacked zip, with nothing else on the path.

``python -I -S run_from_zip.py <folder> <sources> [<service> …]`` imports the app, makes the services (``*``:
all that its container has), and then imports whatever the code that is now loaded would import later, inside
functions (sources are read for that: the zip has none). It prints the packages that were loaded.
"""

import ast
import importlib
import importlib.util
import json
import sys
import zoneinfo
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def main(folder: str, sources: str, services: list[str]) -> None:
    sys.path.insert(0, folder)
    importlib.import_module("app")
    container: Any = importlib.import_module("chalicelib.bootstrap").container()
    everything = [name for name in dir(type(container)) if not name.startswith("_")]
    for service in everything if services == ["*"] else services:
        getattr(container, service)
    import_what_comes_later(Path(sources))
    zoneinfo.reset_tzpath(to=[])
    zoneinfo.ZoneInfo("Europe/Berlin")
    sys.stdout.write(json.dumps(sorted({name.split(".")[0] for name in sys.modules})))


def import_what_comes_later(sources: Path) -> None:
    """What functions of the loaded modules import. The container's own are left out: its properties import
    what functions of the other zip may need, and those that matter were asked for."""
    seen: set[str] = set()
    while fresh := {name for name in sys.modules if name.startswith("chalicelib.")} - seen:
        seen |= fresh
        for name in sorted(fresh):
            if not name.startswith("chalicelib.bootstrap"):
                for wanted in imports_in_functions(name, sources):
                    importlib.import_module(wanted)


def imports_in_functions(name: str, sources: Path) -> Iterator[str]:
    """Absolute names of the modules that functions of a module import."""
    package = sys.modules[name].__package__ or ""
    path = sources / name.replace(".", "/")
    text = (path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text()
    for function in ast.walk(ast.parse(text)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Import):
                    yield from (alias.name for alias in node.names)
                elif isinstance(node, ast.ImportFrom):
                    yield importlib.util.resolve_name("." * node.level + (node.module or ""), package)


if __name__ == "__main__":
    main(*sys.argv[1:3], services=sys.argv[3:])
