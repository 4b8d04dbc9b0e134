"""The command: where its settings live, what it says, and the code that it ends with."""

import json
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from click.testing import CliRunner, Result

from alethia.cli import main as run_main
from alethia.cli import output
from alethia.cli.config import Config, read_config, write_config
from alethia.cli.main import cli, explain
from alethia.client import Client
from alethia.transport import ApiError, Invalid, NotAllowed, NotFound, Refused, Unreachable


def test_the_token_is_readable_by_its_owner_only(own_config: Path) -> None:
    write_config(Config(url="http://a", token="secret"))

    assert stat.S_IMODE(own_config.stat().st_mode) == 0o600
    assert read_config() == Config(url="http://a", token="secret")


def test_the_environment_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    write_config(Config(url="http://a", token="one"))
    monkeypatch.setenv("ALETHIA_TOKEN", "two")

    assert read_config() == Config(url="http://a", token="two")


def run(*command: str) -> Result:
    write_config(Config(url="http://127.0.0.1:1", token="t", zone="zone-1"))
    return CliRunner().invoke(cli, command)


def test_json_is_one_document(monkeypatch: pytest.MonkeyPatch) -> None:
    page: dict[str, Any] = {
        "items": [{"zone_id": "zone-1", "name": "demo", "role": "admin"}],
        "next_cursor": None,
    }
    monkeypatch.setattr(Client, "zones", lambda _: page)

    assert json.loads(run("--json", "zones", "list").stdout) == page


def test_a_kubeconfig_is_printed_or_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = {"document": {"apiVersion": "v1", "kind": "Config"}, "needs": "the AWS CLI"}
    monkeypatch.setattr(Client, "kubeconfig", lambda _self, _spec: answer)
    file = tmp_path / "config.yaml"

    printed = run("specs", "kubeconfig", "spec-1").stdout
    said = run("specs", "kubeconfig", "spec-1", "-o", str(file)).stdout

    assert yaml.safe_load(printed) == yaml.safe_load(file.read_text()) == answer["document"]
    assert "the AWS CLI" in said


