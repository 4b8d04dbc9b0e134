"""The Azure template as text: named as the others are, documented, open to nobody, and locked."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from chalicelib.domain.words import ComponentKind
from tests.support.templates import AZURE_TEMPLATE

FILES = sorted(AZURE_TEMPLATE.rglob("*.tf"))
MODULES = sorted(path.name for path in (AZURE_TEMPLATE / "modules").iterdir())

SHARED = {"private_dns", "private_endpoint", "key_vault", "service_bus", "cosmos_account"}
"""Modules of what several components have in common; it belongs to none of them."""


def test_it_is_formatted() -> None:
    terraform = shutil.which("terraform")
    if terraform is None:
        pytest.skip("terraform is not on PATH")
    argv = [terraform, "fmt", "-check", "-recursive", str(AZURE_TEMPLATE)]
    assert subprocess.run(argv, capture_output=True, text=True, check=False).stdout == ""


def test_every_kind_of_component_has_a_module_that_is_named_after_it() -> None:
    called = re.findall(r'^module "(\w+)"', (AZURE_TEMPLATE / "main.tf").read_text(), re.MULTILINE)
    kinds = {kind.value for kind in ComponentKind} - {ComponentKind.REPOSITORIES}
    assert set(MODULES) == kinds | SHARED
    assert set(called) == set(MODULES) - {"private_endpoint"}


def test_the_backend_is_empty_so_that_no_address_enters_a_plan() -> None:
    assert 'backend "http" {}' in (AZURE_TEMPLATE / "versions.tf").read_text()


def test_the_providers_are_locked() -> None:
    lock = (AZURE_TEMPLATE / ".terraform.lock.hcl").read_text()
    assert re.findall(r'provider "([^"]+)" \{\s+version\s+= "([^"]+)"', lock) == [
        ("registry.terraform.io/hashicorp/azurerm", "4.81.0"),
        ("registry.terraform.io/hashicorp/random", "3.7.2"),
    ]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(AZURE_TEMPLATE)))
def test_a_file_sources_local_modules_only_and_opens_nothing(file: Path) -> None:
    text = file.read_text()
    sources = re.findall(r'^\s*source\s*=\s*"([^"]+)"', text, re.MULTILINE)
    known = {"hashicorp/azurerm", "hashicorp/random"}
    assert all(source.startswith(("./modules/", "../")) or source in known for source in sources)
    assert not re.search(r'"(?:0\.0\.0\.0/0|::/0)"|localhost|127\.0\.0\.1', text)


@pytest.mark.parametrize("module", MODULES)
def test_every_variable_and_output_of_a_module_says_what_it_is(module: str) -> None:
    for name in ("variables.tf", "outputs.tf"):
        text = (AZURE_TEMPLATE / "modules" / module / name).read_text()
        assert len(re.findall(r"^(?:variable|output) ", text, re.MULTILINE)) == text.count("\n  description ")
