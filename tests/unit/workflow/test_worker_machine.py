"""The machine that deploys and destroys runners: what it calls, and that it knows every answer."""

import json
import re
from typing import Any

import pytest

from chalicelib.services import worker_words
from chalicelib.services.worker_words import WorkerStep
from tests.support.state_machine import WORKER_ASL

MACHINE: dict[str, Any] = json.loads(WORKER_ASL.read_text())
STATES: dict[str, dict[str, Any]] = MACHINE["States"]
TASKS = {name: state for name, state in STATES.items() if state["Type"] == "Task"}
ENDS = {"success": "Done", "failed": "Job failed", "cancelled": "Cancelled"}


def after(task: str) -> dict[str, str]:
    """Word → state, of the Choice behind a task."""
    choice = STATES[TASKS[task]["Next"]]
    return {rule["StringEquals"]: rule["Next"] for rule in choice["Choices"]}


def test_each_step_is_one_state() -> None:
    assert sorted(task["Parameters"]["Payload"]["step"] for task in TASKS.values()) == sorted(WorkerStep)


@pytest.mark.parametrize("name", sorted(TASKS))
def test_every_task_is_tried_again_and_fails_where_it_can_be_redriven(name: str) -> None:
    task = TASKS[name]
    assert task["Retry"][0]["ErrorEquals"] == ["States.ALL"]
    assert "Catch" not in task
    assert set(task["Parameters"]["Payload"]) == {"job_id.$", "attempt.$", "correlation_id.$", "step"}
    assert not [state for state in STATES.values() if state["Type"] == "Fail"]


@pytest.mark.parametrize("name", sorted(TASKS))
def test_every_end_is_known_and_anything_else_is_superseded(name: str) -> None:
    assert ENDS.items() <= after(name).items()
    assert STATES[TASKS[name]["Next"]]["Default"] == "Superseded"


def test_every_word_is_known_somewhere() -> None:
    words = {value for name, value in vars(worker_words).items() if re.fullmatch("[A-Z]+", name)}
    known = {word for name in TASKS for word in after(name)}
    assert words - known == {worker_words.SUPERSEDED}


def test_whatever_waits_looks_again() -> None:
    waits = {name: state for name, state in STATES.items() if state["Type"] == "Wait"}
    assert all(state["Next"] in TASKS and 10 <= state["Seconds"] <= 60 for state in waits.values())
