"""The state machine's file: valid ASL, and shaped as both emulator and AWS need it."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import app
from chalicelib.services.ports.workflow import Resume
from chalicelib.workflow import steps
from tests.support.state_machine import ASL

VALIDATOR = Path(__file__).parents[3] / "node_modules" / ".bin" / "asl-validator"
MACHINE: dict[str, Any] = json.loads(ASL.read_text())
STATES: dict[str, dict[str, Any]] = MACHINE["States"]
TASKS = {name: state for name, state in STATES.items() if state["Type"] == "Task"}


def lint(definition: dict[str, Any], folder: Path) -> str:
    """What asl-validator (npm) says of a definition; empty when it is valid."""
    file = folder / "machine.asl.json"
    file.write_text(json.dumps(definition))
    node = shutil.which("node")
    assert node, "the tests need Node.js; `make` installs the rest"
    ran = subprocess.run(
        [node, str(VALIDATOR), "--json-path", str(file)], capture_output=True, text=True, check=False
    )
    return "" if ran.returncode == 0 else ran.stdout + ran.stderr


def filled() -> dict[str, Any]:
    """The file as a deployment fills it."""
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:any"
    definition: dict[str, Any] = json.loads(re.sub(r"\$\{\w+Arn\}", arn, ASL.read_text()))
    return definition


def test_it_is_valid_amazon_states_language(tmp_path: Path) -> None:
    assert lint(filled(), tmp_path) == ""


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda states: states["Pause"].update(Next="Nowhere"), "Nowhere"),
        (lambda states: states["Record plan"].pop("Resource"), "Record plan"),
        (lambda states: states["Pause"].update(Seconds="ten"), "Pause"),
        (lambda states: states["What was decided?"].pop("Choices"), "What was decided?"),
    ],
)
def test_the_linter_would_see_a_mistake(spoil: Any, complaint: str, tmp_path: Path) -> None:
    definition = filled()
    spoil(definition["States"])
    assert complaint in lint(definition, tmp_path)


def test_its_first_state_knows_every_step_at_which_a_run_can_stand() -> None:
    first = STATES[MACHINE["StartAt"]]
    words = {choice["StringEquals"] for choice in first["Choices"]}
    assert words | {Resume.MARK} == set(Resume)
    assert first["Default"] == "Mark run"


@pytest.mark.parametrize("name", sorted(TASKS))
def test_every_task_is_retried_and_every_failure_ends_in_the_mark(name: str) -> None:
    task = TASKS[name]
    assert task["Retry"][0]["ErrorEquals"] == ["States.ALL"]
    if name != "Mark run":
        assert [(catch["ErrorEquals"], catch["Next"]) for catch in task["Catch"]] == [
            (["States.ALL"], "Mark run")
        ]
    assert re.fullmatch(r"arn:aws:states:::lambda:invoke(\.waitForTaskToken)?", task["Resource"])
    assert "HeartbeatSeconds" not in task
    assert ("TimeoutSeconds" in task) is task["Resource"].endswith("waitForTaskToken")


def test_every_function_that_it_calls_is_one_of_the_apps() -> None:
    called = set(re.findall(r"\$\{(\w+)Arn\}", ASL.read_text()))
    names = {re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower() for name in called}
    handlers = {function.handler_string for function in app.app.pure_lambda_functions}
    assert {f"app.{name}" for name in names} <= handlers
    assert handlers - {f"app.{name}" for name in names} == {"app.reconcile", "app.task_stopped"}
    assert all(getattr(app, name) is getattr(steps, name) for name in names)
