"""`alethia specs`: forms that can't be read, edits that are refused, files that can't be written."""

from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from click.testing import CliRunner, Result

from alethia.cli.main import cli
from alethia.cli.specs import parsed, read_form
from alethia.client import Client
from alethia.transport import ApiError, Invalid

SPEC = {"spec_id": "spec-1", "current_rev": 2, "cloud_identity": None, "form": {"region": "eu-west-1"}}


pytestmark = pytest.mark.usefixtures("signed_in")


def run(*command: str) -> Result:
    return CliRunner().invoke(cli, command)


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        (b"\x9b\x00", "in UTF-8"),
        (b"a: [", "can't be read as YAML"),
        (b"a: !!python/object/apply:os.system [ls]", "can't be read as YAML"),
        (b"? [a]\n: 1", "can't be read as YAML"),
        (b"&a [*a]", "can't be read as YAML"),
        (b"[1, 2]", "a mapping"),
        (b"", "a mapping"),
    ],
)
def test_a_file_that_is_no_form_says_why(tmp_path: Path, content: bytes, hint: str) -> None:
    path = tmp_path / "spec.yaml"
    path.write_bytes(content)
    with pytest.raises(click.UsageError, match=hint):
        read_form(path)


def test_what_yaml_takes_for_a_date_is_what_was_written() -> None:
    assert parsed("version: 2026-01-02", "it") == {"version": "2026-01-02"}


def test_a_refused_edit_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    written = "region: mars\n"

    def refuse(*_: Any, **__: Any) -> Any:
        raise Invalid(422, {"error": {"code": "InvalidInput", "message": "no"}})

    monkeypatch.setattr(Client, "spec", lambda *_: SPEC)
    monkeypatch.setattr(Client, "edit_spec", refuse)
    monkeypatch.setattr(click, "edit", lambda *_, **__: written)
    answer = run("specs", "edit", "spec-1")
    assert isinstance(answer.exception, ApiError)
    kept = Path(answer.output.split()[-1])
    assert kept.read_text() == written
    kept.unlink()


def test_a_kubeconfig_is_written_whatever_is_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = {"document": {"kind": "Config"}, "needs": "the AWS CLI"}
    monkeypatch.setattr(Client, "kubeconfig", lambda *_: answer)
    path = tmp_path / "kubeconfig"
    assert run("--json", "specs", "kubeconfig", "spec-1", "-o", str(path)).exit_code == 0
    assert yaml.safe_load(path.read_text()) == answer["document"]
    refused = run("specs", "kubeconfig", "spec-1", "-o", str(tmp_path / "none" / "kubeconfig"))
    assert (refused.exit_code, "can't be written: No such file" in refused.output) == (2, True)
