"""``alethia runner deploy/update/destroy``: what is asked, and what is shown of such runners."""

from typing import Any

import pytest
from click.testing import CliRunner, Result

from alethia.cli import watch
from alethia.cli.config import Config, write_config
from alethia.cli.main import cli
from alethia.client import Client

JOB = {"job_id": "job-1", "job_type": "DEPLOY_WORKER", "status": "QUEUED"}
RESULT = {
    "kind": "worker",
    "worker_id": "runner-1",
    "account_id": "210987654321",
    "region": "eu-west-1",
    "stack_name": "alethia-runner-1",
    "stack_status": "CREATE_COMPLETE",
    "image": "registry.test/runner:1",
    "cluster": "arn:cluster",
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the API was asked for."""
    calls: list[Any] = []

    def note(*call: Any) -> dict[str, Any]:
        calls.append(call)
        return JOB

    monkeypatch.setattr(Client, "deploy_runner", lambda _, zone, form: note("deploy", form))
    monkeypatch.setattr(Client, "update_runner", lambda _, zone, one, changes: note("update", one, changes))
    monkeypatch.setattr(Client, "destroy_runner", lambda _, zone, one, *, name: note("destroy", one, name))
    return calls


def run(*command: str, **how: Any) -> Result:
    write_config(Config(url="http://127.0.0.1:1", token="t", zone="zone-1"))
    return CliRunner().invoke(cli, ["runner", *command], **how)


DEPLOY = ("deploy", "Theirs", "--identity", "identity-1", "--region", "eu-west-1")
FORM = {"name": "Theirs", "identity_id": "identity-1", "region": "eu-west-1"}


def test_a_deployment_says_what_was_given_and_no_more(asked: list[Any]) -> None:
    shown = run(*DEPLOY)
    assert shown.exit_code == 0, shown.output
    assert asked == [("deploy", FORM)]
    assert "alethia logs -f job-1" in shown.output


def test_into_a_network_of_ones_own(asked: list[Any]) -> None:
    run(*DEPLOY, "--vpc", "vpc-1", "--subnet", "subnet-1", "--subnet", "subnet-2", "--memory", "4096")
    network = {"vpc_id": "vpc-1", "subnet_ids": ["subnet-1", "subnet-2"], "assign_public_ip": False}
    assert asked == [("deploy", {**FORM, "memory_mib": 4096, "network": network})]
    assert run(*DEPLOY, "--vpc", "vpc-1").exit_code == 2


def test_an_update_and_a_destroy(asked: list[Any]) -> None:
    run("update", "runner-1", "--new-credential", "--cpu", "2048")
    run("destroy", "runner-1", input="Theirs\n")
    assert asked == [
        ("update", "runner-1", {"new_credential": True, "cpu": 2048}),
        ("destroy", "runner-1", "Theirs"),
    ]


def test_watching_shows_log_progress_and_result(asked: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "POLL_SECONDS", 0)
    at_work = {"done": 3, "planned": 17, "in_flight": ["Cluster"]}
    stands = iter(
        [
            {**JOB, "status": "PROCESSING", "progress": at_work},
            {**JOB, "status": "SUCCESS", "result": RESULT},
        ]
    )
    chunk = {"phase": "stack", "stream": "control-plane", "text": "CREATE_COMPLETE Log (AWS::Logs::LogGroup)"}
    pages = iter([{"items": [chunk], "next_cursor": "c"}])
    monkeypatch.setattr(Client, "job", lambda *_: next(stands))
    monkeypatch.setattr(Client, "logs", lambda *_, **__: next(pages, {"items": [], "next_cursor": None}))
    shown = run(*DEPLOY, "--watch")
    assert shown.exit_code == 0
    for text in ("CREATE_COMPLETE Log", "3 of 17 done, at work: Cluster", "registry.test/runner:1"):
        assert text in shown.output


def test_the_list_shows_where_it_is_and_why_it_failed(
    asked: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = {
        "account_id": "210987654321",
        "form": {"region": "eu-west-1"},
        "status": "FAILED",
        "image": "registry.test/runner:1",
        "problem": "no such limit",
    }
    one = {"runner_id": "runner-1", "name": "Theirs", "kind": "fargate", "status": "OFFLINE", "version": None}
    one |= {"slots": None, "last_seen_at": None, "jobs": [], "worker": worker}
    monkeypatch.setattr(Client, "runners", lambda *_: {"items": [one]})
    shown = run("list").output
    for text in ("210987654321 eu-west-1 FAILED", "registry.test/runner:1", "Theirs: no such limit"):
        assert text in shown
