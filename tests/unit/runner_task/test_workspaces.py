"""Prepared workspaces and template digests, without terraform."""

from pathlib import Path

import pytest

from runner_task.digests import LOCK_FILE, template_digest
from runner_task.workspaces import PROVIDERS, Workspaces


def a_template(folder: Path, **files: str) -> Path:
    template = folder / "template"
    for name, text in (files or {"main": "x"}).items():
        (template / "modules").mkdir(parents=True, exist_ok=True)
        (template / "modules" / f"{name}.tf").write_text(text)
    return template


def an_init(folder: Path) -> None:
    """What terraform init leaves: small files, a provider, a lock file."""
    platform = folder / PROVIDERS / "registry.terraform.io" / "hashicorp" / "aws" / "5.0.0" / "linux_amd64"
    platform.mkdir(parents=True)
    (platform / "provider").write_text("700 MB")
    (folder / LOCK_FILE).write_text("lock")


def test_init_runs_once_and_a_copy_shares_the_providers(tmp_path: Path) -> None:
    template, calls = a_template(tmp_path), list[Path]()

    def init(folder: Path) -> None:
        calls.append(folder)
        an_init(folder)

    workspaces = Workspaces(tmp_path / "cache")
    assert workspaces.copy(template, "1.11.4", tmp_path / "one", init=init) is False
    assert workspaces.copy(template, "1.11.4", tmp_path / "two", init=init) is True
    assert len(calls) == 1
    assert (tmp_path / "two" / PROVIDERS).is_symlink()
    assert (tmp_path / "two" / LOCK_FILE).read_text() == "lock"
    assert (tmp_path / "two" / "modules" / "main.tf").read_text() == "x"


def test_another_version_template_or_lock_file_is_another_workspace(tmp_path: Path) -> None:
    workspaces, template = Workspaces(tmp_path / "cache"), a_template(tmp_path)
    workspaces.copy(template, "1.11.4", tmp_path / "1", init=an_init)
    assert not workspaces.copy(template, "1.12.0", tmp_path / "2", init=an_init)
    assert not workspaces.copy(template, "1.11.4", tmp_path / "3", init=an_init, lock=b"other")
    a_template(tmp_path, more="y")
    assert not workspaces.copy(template, "1.11.4", tmp_path / "4", init=an_init)


def test_a_failed_init_leaves_nothing(tmp_path: Path) -> None:
    def init(folder: Path) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        Workspaces(tmp_path / "cache").copy(a_template(tmp_path), "1", tmp_path / "into", init=init)
    assert list((tmp_path / "cache" / "workspaces").iterdir()) == []


def test_a_runner_that_comes_second_uses_the_winner_s(tmp_path: Path) -> None:
    workspaces, template = Workspaces(tmp_path / "cache"), a_template(tmp_path)

    def slow_init(folder: Path) -> None:
        an_init(folder)
        workspaces.copy(template, "1", tmp_path / "winner", init=an_init)

    workspaces.copy(template, "1", tmp_path / "second", init=slow_init)
    assert len(list((tmp_path / "cache" / "workspaces").iterdir())) == 1
    assert (tmp_path / "second" / PROVIDERS).resolve() == (tmp_path / "winner" / PROVIDERS).resolve()


def test_a_workspace_whose_provider_is_gone_is_made_again(tmp_path: Path) -> None:
    workspaces, template = Workspaces(tmp_path / "cache"), a_template(tmp_path)
    mirror = tmp_path / "mirror"
    mirror.mkdir()

    def init(folder: Path) -> None:
        version = folder / PROVIDERS / "registry.terraform.io" / "hashicorp" / "aws" / "5.0.0"
        version.mkdir(parents=True)
        (version / "linux_amd64").symlink_to(mirror)

    workspaces.copy(template, "1", tmp_path / "one", init=init)
    mirror.rmdir()
    assert not workspaces.copy(template, "1", tmp_path / "two", init=an_init)


def test_a_digest_depends_on_names_and_bytes_and_not_on_terraform_s_own_folder(tmp_path: Path) -> None:
    template = a_template(tmp_path)
    before = template_digest(template)
    (template / ".terraform").mkdir()
    (template / ".terraform" / "x").write_text("x")
    assert template_digest(template) == before
    (template / "modules" / "main.tf").rename(template / "modules" / "renamed.tf")
    assert template_digest(template) != before
