"""The runner's image, built from its Dockerfile and looked into: about a minute, as root on a Debian."""

import importlib.metadata
import re
from pathlib import Path

import pytest

from runner_task.image.pins import read_pins
from tests.support.runner_image import CannotBuild, Image, built

SETUID = 0o6000
FOR_OTHERS_TO_WRITE = 0o002
MIB = 2**20
LARGEST = 1000
"""MiB of everything that we add to the base; 675 of it are the AWS provider."""


@pytest.mark.image
def test_the_image_is_built_fit_for_a_job_and_holds_nothing_else(tmp_path: Path) -> None:
    """One test, and not several: its image is made once, whatever worker takes which test."""
    try:
        with built(tmp_path / "image") as image, image.mounted() as root:
            is_configured(image)
            passes_its_self_test(image, root)
            says_what_it_lacks(image, root)
            is_what_its_bill_of_materials_says(image, root)
            can_be_changed_by_nobody(root)
            keeps_no_trace_of_its_build(root)
    except CannotBuild as reason:
        pytest.skip(f"No image is built here: {reason}.")


def is_configured(image: Image) -> None:
    config = image.config
    assert config["User"] == "65532:65532" and config["StopSignal"] == "SIGTERM"
    assert list(config["Volumes"]) == ["/work"]
    assert config["Entrypoint"] == ["python3", "-m", "runner_task"] and not config.get("Cmd")
    assert "127.0.0.1" not in str(config)


def passes_its_self_test(image: Image, root: Path) -> None:
    tested = image.inside(root, "--self-test")
    assert tested.code == 0, tested.output
    *lines, last = tested.output.splitlines()
    assert all(line.startswith("ok") for line in lines), tested.output
    assert last == f"{len(lines)} checks, 0 failed."
    for tool in read_pins().tools:
        assert re.search(rf"^ok +{tool.name} +{re.escape(tool.version)}, ", tested.output, re.M), tool
    assert "hashicorp/aws 5.100.0, without network" in tested.output


def says_what_it_lacks(image: Image, root: Path) -> None:
    without_a_job = image.inside(root)
    assert without_a_job.code == 1
    assert "ALETHIA_RUNNER_CREDENTIAL is not set" in without_a_job.output
    assert "Traceback" not in without_a_job.output


def is_what_its_bill_of_materials_says(image: Image, root: Path) -> None:
    """The packages that were installed are the ones that were listed."""
    listed = {
        (one["name"], one["version"])
        for one in image.bill_of_materials["components"]
        if one["type"] == "library"
    }
    found = importlib.metadata.distributions(path=[str(root / "opt/alethia/python")])
    assert {(one.name.lower().replace("_", "-"), one.version) for one in found} == listed


def can_be_changed_by_nobody(root: Path) -> None:
    scratch = (root / "work").stat()
    assert (scratch.st_uid, scratch.st_gid) == (65532, 65532) and list((root / "work").iterdir()) == []
    added = [path for top in ("opt/alethia", "usr/local/bin") for path in (root / top).rglob("*")]
    for path in added:
        found = path.lstat()
        assert found.st_uid == 0 and not found.st_mode & (SETUID | FOR_OTHERS_TO_WRITE), path
        assert found.st_mode & 0o444 == 0o444, path
    size = sum(path.lstat().st_size for path in added if path.is_file()) / MIB
    assert size < LARGEST, f"{size:.0f} MiB"


def keeps_no_trace_of_its_build(root: Path) -> None:
    assert not (root / "etc/pip.conf").exists() and not (root / "build").exists()
    assert not list((root / "opt/alethia/app").rglob("Dockerfile*"))
    names = {path.name for path in (root / "opt/alethia/app/chalicelib").iterdir()}
    assert names == {"__init__.py", "__pycache__", "domain", "providers"}
    services = {path.name for path in (root / "opt/alethia/python/botocore/data").iterdir() if path.is_dir()}
    assert services == {"ec2", "iam", "route53", "sts"}
