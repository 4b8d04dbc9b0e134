"""What a self-test finds in a container that is as it should be, and in one that is not."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from runner_task import __main__ as program
from runner_task import self_test as module
from runner_task.image.pins import Pins, read_pins
from runner_task.self_test import Unfit, in_its_version, initialises, read_only_root, scratch, self_test, user
from runner_task.settings import Places

PINS = read_pins()
TOOLS = {tool.name: tool for tool in PINS.tools}
SAID = {
    "terraform": '{{"terraform_version": "{}", "platform": "linux_arm64"}}',
    "infracost": "Infracost v{}",
    "helm": "v{}+g3d8990f",
    "kubectl": '{{"clientVersion": {{"gitVersion": "v{}"}}, "kustomizeVersion": "v5.7.1"}}',
}


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """A machine on which everything is in its place; terraform notes what it was asked, and with what."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, tool in TOOLS.items():
        asked = f'printf "%s\\n" "$*" >> {tmp_path}/asked.{name}; env > {tmp_path}/environment.{name}'
        printed = SAID[name].format(tool.version)
        (programs / name).write_text(f"#!/bin/sh\n{asked}\necho '{printed}'\n")
        (programs / name).chmod(0o755)
    template = tmp_path / "templates" / "aws"
    template.mkdir(parents=True)
    (template / "main.tf").write_text("# nothing\n")
    lock = (
        'provider "registry.terraform.io/hashicorp/aws" {\n  version = "5.100.0"\n  hashes = ["zh:aa"]\n}\n'
    )
    (template / ".terraform.lock.hcl").write_text(lock)
    inherited = {"PATH": f"{programs}{os.pathsep}{os.defpath}", "HTTPS_PROXY": "http://proxy.test"}
    return Places(template.parent, tmp_path / "cache", tmp_path / "jobs", inherited=inherited)


@pytest.fixture
def of_a_container(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests may run as root, on a disk that can be written."""
    monkeypatch.setattr(os, "geteuid", lambda: 65532)
    monkeypatch.setattr(module, "NOT_FOR_WRITING", ("/proc",))


@pytest.mark.usefixtures("of_a_container")
def test_a_container_as_it_should_be_is_fit(places: Places) -> None:
    lines: list[str] = []
    assert self_test(places, lines.append)
    assert lines[-1] == "10 checks, 0 failed." and all(line.startswith("ok") for line in lines[:-1])
    assert any("hashicorp/aws 5.100.0, without network" in line for line in lines)


@pytest.mark.usefixtures("of_a_container")
def test_every_other_check_is_told_when_one_fails(places: Places, tmp_path: Path) -> None:
    (tmp_path / "bin" / "helm").unlink()
    lines: list[str] = []
    assert not self_test(replace(places, inherited={"PATH": f"{tmp_path}/bin:/bin"}), lines.append)
    assert lines[-1] == "10 checks, 1 failed."
    assert [line.split() for line in lines if line.startswith("FAIL")] == [
        ["FAIL", "helm", "is", "not", "there"]
    ]


@pytest.mark.parametrize("name", TOOLS)
def test_a_tool_in_another_version_is_told_with_both(places: Places, name: str) -> None:
    other = replace(TOOLS[name], version="0.0.1")
    with pytest.raises(Unfit, match=rf"{name} is {TOOLS[name].version}; pinned is 0\.0\.1"):
        in_its_version(other, places)


def test_a_tool_that_fails_says_why(places: Places, tmp_path: Path) -> None:
    (tmp_path / "bin" / "kubectl").write_text("#!/bin/sh\necho 'exec format error' >&2\nexit 126\n")
    with pytest.raises(Unfit, match="exec format error"):
        in_its_version(TOOLS["kubectl"], places)


def test_a_template_is_initialised_in_a_copy_with_no_way_out(places: Places, tmp_path: Path) -> None:
    initialises(places.templates_dir / "aws", places)
    asked = (tmp_path / "asked.terraform").read_text().splitlines()
    assert asked == ["init -backend=false -no-color", "validate -no-color"]
    environment = (tmp_path / "environment.terraform").read_text()
    assert "HTTPS_PROXY=http://127.0.0.1:9" in environment and "proxy.test" not in environment
    assert sorted(path.name for path in (places.templates_dir / "aws").iterdir()) == [
        ".terraform.lock.hcl",
        "main.tf",
    ]
    assert list(places.work_dir.iterdir()) == []


def test_a_provider_that_is_not_in_the_mirror_fails_with_terraforms_words(
    places: Places, tmp_path: Path
) -> None:
    (tmp_path / "bin" / "terraform").write_text(
        "#!/bin/sh\nprintf '╷\\n│ Error: Failed to query available provider packages\\n╵\\n' >&2\nexit 1\n"
    )
    with pytest.raises(Unfit, match=r"init .* failed: Error: Failed to query available provider packages$"):
        initialises(places.templates_dir / "aws", places)


def test_another_provider_than_the_locked_one_is_told(places: Places, tmp_path: Path) -> None:
    changes = "sed -i s/5.100.0/5.99.0/ .terraform.lock.hcl"
    (tmp_path / "bin" / "terraform").write_text(f"#!/bin/sh\n{changes}\n")
    with pytest.raises(Unfit, match="other providers than the locked ones"):
        initialises(places.templates_dir / "aws", places)


def test_root_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(Unfit, match="the runner is root"):
        user()


def test_a_root_that_can_be_written_is_told_by_its_folders(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(module, "NOT_FOR_WRITING", (str(tmp_path), "/proc", "/not-there"))
    with pytest.raises(Unfit, match=f"^{tmp_path} can be written; start the container with a read-only root"):
        read_only_root()


def test_a_scratch_that_can_not_be_written_is_told(places: Places) -> None:
    with pytest.raises(Unfit, match=r"/proc/jobs can't be written: .*; mount a volume there"):
        scratch(replace(places, work_dir=Path("/proc/jobs")))


def test_a_temporary_folder_must_leave_room_for_a_plugins_socket(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("long" * 30)
    deep.mkdir()
    monkeypatch.setattr(module.tempfile, "gettempdir", lambda: str(deep))
    with pytest.raises(Unfit, match="too long a name for a plugin's socket"):
        scratch(places)


@pytest.mark.parametrize(("fit", "code"), [(True, 0), (False, 1)])
def test_the_exit_code_says_the_result(
    fit: bool, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stand_in(places: Places, write: Callable[[str], None], pins: Pins | None = None) -> bool:
        write("a line")
        return fit

    monkeypatch.setattr(program, "self_test", stand_in)
    assert program.main(["--self-test"]) == code
    assert capsys.readouterr().out == "a line\n"


def test_any_other_argument_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["--job", "job-1"]) == 2
    assert "the only argument is --self-test" in json.loads(capsys.readouterr().out)["message"]
