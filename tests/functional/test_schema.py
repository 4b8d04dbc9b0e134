"""The OpenAPI document is true: whatever it allows, or forbids, gets an answer that it names.

schemathesis makes requests of the document's own shapes, right and wrong ones, and reads each answer against
it: no 5xx, no undocumented status, no body of another shape. Each route is asked by the caller that it
serves, about things that exist three times in four; reads come before what changes and deletes. The requests
are the same in every run.
"""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from alethia.embedded.server import WsgiApp
from app import app
from chalicelib.api.nouns import NOUNS
from chalicelib.api.routing import Operation
from tests.support.populated import PopulatedZone, populated_zone

EXAMPLES = {GenerationMode.POSITIVE: 12, GenerationMode.NEGATIVE: 8}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
ORDER = ("GET", "POST", "PUT", "DELETE")
OPERATIONS = sorted(
    (operation for noun in NOUNS for operation in noun.operations),
    key=lambda operation: ORDER.index(operation.method),
)


def name(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


@pytest.fixture(scope="module")
def zone(dynamodb_endpoint: str, issuer_folder: Path) -> Iterator[PopulatedZone]:
    with populated_zone(dynamodb_endpoint, issuer_folder) as populated:
        yield populated


@pytest.fixture(scope="module")
def schema(zone: PopulatedZone) -> Any:
    return schemathesis.openapi.from_wsgi("/api/openapi.json", WsgiApp(app))


@pytest.fixture(scope="module")
def callers(zone: PopulatedZone) -> dict[str, str]:
    """Kind of caller → what it shows."""
    job = zone.working.job
    clients = {
        "user": zone.api.as_user("ada"),
        "runner": zone.api.as_runner("platform"),
        "job": zone.api.as_job(job.job_id, job.attempt),
    }
    return {kind: client.authorization or "" for kind, client in clients.items()}


def real_values(zone: PopulatedZone, operation: Operation) -> dict[str, Any]:
    """Fields by name, as they are in the zone; a job's own for its routes."""
    world = {"user": zone.waiting, "job": zone.working, "runner": zone.queued}[
        operation.caller.kind if operation.caller else "user"
    ]
    return {
        **zone.ids,
        "spec_id": world.spec_id,
        "run_id": world.run_id,
        "job_id": world.job.job_id,
        "attempt": 1,
        "cloud_identity": zone.identity_id,
        "plan_digest": zone.waiting.run.plan_digest,
        "expected_rev": 1,
        "confirm_project_name": "shop",
    }


@pytest.mark.parametrize("operation", OPERATIONS, ids=name)
def test_every_answer_is_one_that_the_document_names(
    zone: PopulatedZone, schema: Any, callers: dict[str, str], operation: Operation
) -> None:
    described = schema[operation.path][operation.method]
    headers = {"Authorization": callers[operation.caller.kind]} if operation.caller else {}
    real = real_values(zone, operation)
    numbers = itertools.count()

    def ask(case: Any) -> None:
        if next(numbers) % 4:
            make_real(case, real)
        case.call_and_validate(headers=headers, checks=CHECKS)

    for mode, examples in EXAMPLES.items():
        if mode is GenerationMode.POSITIVE or takes_anything(operation):
            run(ask, described.as_strategy(generation_mode=mode), examples)


def takes_anything(operation: Operation) -> bool:
    return bool(operation.path_names or operation.query or operation.body_model or operation.takes_key)


def make_real(case: Any, real: dict[str, Any]) -> None:
    for container in (case.path_parameters, case.query, case.body):
        if isinstance(container, dict):
            container.update({field: value for field, value in real.items() if field in container})


def run(ask: Callable[[Any], None], strategy: Any, examples: int) -> None:
    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def fuzz(case: Any) -> None:
        ask(case)

    fuzz()
