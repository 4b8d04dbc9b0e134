"""The AWS template: valid for its locked provider, closed by default, and without any emulator in it."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.domain.words import ComponentKind
from runner_task.installations import cli_configuration
from tests.support.templates import AWS_TEMPLATE

FILES = sorted(AWS_TEMPLATE.rglob("*.tf"))
MODULES = sorted(path.name for path in (AWS_TEMPLATE / "modules").iterdir())

EMULATOR = r"endpoints\s*\{|skip_(credentials|metadata|region|requesting)|localhost|127\.0\.0\.1|moto"
"""What a template says when it is bent to an emulator."""

terraform = shutil.which("terraform")
needs_terraform = pytest.mark.skipif(terraform is None, reason="terraform is not on PATH")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the template, initialised without its backend."""
    folder = tmp_path_factory.mktemp("aws") / "template"
    shutil.copytree(AWS_TEMPLATE, folder, ignore=shutil.ignore_patterns(".terraform"))
    done = run(folder, "init", "-backend=false", "-lockfile=readonly")
    assert done.returncode == 0, done.stderr
    yield folder


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    rc = cli_configuration(None, folder.parent)
    environment = {
        **os.environ,
        "TF_CLI_CONFIG_FILE": str(rc),
        "CHECKPOINT_DISABLE": "1",
        "TF_IN_AUTOMATION": "1",
    }
    command = [terraform or "terraform", *arguments, "-no-color"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@needs_terraform
def test_it_is_formatted(workspace: Path) -> None:
    assert run(workspace, "fmt", "-check", "-recursive").stdout == ""


@needs_terraform
def test_it_is_valid_for_the_locked_provider_and_plans_what_its_own_tests_say(workspace: Path) -> None:
    """terraform judges the whole configuration before each of the template's own tests."""
    done = run(workspace, "test")
    assert " 0 failed" in done.stdout, done.stdout
    assert "Warning" not in done.stdout + done.stderr, done.stdout


def test_every_kind_of_component_has_a_module_that_is_named_after_it() -> None:
    called = re.findall(r'^module "(\w+)"', (AWS_TEMPLATE / "main.tf").read_text(), re.MULTILINE)
    kinds = {kind.value for kind in ComponentKind} - {ComponentKind.REPOSITORIES}
    assert set(called) == set(MODULES) == kinds


def test_the_backend_is_empty_so_that_no_address_enters_a_plan() -> None:
    assert 'backend "http" {}' in (AWS_TEMPLATE / "versions.tf").read_text()


def test_the_provider_is_locked() -> None:
    lock = (AWS_TEMPLATE / ".terraform.lock.hcl").read_text()
    assert re.findall(r'provider "([^"]+)"', lock) == ["registry.terraform.io/hashicorp/aws"]
    assert 'version     = "5.100.0"' in lock
    assert lock.count('"zh:') > 10, "every platform's package should be known"


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(AWS_TEMPLATE)))
class TestEveryFile:
    def test_knows_no_emulator(self, file: Path) -> None:
        assert not re.search(EMULATOR, file.read_text())

    def test_sources_modules_from_the_template_only(self, file: Path) -> None:
        sources = re.findall(r'^\s*source\s*=\s*"([^"]+)"', file.read_text(), re.MULTILINE)
        assert all(source.startswith("./modules/") or source == "hashicorp/aws" for source in sources)

    def test_lets_nobody_in_from_everywhere(self, file: Path) -> None:
        open_to_all = re.findall(r'.*"(?:0\.0\.0\.0/0|::/0)".*', file.read_text())
        ways_out = [line for line in open_to_all if "destination_cidr_block" in line]
        assert open_to_all == ways_out


@pytest.mark.parametrize("module", MODULES)
def test_every_variable_and_output_of_a_module_says_what_it_is(module: str) -> None:
    for name in ("variables.tf", "outputs.tf"):
        text = (AWS_TEMPLATE / "modules" / module / name).read_text()
        assert len(re.findall(r"^(?:variable|output) ", text, re.MULTILINE)) == text.count("\n  description ")


def test_no_secret_value_is_kept_in_state() -> None:
    text = "".join(file.read_text() for file in FILES)
    assert not re.search(r"\b(secret_string|master_password|auth_token)\s*=", text)
    assert "secret_string_wo " in text
    assert re.search(r"manage_master_user_password\s*= true", text)
