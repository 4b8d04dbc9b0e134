"""The workflow on AWS Step Functions.

A run is one execution, ``{run_id}-{generation}``, of one state machine; a job that deploys or destroys a
runner is one, ``{job_id}-{attempt}``, of another.
"""

import json
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ..domain.errors import Unavailable
from ..services.execution_input import Links, of_run, of_worker
from ..services.ports.jobs import JobRecord
from ..services.ports.runs import RunRecord
from ..services.ports.workflow import Execution, ExecutionStatus, Resume


class StepFunctions:
    """:class:`~chalicelib.services.ports.workflow.Workflow` through a botocore client."""

    def __init__(
        self, client: Any, state_machine_arn: str, worker_state_machine_arn: str, links: Links
    ) -> None:
        self._client = client
        self._links = links
        self._machine = state_machine_arn
        self._worker_machine = worker_state_machine_arn

    def start(self, run: RunRecord, resume: Resume) -> None:
        """One StartExecution. A name that was used before means that it was started before."""
        self._start(self._machine, f"{run.run_id}-{run.generation}", of_run(run, resume, self._links))

    def describe(self, run_id: str, generation: int) -> Execution:
        """One DescribeExecution."""
        return self._describe(self._machine, f"{run_id}-{generation}")

    def start_worker(self, job: JobRecord, attempt: int) -> None:
        """One StartExecution, likewise."""
        order = of_worker(job, attempt, self._links)
        self._start(self._worker_machine, f"{job.job_id}-{attempt}", order)

    def describe_worker(self, job_id: str, attempt: int) -> Execution:
        """One DescribeExecution."""
        return self._describe(self._worker_machine, f"{job_id}-{attempt}")

    def _start(self, machine: str, name: str, order: dict[str, Any]) -> None:
        try:
            self._client.start_execution(stateMachineArn=machine, name=name, input=json.dumps(order))
        except (ClientError, BotoCoreError) as error:
            if _code(error) != "ExecutionAlreadyExists":
                raise Unavailable("The workflow did not answer; it starts a little later.") from error

    def _describe(self, machine: str, name: str) -> Execution:
        executions = machine.replace(":stateMachine:", ":execution:")
        try:
            found = self._client.describe_execution(executionArn=f"{executions}:{name}")
        except (ClientError, BotoCoreError) as error:
            if _code(error) == "ExecutionDoesNotExist":
                return Execution(status=ExecutionStatus.NOT_FOUND)
            raise Unavailable("The workflow did not answer.") from error
        status = found["status"]
        # A redrive that waits for its turn is under way like any other.
        known = ExecutionStatus.RUNNING if status == "PENDING_REDRIVE" else ExecutionStatus(status)
        return Execution(status=known, error=found.get("error"), cause=found.get("cause"))

    def ring(self, task_token: str, outcome: str) -> bool:
        """One SendTaskSuccess. A ring that comes late, or twice, finds nobody; what failed is rung again."""
        try:
            self._client.send_task_success(taskToken=task_token, output=json.dumps({"outcome": outcome}))
        except (ClientError, BotoCoreError):
            return False
        return True


def _code(error: ClientError | BotoCoreError) -> str | None:
    return error.response["Error"].get("Code") if isinstance(error, ClientError) else None
