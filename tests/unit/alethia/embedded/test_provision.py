"""The state machines' files, as the embedded stack makes machines of them."""

import json
from pathlib import Path

import pytest

from alethia.embedded import provision
from alethia.embedded.errors import StackError

FILES = sorted(provision.MACHINES.glob("*.asl.json"))


def test_there_is_a_file_for_each_machine_that_settings_name() -> None:
    names = {file.name.removesuffix(".asl.json") for file in FILES}

    assert {provision.PLAN_REVIEW_APPLY, provision.WORKER_STACK} <= names


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_function_of_a_machine_is_there_and_its_waits_are_short(file: Path) -> None:
    functions = {f"{name}Arn": provision.function_arn(name) for name in provision.handlers()}

    machine = json.loads(provision.hurried(provision.fill(file.read_text(), functions)))

    waits = [state for state in machine["States"].values() if state["Type"] == "Wait"]
    assert waits
    assert all(state["Seconds"] <= provision.WAIT_SECONDS for state in waits)


def test_a_name_without_a_value_is_an_error() -> None:
    with pytest.raises(StackError, match=r"wants \$\{NobodyArn\}"):
        provision.fill('{"FunctionName": "${NobodyArn}"}', {})
