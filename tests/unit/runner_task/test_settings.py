"""The runner's environment, read once; its credential does not stay there."""

from pathlib import Path

import pytest

from runner_task.errors import BadSettings
from runner_task.settings import read_settings


def an_environment(**changes: str) -> dict[str, str]:
    base = {
        "ALETHIA_JOB_ID": "job-1",
        "ALETHIA_ATTEMPT": "2",
        "ALETHIA_API_URL": "https://api.example/",
        "ALETHIA_RUNNER_CREDENTIAL": "canary",
        "PATH": "/bin",
        "HOME": "/home/runner",
        "UNRELATED_SECRET": "canary",
    }
    return base | changes


def test_the_credential_is_taken_out_of_the_environment_and_not_shown() -> None:
    environment = an_environment()
    settings = read_settings(environment)
    assert settings.credential == "canary" and "ALETHIA_RUNNER_CREDENTIAL" not in environment
    assert "canary" not in repr(settings)


def test_children_inherit_by_allow_list() -> None:
    assert read_settings(an_environment(LANG="C")).inherited == {
        "PATH": "/bin",
        "HOME": "/home/runner",
        "LANG": "C",
    }


def test_stand_ins_of_providers_are_for_played_clouds_alone() -> None:
    """A shell that sourced an embedded stack's runner.env may later start a runner of a real deployment."""
    attached = {"TF_REATTACH_PROVIDERS": "{}"}
    assert "TF_REATTACH_PROVIDERS" not in read_settings(an_environment(**attached)).inherited
    played = an_environment(**attached, ALETHIA_REST_STAND_IN_URL="http://127.0.0.1:1")
    assert read_settings(played).inherited["TF_REATTACH_PROVIDERS"] == "{}"


@pytest.mark.parametrize(
    "name", ["ALETHIA_JOB_ID", "ALETHIA_ATTEMPT", "ALETHIA_API_URL", "ALETHIA_RUNNER_CREDENTIAL"]
)
def test_what_is_missing_is_named(name: str) -> None:
    with pytest.raises(BadSettings, match=name):
        read_settings(an_environment(**{name: ""}))


def test_terraform_s_own_variable_counts_only_when_its_file_is_there(tmp_path: Path) -> None:
    assert read_settings(an_environment(TF_CLI_CONFIG_FILE=str(tmp_path / "no"))).cli_config is None
    there = tmp_path / "rc"
    there.touch()
    assert read_settings(an_environment(TF_CLI_CONFIG_FILE=str(there))).cli_config == there
    ours = read_settings(an_environment(ALETHIA_TF_CLI_CONFIG_FILE="/x", TF_CLI_CONFIG_FILE=str(there)))
    assert ours.cli_config == Path("/x")
