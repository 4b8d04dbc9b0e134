"""Step Functions in memory: walks the real ASL files, calling the app's real functions.

:class:`PlayedStepFunctions` is a :class:`~chalicelib.services.ports.workflow.Workflow`. Nothing happens until
:meth:`play`, so a test decides what comes between two steps. It can do what goes wrong in life: ``lose`` an
execution (an engine's restart), ``abort`` it (an operator), ``time_out`` a waiting step, ``break_at`` a
state, ``deafen`` the bell. And what an operator does about it: ``redrive``.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chalicelib.domain.errors import Unavailable
from chalicelib.services.execution_input import Links, of_run, of_worker
from chalicelib.services.ports.jobs import JobRecord
from chalicelib.services.ports.runs import RunRecord
from chalicelib.services.ports.workflow import Execution, ExecutionStatus, Resume

MACHINES = Path(__file__).resolve().parents[2] / "cdk" / "state_machines"
ASL = MACHINES / "plan_review_apply.asl.json"
WORKER_ASL = MACHINES / "worker_stack.asl.json"
ASL_STATES: dict[str, dict[str, Any]] = json.loads(ASL.read_text())["States"]

Function = Callable[[dict[str, Any], Any], Any]


@dataclass
class Played:
    """One execution."""

    name: str
    state: str
    data: dict[str, Any]
    status: ExecutionStatus = ExecutionStatus.RUNNING
    error: str | None = None
    cause: str | None = None
    token: str | None = None
    """Set while it waits."""
    rung: dict[str, Any] | None = None
    machine: dict[str, Any] = field(default_factory=dict, repr=False)
    path: list[str] = field(default_factory=list)


class PlayedStepFunctions:
    """Executions by name, and the tokens that they wait on."""

    def __init__(self, functions: dict[str, Function]) -> None:
        self.machine: dict[str, Any] = json.loads(ASL.read_text())
        self.worker_machine: dict[str, Any] = json.loads(WORKER_ASL.read_text())
        self.on_wait: Callable[[int], object] = lambda seconds: None
        """Called by Wait states, which end at once."""
        self.functions = functions
        self.executions: dict[str, Played] = {}
        self.deaf = False
        self.failing: dict[str, int] = {}
        """Function → how many of its next calls fail."""
        self.available = True
        self._breaks_at: set[str] = set()
        self._tokens = 0

    # --- the port -------------------------------------------------------------------------------------------

    def start(self, run: RunRecord, resume: Resume) -> None:
        if not self.available:
            raise Unavailable("The workflow did not answer.")
        data = of_run(run, resume, Links(api_url="https://api.test"))
        name = f"{run.run_id}-{run.generation}"
        self._begin(self.machine, name, data)

    def describe(self, run_id: str, generation: int) -> Execution:
        found = self.executions.get(f"{run_id}-{generation}")
        if found is None:
            return Execution(status=ExecutionStatus.NOT_FOUND)
        return Execution(status=found.status, error=found.error, cause=found.cause)

    def start_worker(self, job: JobRecord, attempt: int) -> None:
        if not self.available:
            raise Unavailable("The workflow did not answer.")
        data = of_worker(job, attempt, Links(api_url="https://api.test"))
        self._begin(self.worker_machine, f"{job.job_id}-{attempt}", data)

    def describe_worker(self, job_id: str, attempt: int) -> Execution:
        return self.describe(job_id, attempt)

    def _begin(self, machine: dict[str, Any], name: str, data: dict[str, Any]) -> None:
        self.executions.setdefault(name, Played(name, machine["StartAt"], data, machine=machine))

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

    def break_at(self, *states: str) -> None:
        """The next execution that comes to one of `states` fails there; each breaks once."""
        self._breaks_at.update(states)

    def redrive(self, name: str) -> None:
        """An operator's: it goes on in the state where it ended, with that state's own input.

        As Step Functions documents it: tasks are scheduled anew, choices made anew, a Fail state fails again;
        what SUCCEEDED can't be redriven. Definition and name stay.
        """
        execution = self.executions[name]
        assert execution.status in (ExecutionStatus.FAILED, ExecutionStatus.ABORTED), execution.status
        execution.status, execution.error = ExecutionStatus.RUNNING, None
        execution.token = execution.rung = None
        self.play()

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
                self.step(execution)
        raise AssertionError(f"the machine goes in circles: {[found.path[-12:] for found in self.running]}")

    def step(self, execution: Played) -> None:
        """One state of an execution that does not wait."""
        state = execution.machine["States"][execution.state]
        if execution.rung is not None:
            self._leave(execution, state, execution.rung)
            return
        execution.path.append(execution.state)
        if execution.state in self._breaks_at:
            self._breaks_at.remove(execution.state)
            execution.status, execution.error = ExecutionStatus.FAILED, "Broken"
            return
        match state["Type"]:
            case "Choice":
                execution.state = _choose(state, execution.data)
            case "Pass":
                execution.data = _filled(state["Parameters"], execution.data, None)
                execution.state = state["Next"]
            case "Wait":
                self.on_wait(state["Seconds"])
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
        cause = json.dumps({"errorMessage": str(error), "errorType": type(error).__name__})
        if "Catch" not in state:
            execution.status, execution.error = ExecutionStatus.FAILED, type(error).__name__
            execution.cause = cause
            return
        execution.data["error"] = {"Error": type(error).__name__, "Cause": cause}
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
