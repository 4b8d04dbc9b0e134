"""The templates as data: what a template declares, read from its HCL."""

import functools
import itertools
import re
from pathlib import Path
from typing import Any

import hcl2

TEMPLATES = Path(__file__).parents[2] / "templates"
AWS_TEMPLATE, GCP_TEMPLATE, AZURE_TEMPLATE = (TEMPLATES / name for name in ("aws", "gcp", "azure"))


@functools.cache
def resource_types(template: Path) -> frozenset[str]:
    """The type of every resource that `template` or a module of it declares."""
    found = (
        re.findall(r'^resource "(\w+)"', file.read_text(), re.MULTILINE) for file in template.rglob("*.tf")
    )
    return frozenset(itertools.chain.from_iterable(found))


def blocks(template: Path, resource_type: str) -> list[str]:
    """The text of every resource of a type."""
    pattern = rf'^resource "{resource_type}" .*?^}}'
    found = (
        re.findall(pattern, file.read_text(), re.MULTILINE | re.DOTALL) for file in template.rglob("*.tf")
    )
    return list(itertools.chain.from_iterable(found))


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