def test_without_an_address_it_says_how_to_get_one() -> None:
    answer = CliRunner().invoke(cli, ["zones", "list"])

    assert answer.exit_code == 2
    assert "alethia up" in answer.output


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Invalid(422, {"message": "2 fields", "problems": [{"field": "name", "message": "too long"}]}), 3),
        (Refused(409, {"message": "stale", "details": {"changed": ["region"], "run_id": "job-1"}}), 4),
        (NotAllowed(403, {"message": "role"}), 5),
        (NotFound(404, {"message": "none"}), 6),
        (Unreachable("nobody there"), 7),
        (ApiError(500, {"message": "oops", "request_id": "r-1"}), 1),
    ],
)
def test_each_refusal_has_its_code_and_its_words(
    error: Exception, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise error

    write_config(Config(url="http://127.0.0.1:1", token="t"))
    monkeypatch.setattr(Client, "zones", refuse)
    monkeypatch.setattr(sys, "argv", ["alethia", "zones", "list"])

    with pytest.raises(SystemExit) as end:
        run_main()

    assert end.value.code == code
    assert str(error) in capsys.readouterr().err.replace("\n", " ")


def test_a_file_that_cannot_be_used_is_named(
    own_config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own_config.mkdir()
    monkeypatch.setattr(sys, "argv", ["alethia", "zones", "list"])

    with pytest.raises(SystemExit) as end:
        run_main()

    assert end.value.code == 1
    assert capsys.readouterr().err.replace("\n", "") == f"{own_config}: Is a directory"


def test_a_credential_is_not_made_for_a_file_that_cannot_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is shown once: a runner whose credential nobody has could only be rotated."""
    monkeypatch.setattr(Client, "register_runner", lambda *_: pytest.fail("registered"))

    said = run("runner", "register", "build-1", "--credential-file", str(tmp_path / "no" / "token"))

    assert said.exit_code == 2
    assert "no folder" in said.output


def test_a_form_that_is_no_mapping_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text("- just\n- a list\n")

    answer = run("specs", "create", "-f", str(path))

    assert answer.exit_code == 2
    assert "mapping" in answer.output


@pytest.mark.parametrize(
    ("linked", "option", "chosen"),
    [(["one"], (), "one"), (["one", "two"], (), None), (["one", "two"], ("--identity", "two"), "two")],
)
def test_a_new_spec_takes_the_account_that_is_named_or_the_only_one_of_its_cloud(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    linked: list[str],
    option: tuple[str, ...],
    chosen: str | None,
) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text("project_name: shop\n")
    other_cloud = {"identity_id": "other", "provider": "gcp"}
    identities = {"items": [other_cloud, *({"identity_id": name, "provider": "aws"} for name in linked)]}
    monkeypatch.setattr(Client, "identities", lambda *_: identities)
    monkeypatch.setattr(Client, "create_spec", lambda _, __, form: {"spec_id": "spec-1", **form})
    monkeypatch.setattr("alethia.cli.specs.show_spec", lambda _: None)

    answer = run("specs", "create", "-f", str(path), *option)

    assert ("No account is chosen" in answer.output) == (chosen is None)
    made = json.loads(run("--json", "specs", "create", "-f", str(path), *option).stdout)
    assert made.get("cloud_identity") == chosen


def test_a_pulled_state_is_readable_by_its_owner_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulled = {"state": "{}", "sealed": None, "version_id": "v", "serial": 1, "lineage": "l", "sha256": "s"}
    monkeypatch.setattr(Client, "pull_state", lambda *_, **__: pulled)
    target = tmp_path / "state.json"
    target.touch(mode=0o644)

    answer = run("state", "pull", "spec-1", "-o", str(target), "--reason", "a look")

    assert answer.exit_code == 0, answer.output
    assert target.read_text() == "{}"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_an_edit_with_a_file_keeps_the_linked_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    present = {"form": {"region": "a"}, "cloud_identity": "identity-1", "current_rev": 3}
    sent: dict[str, Any] = {}

    def edit(_: Client, _spec: str, form: dict[str, Any], *, current_rev: int) -> dict[str, Any]:
        sent.update(form, rev=current_rev)
        return present

    monkeypatch.setattr(Client, "spec", lambda *_: present)
    monkeypatch.setattr(Client, "edit_spec", edit)
    path = tmp_path / "spec.yaml"
    path.write_text("region: b\n")

    assert run("specs", "edit", "spec-1", "-f", str(path)).exit_code == 0
    assert sent == {"cloud_identity": "identity-1", "region": "b", "rev": 3}


def test_json_can_be_asked_for_before_and_after_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Client, "spec", lambda *_: {"spec_id": "spec-1"})
    for words in (["--json", "specs", "show", "spec-1"], ["specs", "show", "spec-1", "--json"]):
        assert json.loads(run(*words).stdout) == {"spec_id": "spec-1"}


def commands(group: click.Group, path: str = "alethia") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        yield f"{path} {name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")


def test_every_command_and_option_says_what_it_is_for() -> None:
    silent = [path for path, command in commands(cli) if not command.help]
    silent += [
        f"{path} {option.opts[-1]}"
        for path, command in commands(cli)
        for option in command.params
        if isinstance(option, click.Option) and not option.help and not option.hidden
    ]
    assert silent == []


def test_a_list_of_commands_has_whole_sentences() -> None:
    for path, command in [("alethia", cli), *commands(cli)]:
        if isinstance(command, click.Group):
            shown = CliRunner().invoke(command, ["--help"]).stdout.partition("Commands:")[2]
            assert shown, path
            assert "..." not in shown, path


def test_what_a_row_is_called_is_never_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is copied into the next command, and a terminal has eighty columns."""
    items = [
        {
            "identity_id": "identity-0qgb4wzhgnzhk8zap9d8",
            "name": "Emulated Azure subscription",
            "provider": "azure",
            "account_id": "3f1d9a52-0000-4000-8000-5e1a7b1e0000",
            "method": "federation",
            "status": "VERIFIED",
            "tested_at": None,
        }
    ]
    monkeypatch.setattr(Client, "identities", lambda *_: {"items": items, "next_cursor": None})
    monkeypatch.setattr(output.console, "_width", 80)

    assert "identity-0qgb4wzhgnzhk8zap9d8 " in run("identities", "list").stdout


@pytest.mark.parametrize("url", ["alethia.example.com", "ftp://example.com", ""])
def test_an_address_that_is_none_is_told_at_once(url: str) -> None:
    with pytest.raises(Unreachable, match=f"{url} is no address of an Alethia"):
        Client(url, "t")


@pytest.mark.parametrize("name", ["../elsewhere", "", "/tmp", "a b"])
def test_a_stacks_name_leads_nowhere_else(name: str) -> None:
    said = run("up", "--name", name)

    assert said.exit_code == 2
    assert "letters, digits" in said.output


@pytest.mark.parametrize("command", [["runs", "watch", "job-1"], ["logs", "-f", "job-1"]])
def test_who_stops_watching_is_told_that_it_goes_on(
    command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_client: Client, _job: str) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(Client, "run", lambda *_: {"run_id": "job-1", "status": "APPLYING"})
    monkeypatch.setattr(Client, "job", interrupted)
    monkeypatch.setattr("time.sleep", lambda _: interrupted(*2 * [None]))  # type: ignore[list-item]

    said = run(*command)

    assert said.exit_code == 130
    assert "it goes on" in said.stderr
    assert "alethia cancel job-1" in said.stderr


def test_cancelling_a_run_cancels_what_it_is_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own id is its plan's, which ended long ago."""

    def cancel(_client: Client, job_id: str) -> Any:
        return {"job_id": job_id, "status": "PROCESSING"}

    def found(_client: Client, run_id: str) -> Any:
        if run_id == "job-alone":
            raise NotFound(404, {})
        return {"run_id": run_id, "apply_job_id": "job-2" if run_id == "job-1" else None}

    monkeypatch.setattr(Client, "run", found)
    monkeypatch.setattr(Client, "cancel", cancel)

    for named, meant in (("job-1", "job-2"), ("job-3", "job-3"), ("job-alone", "job-alone")):
        assert run("cancel", named).stdout == f"Cancel requested: {meant}  PROCESSING\n"


def test_a_refusal_of_one_field_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    said = "must be the account's 12 digits"
    problem = {"field": "account_id", "message": said}

    explain(Invalid(422, {"message": said, "field": "account_id", "problems": [problem]}))

    assert capsys.readouterr().err == f"  account_id: {said}\n"


def test_a_secret_is_read_from_the_input_where_nobody_can_type(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(Client, "me", lambda _: {"user": "anna"})
    monkeypatch.setattr(Client, "__init__", lambda _self, _url, token: asked.append(token))
    for given in ("a-token\n", ""):
        said = CliRunner().invoke(cli, ["login", "http://127.0.0.1:1"], input=given)
    assert asked == ["a-token"]
    assert "standard input" in said.output


def test_whoever_is_in_no_zone_is_told_the_ways_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Client, "zones", lambda _: {"items": []})
    write_config(Config(url="http://127.0.0.1:1", token="t"))

    said = CliRunner().invoke(cli, ["specs", "list"]).output

    assert "alethia zones create" in said
    assert "alethia invitations accept" in said
