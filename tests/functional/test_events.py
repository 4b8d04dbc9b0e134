"""The samples in ``events/``: one for every function and every state, and each is what its function takes."""

import json
import re
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

import app
from alethia.embedded import invoke
from alethia.embedded.errors import StackError
from alethia.embedded.processes import PROJECT
from tests.support.runs import World
from tests.support.workers import Workers

MACHINES = PROJECT / "cdk" / "state_machines"
RUN = json.loads((invoke.EVENTS / "workflow" / "record_plan.json").read_text())["run_id"]
JOB = json.loads((invoke.EVENTS / "workflow" / "worker_stack.begin.json").read_text())["job_id"]
SECRETS = re.compile(r"c2FtcGxl|sample-of-a-credential")
"""What stands in the samples in place of a credential."""


def name(file: Path) -> str:
    return str(file.relative_to(invoke.EVENTS))


def answer(world: World, file: Path) -> Any:
    """What the function says to the sample, about the world's run; it can be sent."""
    event = json.loads(file.read_text().replace(RUN, world.run_id))
    said = invoke.invoke(invoke.handler_name(file), event)
    assert not SECRETS.search(json.dumps(said))
    return said


ANSWERS: dict[str, Any] = {
    "api/get_zones.json": {"statusCode": 200},
    "api/post_zones.json": {"statusCode": 201},
    "authorizer/person.json": {"principalId": "nobody"},
    "authorizer/runner.json": {"principalId": "nobody"},
    "workflow/await_review.json": {},
    "workflow/check_digests.json": {"outcome": "unchanged"},
    "workflow/dispatch_runner.json": {},
    "workflow/dispatch_runner.apply.json": {},
    "workflow/finalize.json": {"outcome": "not_ready"},
    "workflow/mark_run.json": {"outcome": "alive", "resume": "review"},
    "workflow/reconcile.json": {"restarted": []},
    "workflow/record_plan.json": {"outcome": "awaiting_review"},
    "workflow/rotate_runner_credential.json": {"was": "pending"},
    "workflow/task_stopped.json": {"outcome": "recorded"},
}
"""Sample → the part of its function's answer that matters, for a plan that waits for review."""

AFTER_APPROVAL = ("workflow/check_digests.json", "workflow/dispatch_runner.apply.json")
"""Samples that make sense from there on only."""


def test_every_function_has_a_sample_event() -> None:
    functions = {function.name for function in app.app.pure_lambda_functions}
    authorizers = {one.name for one in app.app.builtin_auth_handlers}

    assert {invoke.handler_name(file) for file in invoke.files()} == {invoke.API, *functions, *authorizers}


def test_every_state_of_the_machines_has_a_sample_of_its_shape() -> None:
    shapes = {(invoke.handler_name(file), shape_of(json.loads(file.read_text()))) for file in invoke.files()}
    for machine in MACHINES.glob("*.asl.json"):
        for state, its in json.loads(machine.read_text())["States"].items():
            payload = its.get("Parameters", {}).get("Payload")
            if payload is not None:
                function = re.sub(r"(?<!^)(?=[A-Z])", "_", its["Parameters"]["FunctionName"][2:-4]).lower()
                assert (function, shape_of(payload)) in shapes, (machine.name, state)


def shape_of(payload: dict[str, Any]) -> frozenset[str]:
    """The names of the fields, and which step or stage it is about."""
    return frozenset(
        f"{field}={value}" if field in ("step", "stage") else field.removesuffix(".$")
        for field, value in payload.items()
    )


OF_RUNS = [file for file in invoke.files() if not file.name.startswith("worker_stack.")]


@pytest.mark.parametrize("file", OF_RUNS, ids=name)
def test_a_function_takes_its_sample(world: World, file: Path) -> None:
    world.to_review()
    if name(file) in AFTER_APPROVAL:
        world.approve()

    said = answer(world, file)

    expected = ANSWERS[name(file)]
    assert expected.items() <= said.items(), said


def test_the_samples_of_a_runners_stack_deploy_it_and_destroy_it(workers: Workers) -> None:
    def step(name: str) -> str:
        sample = (invoke.EVENTS / "workflow" / f"worker_stack.{name}.json").read_text()
        event = json.loads(sample.replace(JOB, workers.job_id))
        return str(invoke.invoke("worker_stack", event)["outcome"])

    def until(name: str, word: str) -> None:
        assert word in [step(name) for _ in range(10)]

    workers.begin("deploy")
    assert (step("begin"), step("ask")) == ("ask", "working")
    until("watch", "done")
    assert step("register") == "success"
    workers.begin("destroy")
    assert (step("begin"), step("drain"), step("delete")) == ("drain", "idle", "working")
    until("watch_deletion", "gone")
    assert step("verify") == "success"


def test_a_field_of_a_sample_can_be_another() -> None:
    file = invoke.EVENTS / "workflow" / "finalize.json"

    event = invoke.read(file, {"run_id": "job-1", "generation": "3"})

    assert (event["run_id"], event["generation"]) == ("job-1", 3)


def test_an_unknown_event_is_answered_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(
        StackError, match=r"is no event of events/\. There are:\n  events/api/get_zones\.json"
    ):
        invoke.read(tmp_path / "nothing.json", {})


def test_an_unknown_field_is_answered_with_those_there_are() -> None:
    with pytest.raises(StackError, match=r"has no field 'run'\. It has: run_id, "):
        invoke.read(invoke.EVENTS / "workflow" / "finalize.json", {"run": "job-1"})


def test_a_value_of_another_kind_is_answered_with_the_one_that_stands_there() -> None:
    with pytest.raises(StackError, match="generation=first is not what the sample has there: 1"):
        invoke.read(invoke.EVENTS / "workflow" / "finalize.json", {"generation": "first"})


def test_what_a_function_refuses_is_a_sentence_with_the_way_out(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(invoke, "environment", lambda _root: nullcontext({}))

    assert invoke.main([str(invoke.EVENTS / "workflow" / "finalize.json")]) == 1

    assert f"There is no run {RUN}. (The ids in a sample are nobody's" in capsys.readouterr().err
