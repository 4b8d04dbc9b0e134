"""The templates as data: what a template declares, read from its HCL."""

import functools
from pathlib import Path
from typing import Any

import hcl2

AWS_TEMPLATE = Path(__file__).parents[2] / "templates" / "aws"


@functools.cache
def variables(template: Path) -> dict[str, dict[str, Any]]:
    """Name → block of each variable in the root of `template`."""
    return _blocks(template, "variable")


@functools.cache
def outputs(template: Path) -> dict[str, dict[str, Any]]:
    """Name → block of each output in the root of `template`."""
    return _blocks(template, "output")


def _blocks(template: Path, kind: str) -> dict[str, dict[str, Any]]:
    found = {}
    for file in template.glob("*.tf"):
        for block in hcl2.loads(file.read_text()).get(kind, []):
            for name, body in block.items():
                found[name.strip('"')] = body
    return found
