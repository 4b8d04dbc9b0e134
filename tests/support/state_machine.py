"""Step Functions in memory: walks the real ASL file, calling the app's real functions.

:class:`PlayedStepFunctions` is a :class:`~chalicelib.services.ports.workflow.Workflow`. Nothing happens until
:meth:`play`, so a test decides what comes between two steps. It can do what goes wrong in life: ``lose`` an
execution (an engine's restart), ``abort`` it (an operator), ``time_out`` a waiting step, ``deafen`` the bell.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chalicelib.services.execution_input import Links, of_run
from chalicelib.services.ports.runs import RunRecord
from chalicelib.services.ports.workflow import Execution, ExecutionStatus, Resume

ASL = Path(__file__).resolve().parents[2] / "cdk" / "state_machines" / "plan_review_apply.asl.json"

Function = Callable[[dict[str, Any], Any], Any]


@dataclass
class Played:
    """One execution."""

    name: str
    state: str
    data: dict[str, Any]
    status: ExecutionStatus = ExecutionStatus.RUNNING
    error: str | None = None
    token: str | None = None
    """Set while it waits."""
    rung: dict[str, Any] | None = None
    path: list[str] = field(default_factory=list)


class PlayedStepFunctions:
    """Executions by name, and the tokens that they wait on."""

    def __init__(self, functions: dict[str, Function]) -> None:
        self.machine: dict[str, Any] = json.loads(ASL.read_text())
        self.functions = functions
        self.executions: dict[str, Played] = {}
        self.deaf = False
        self.failing: dict[str, int] = {}
        """Function → how many of its next calls fail."""
        self.available = True
        self._tokens = 0

    # --- the port -------------------------------------------------------------------------------------------

    def start(self, run: RunRecord, resume: Resume) -> None:
        from chalicelib.domain.errors import Unavailable

        if not self.available:
            raise Unavailable("The workflow did not answer.")
        data = of_run(run, resume, Links(api_url="https://api.test"))
        name = f"{run.run_id}-{run.generation}"
        self.executions.setdefault(name, Played(name, self.machine["StartAt"], data))

    def describe(self, run_id: str, generation: int) -> Execution:
        found = self.executions.get(f"{run_id}-{generation}")
        if found is None:
            return Execution(status=ExecutionStatus.NOT_FOUND)
        return Execution(status=found.status, error=found.error)

    def ring(self, task_token: str, outcome: str) -> bool:
        if self.deaf:
            return False
        for execution in self.executions.values():
            if execution.token == task_token and execution.status is ExecutionStatus.RUNNING:
                execution.rung = {"outcome": outcome}
                return True
        return False

    # --- what goes wrong ------------------------------------------------------------------------------------

    def lose(self) -> None:
        """The engine restarts: whatever ran is gone."""
        self._end_all(ExecutionStatus.FAILED, "States.ServiceRestart")

    def abort(self) -> None:
        """An operator stops every execution."""
        self._end_all(ExecutionStatus.ABORTED, None)

    def time_out(self) -> None:
        """Whatever waits has waited too long: the step is tried again, with a new token."""
        for execution in self.executions.values():
            if execution.token:
                execution.token = execution.rung = None

    def _end_all(self, status: ExecutionStatus, error: str | None) -> None:
        for execution in self.executions.values():
            if execution.status is ExecutionStatus.RUNNING:
                execution.status, execution.error, execution.token = status, error, None

    # --- playing --------------------------------------------------------------------------------------------

    @property
    def running(self) -> list[Played]:
        return [found for found in self.executions.values() if found.status is ExecutionStatus.RUNNING]

    def play(self, most: int = 200) -> None:
        """Go on until every execution waits or has ended."""
        for _ in range(most):
            ready = [found for found in self.running if found.token is None or found.rung is not None]
            if not ready:
                return
            for execution in ready:
                self._step(execution)
        raise AssertionError(f"the machine goes in circles: {[found.path[-12:] for found in self.running]}")

    def _step(self, execution: Played) -> None:
        state = self.machine["States"][execution.state]
        if execution.rung is not None:
            self._leave(execution, state, execution.rung)
            return
        execution.path.append(execution.state)
        match state["Type"]:
            case "Choice":
                execution.state = _choose(state, execution.data)
            case "Pass":
                execution.data = _filled(state["Parameters"], execution.data, None)
                execution.state = state["Next"]
            case "Wait":
                execution.state = state["Next"]
            case "Succeed":
                execution.status = ExecutionStatus.SUCCEEDED
            case "Fail":
                execution.status, execution.error = ExecutionStatus.FAILED, state["Error"]
            case "Task":
                self._task(execution, state)

    def _task(self, execution: Played, state: dict[str, Any]) -> None:
        waits = state["Resource"].endswith(".waitForTaskToken")
        answer: Any = None
        for tries_left in range(state["Retry"][0]["MaxAttempts"], -1, -1):
            self._tokens += 1
            execution.token = f"token-{self._tokens}" if waits else None
            parameters = _filled(state["Parameters"], execution.data, execution.token)
            name = _function_of(parameters["FunctionName"])
            try:
                if self.failing.get(name, 0) > 0:
                    self.failing[name] -= 1
                    raise RuntimeError(f"{name} is made to fail")
                answer = self.functions[name](json.loads(json.dumps(parameters["Payload"])), None)
                break
            except Exception as error:
                if tries_left == 0:
                    self._catch(execution, state, error)
                    return
        if not waits:
            json.dumps(answer)
            self._leave(execution, state, _filled(state["ResultSelector"], {"Payload": answer}, None))

    def _leave(self, execution: Played, state: dict[str, Any], result: Any) -> None:
        execution.data[state["ResultPath"].removeprefix("$.")] = result
        execution.token = execution.rung = None
        execution.state = state["Next"]

    def _catch(self, execution: Played, state: dict[str, Any], error: Exception) -> None:
        execution.token = None
        if "Catch" not in state:
            execution.status, execution.error = ExecutionStatus.FAILED, type(error).__name__
            return
        cause = {"errorMessage": str(error), "errorType": type(error).__name__}
        execution.data["error"] = {"Error": type(error).__name__, "Cause": json.dumps(cause)}
        execution.state = state["Catch"][0]["Next"]


def _function_of(placeholder: str) -> str:
    """``${RecordPlanArn}`` → ``record_plan``."""
    name = placeholder.removeprefix("${").removesuffix("Arn}")
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _filled(template: Any, data: dict[str, Any], token: str | None) -> Any:
    if not isinstance(template, dict):
        return template
    filled = {}
    for key, value in template.items():
        if key.endswith(".$"):
            filled[key[:-2]] = token if value == "$$.Task.Token" else _at(data, value)
        else:
            filled[key] = _filled(value, data, token)
    return filled


def _at(data: dict[str, Any], path: str) -> Any:
    found: Any = data
    for part in path.removeprefix("$").split("."):
        found = found[part] if part else found
    return found


def _choose(state: dict[str, Any], data: dict[str, Any]) -> str:
    for rule in state["Choices"]:
        if _at(data, rule["Variable"]) == rule["StringEquals"]:
            return str(rule["Next"])
    return str(state["Default"])
