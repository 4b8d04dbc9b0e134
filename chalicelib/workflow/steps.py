"""The Lambda functions behind the state machine's states, and those that AWS's own events call.

Each reads its event, calls one service and answers with an outcome for the machine's Choice. They live on a
blueprint named ``app``, and ``app.py`` imports them by name: Chalice gives a function the module of its
blueprint as handler, so that middleware registered on the app runs on them as well.

==================  ==================================  ==========================================
function            event                               answers
==================  ==================================  ==========================================
dispatch_runner     run_id, generation, stage, token    nothing; the token is rung later
record_plan         run_id, generation                  outcome
await_review        run_id, generation, token           nothing; the token is rung later
check_digests       run_id, generation                  outcome
finalize            run_id, generation                  outcome
mark_run            run_id, generation, error           outcome, resume
reconcile           (a schedule's)                      what was done
task_stopped        ECS Task State Change               outcome
worker_stack        job_id, attempt, step               outcome
==================  ==================================  ==========================================
"""

import json
from typing import Any

from chalice.app import Blueprint

from ..bootstrap import container
from ..domain.job import JobError
from ..services.dispatch import Stage
from .events import FailedStep, StackStep, Step, StepWithToken, StoppedTask
from .observed import observed

steps = Blueprint("app")


@steps.lambda_function(name="dispatch_runner")
@observed
def dispatch_runner(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """See that a runner has the run's PLAN, DEPLOY or DESTROY job."""
    step = StepWithToken.model_validate(event)
    stage = step.stage or Stage.PLAN
    container().dispatch.dispatch(step.run_id, step.generation, stage, step.task_token)
    return {}


@steps.lambda_function(name="record_plan")
@observed
def record_plan(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """What the plan says about where the run goes."""
    step = Step.model_validate(event)
    return {"outcome": container().record_plan.record(step.run_id, step.generation)}


@steps.lambda_function(name="await_review")
@observed
def await_review(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Wait for a person."""
    step = StepWithToken.model_validate(event)
    container().review.wait(step.run_id, step.generation, step.task_token)
    return {}


@steps.lambda_function(name="check_digests")
@observed
def check_digests(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Whether what was approved is still what would be applied."""
    step = Step.model_validate(event)
    return {"outcome": container().check_digests.check(step.run_id, step.generation)}


@steps.lambda_function(name="finalize")
@observed
def finalize(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Write down what now stands."""
    step = Step.model_validate(event)
    return {"outcome": container().finalize.finalize(step.run_id, step.generation)}


@steps.lambda_function(name="mark_run")
@observed
def mark_run(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """End a run that did not reach its end, or say where to take it up again."""
    step = FailedStep.model_validate(event)
    marked = container().mark_run.mark(step.run_id, step.generation, error=_as_error(step))
    answer: dict[str, Any] = marked.model_dump(mode="json")
    return answer


@steps.lambda_function(name="reconcile")
@observed
def reconcile(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Look after everything that has work in hand."""
    done: dict[str, Any] = container().reconcile.run().model_dump(mode="json")
    return done


@steps.lambda_function(name="task_stopped")
@observed
def task_stopped(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A container ended: if its runner did not report, its attempt is over now."""
    task = StoppedTask.read(event)
    if task is None:
        return {"outcome": "not_ours"}
    return {"outcome": container().stopped_tasks.stopped(task.job_id, task.attempt, task.reason)}


@steps.lambda_function(name="worker_stack")
@observed
def worker_stack(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Do one step of deploying, updating or destroying a runner in a customer's account."""
    step = StackStep.model_validate(event)
    return {"outcome": container().worker_steps.step(step.job_id, step.attempt, step.step)}


def _as_error(step: FailedStep) -> JobError | None:
    """What a step could not do, in a sentence. Its cause may be a traceback, which nobody is shown."""
    if step.error is None:
        return None
    message = "A step of the workflow failed and was given up after several tries."
    try:
        cause = json.loads(step.error.get("Cause") or "{}")
    except ValueError:
        cause = {}
    kind = cause.get("errorType") if isinstance(cause, dict) else None
    if kind == "Unavailable" and isinstance(cause.get("errorMessage"), str):
        message = cause["errorMessage"]
    return JobError(step="workflow", message=message)
