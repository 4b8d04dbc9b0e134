"""The file that makes a shell ready for a runner of its own."""

import subprocess
from pathlib import Path

from alethia.embedded.runner_env import write_runner_env

ENVIRON = {
    "ALETHIA_TERRAFORM": "/a folder/terraform",
    "AWS_SECRET_ACCESS_KEY": "canary",
    "HOME": "/nowhere",
}


def test_a_shell_takes_it_in_whatever_the_paths(tmp_path: Path) -> None:
    write_runner_env(tmp_path / "env", ENVIRON, real_aws=False)
    script = '. "$0"; echo "$ALETHIA_TERRAFORM"'
    said = subprocess.run(
        ["sh", "-c", script, str(tmp_path / "env")], capture_output=True, text=True, check=True
    )
    assert said.stdout == "/a folder/terraform\n"
    assert "HOME" not in (tmp_path / "env").read_text()


def test_a_persons_own_credentials_are_not_written_down(tmp_path: Path) -> None:
    write_runner_env(tmp_path / "env", ENVIRON, real_aws=True)
    assert "canary" not in (tmp_path / "env").read_text()
