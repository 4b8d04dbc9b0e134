"""terraform programs and provider mirrors of this machine."""

import os
from pathlib import Path

import pytest

from runner_task import installations
from runner_task.errors import StepFailed
from runner_task.installations import choose, cli_configuration, terraform_versions


def a_program(folder: Path, version: str) -> str:
    """A stand-in that answers ``version -json``, and counts how often it is asked."""
    program = folder / f"terraform-{version}"
    answer = f'{{"terraform_version": "{version}"}}'
    program.write_text(f"#!/bin/sh\necho x >> {folder}/asked\necho '{answer}'\n")
    program.chmod(0o755)
    return str(program)


def test_every_program_is_asked_once_until_it_changes(tmp_path: Path) -> None:
    programs = (a_program(tmp_path, "1.11.4"), a_program(tmp_path, "1.10.0"))
    for _ in range(2):
        found = terraform_versions(programs, tmp_path / "cache", "/bin:/usr/bin")
        assert found == {"1.11.4": programs[0], "1.10.0": programs[1]}
    assert (tmp_path / "asked").read_text().count("x") == 2
    os.utime(programs[0], (1, 1))
    terraform_versions(programs, tmp_path / "cache", "/bin:/usr/bin")
    assert (tmp_path / "asked").read_text().count("x") == 3


def test_a_program_that_is_not_there_is_no_version(tmp_path: Path) -> None:
    assert terraform_versions((str(tmp_path / "no"),), tmp_path, "") == {}


def test_the_refusal_names_the_versions_that_are_there() -> None:
    assert choose({"1.11.4": "/t"}, "1.11.4") == "/t"
    with pytest.raises(StepFailed, match=r"wants terraform 1\.12\.0.*it has: 1\.10\.0, 1\.11\.4"):
        choose({"1.11.4": "/t", "1.10.0": "/u"}, "1.12.0")


def test_a_mirror_on_disk_is_used_and_its_providers_are_not_asked_for_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror = tmp_path / "mirror"
    (mirror / "registry.terraform.io" / "hashicorp" / "aws" / "5.0.0").mkdir(parents=True)
    monkeypatch.setattr(installations, "USUAL_MIRRORS", (tmp_path / "no", mirror))
    text = cli_configuration(None, tmp_path / "cache").read_text()
    assert f'path = "{mirror}"' in text and str(tmp_path / "no") not in text
    assert 'exclude = ["registry.terraform.io/hashicorp/aws"]' in text


def test_without_a_mirror_terraform_downloads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installations, "USUAL_MIRRORS", ())
    text = cli_configuration(None, tmp_path).read_text()
    assert "direct {\n    exclude = []\n  }" in text and "filesystem_mirror" not in text


def test_a_given_configuration_is_used_as_it_is(tmp_path: Path) -> None:
    assert cli_configuration(tmp_path / "given", tmp_path) == tmp_path / "given"
