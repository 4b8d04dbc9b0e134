"""Nobody reaches another tenant's runs, jobs, plans or states, and no job reaches another job's.

The routes are read from the app, so that a new one is tried the day it is added.
"""

import re
from typing import Any

import pytest

from alethia.embedded.gateway import Gateway
from chalicelib.api.nouns import NOUNS
from chalicelib.api.routing import Operation
from tests.support.api import Api, Client
from tests.support.runs import World

SHA = "a" * 64
STORED = {"key": "zone/x", "sha256": SHA, "size": 1}
LOCK = {"attempt": 1, "lock_id": "lock-1", "epoch": 1}

BODIES: dict[str, dict[str, Any]] = {
    "plan": {},
    "test": {},
    "fetch-resources": {},
    "bootstrap": {},
    "destroy": {"confirm_project_name": "shop"},
    "approve": {"plan_digest": SHA},
    "reject": {"plan_digest": SHA},
    "rules": {"expected_version": 0, "rules": {}},
    "cancel": {},
    "rerun": {"confirm_project_name": "shop"},
    "runners": {"name": "build-7"},
    "rotate": {},
    "drain": {},
    "undrain": {},
    "rollback": {"version_id": "v", "head_version_id": "v", "reason": "because"},
    "break-lock": {"lock_id": "lock-1", "reason": "because"},
    "heartbeat": {"attempt": 1, "phase": "plan"},
    "report": {"attempt": 1, "outcome": "succeeded"},
    "cloud-token": {"attempt": 1},
    "data-keys": {"attempt": 1, "purpose": "state"},
    "open": {"attempt": 1, "context": {}, "wrapped_key": "AAAA"},
    "uploads": {"attempt": 1, "name": "zone/x", "sha256": SHA, "size": 1},
    "downloads": {"attempt": 1, "key": "zone/x"},
    "git-links": {"kind": "github", "token": "t"},
    "git-token": {"attempt": 1, "repository": "https://github.com/acme/shop"},
    "lock": {"attempt": 1, "lock": {"id": "lock-1"}},
    "unlock": LOCK,
    "commit": {**LOCK, "serial": 1, "lineage": "l", "sha256": SHA, "resources": 0, "object": STORED},
}
"""Last word of a path → a body that its route would take from the right caller."""

BY_RUNNERS: dict[str, dict[str, Any]] = {
    "/api/jobs/{job_id}/claim": {
        "attempt": 1,
        "claim_id": "claim-mallory",
        "runner_version": "1",
        "terraform_versions": [],
    },
    "/api/runners/poll": {"runner_version": "1", "slots": 1},
}

QUERIES = {"diff": {"before": "v", "after": "v"}, "pull": {"reason": "because"}}
LISTS = ("/api/runs", "/api/jobs")


def operations(kind: str) -> list[Operation]:
    return [
        operation
        for noun in NOUNS
        for operation in noun.operations
        if operation.caller is not None
        and operation.caller.kind == kind
        and noun.operations[0].tag not in ("meta", "catalogue", "zones", "identities", "specs")
    ]


def name(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


def ask(client: Client, operation: Operation, ids: dict[str, str]) -> Any:
    last = re.sub(r"/?{\w+}", "", operation.path).rsplit("/", 1)[-1]
    body = BODIES[last] if operation.method in ("POST", "PUT") else None
    query: Any = QUERIES.get(last, ())
    if operation.path in LISTS:
        query = {"zone_id": ids["zone_id"]}
    return client.send(operation.method, operation.path.format(**ids), body=body, query=query)


@pytest.fixture
def api(world: World) -> Api:
    """The routes over a world whose plan awaits review."""
    from app import app

    world.to_review()
    return Api(Gateway(app), world.container)


def ids_of(world: World) -> dict[str, str]:
    return {
        "zone_id": world.zone_id,
        "spec_id": world.spec_id,
        "identity_id": world.spec.cloud_identity or "",
        "run_id": world.run_id,
        "job_id": world.job.job_id,
        "runner_id": "platform",
        "host": "github.com",
        "version_id": "0000000001-aaaaaaaaaaaa",
        "number": "1",
    }


@pytest.mark.parametrize("operation", operations("user"), ids=name)
def test_a_stranger_meets_nothing_and_changes_nothing(world: World, api: Api, operation: Operation) -> None:
    before = (world.run, world.job, world.spec)
    reply = ask(api.as_user("mallory"), operation, ids_of(world))
    assert reply.status == 404, reply.body
    assert (world.run, world.job, world.spec) == before


@pytest.mark.parametrize("operation", operations("job"), ids=name)
def test_a_token_of_another_job_opens_nothing(world: World, api: Api, operation: Operation) -> None:
    before = (world.run, world.job, world.spec)
    reply = ask(api.as_job("job-of-somebody-else"), operation, ids_of(world))
    assert reply.status == 404, reply.body
    assert (world.run, world.job, world.spec) == before


@pytest.mark.parametrize("operation", operations("runner"), ids=name)
def test_a_runner_claims_only_what_was_dispatched_to_it(world: World, api: Api, operation: Operation) -> None:
    path = operation.path.format(**ids_of(world))
    reply = api.as_runner("another-runner").send(operation.method, path, body=BY_RUNNERS[operation.path])
    assert reply.status in (403, 404, 409), reply.body


def test_every_body_is_one_that_the_right_caller_could_send(world: World, api: Api) -> None:
    """Otherwise the tests above would meet a 422 and prove nothing: ada gets past validation with each."""
    for operation in operations("user"):
        if operation.method != "GET":
            reply = ask(api.as_user("ada"), operation, ids_of(world))
            assert reply.status != 422 or "confirm" in reply.error["message"], (name(operation), reply.body)
