"""The state machines' files: valid ASL, and shaped as both emulator and AWS need it."""

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
from tests.support.state_machine import ASL, WORKER_ASL

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


def filled(file: Path = ASL) -> dict[str, Any]:
    """The file as a deployment fills it."""
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:any"
    definition: dict[str, Any] = json.loads(re.sub(r"\$\{\w+Arn\}", arn, file.read_text()))
    return definition


@pytest.mark.parametrize("file", [ASL, WORKER_ASL], ids=lambda file: file.stem)
def test_it_is_valid_amazon_states_language(file: Path, tmp_path: Path) -> None:
    assert lint(filled(file), tmp_path) == ""


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
def test_every_task_is_retried_and_only_one_that_asks_for_a_runner_may_fail_the_run(name: str) -> None:
    task = TASKS[name]
    assert task["Retry"][0]["ErrorEquals"] == ["States.ALL"]
    caught = [(catch["ErrorEquals"], catch["Next"]) for catch in task.get("Catch", ())]
    assert caught == ([(["States.ALL"], "Mark run")] if "DispatchRunner" in str(task) else [])
    assert re.fullmatch(r"arn:aws:states:::lambda:invoke(\.waitForTaskToken)?", task["Resource"])
    assert "HeartbeatSeconds" not in task
    assert ("TimeoutSeconds" in task) is task["Resource"].endswith("waitForTaskToken")


def test_an_execution_fails_only_where_it_can_be_redriven() -> None:
    assert [name for name, state in STATES.items() if state["Type"] == "Fail"] == []


def test_ids_and_links_stay_beside_every_state() -> None:
    again = STATES["Take it up again"]["Parameters"]
    assert set(again) == {"run_id.$", "generation.$", "correlation_id.$", "about.$", "resume.$"}
    for name, task in TASKS.items():
        assert task["ResultPath"] == "$.step", name
        payload = task["Parameters"].get("Payload", {})
        assert payload.get("correlation_id.$") == "$.correlation_id" or name == "Mark run"


def test_every_function_that_it_calls_is_one_of_the_apps() -> None:
    called = set(re.findall(r"\$\{(\w+)Arn\}", ASL.read_text() + WORKER_ASL.read_text()))
    names = {re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower() for name in called}
    handlers = {function.handler_string for function in app.app.pure_lambda_functions}
    assert {f"app.{name}" for name in names} <= handlers
    others = {"app.reconcile", "app.task_stopped", "app.rotate_runner_credential"}
    assert handlers - {f"app.{name}" for name in names} == others
    assert all(getattr(app, name) is getattr(steps, name) for name in names)
