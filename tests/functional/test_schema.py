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
from chalicelib.api.routing import Operation
from tests.support.populated import PopulatedZone, populated_zone
from tests.support.right_requests import OPERATIONS, in_order, label, right_caller, right_request

EXAMPLES = {GenerationMode.POSITIVE: 8, GenerationMode.NEGATIVE: 6}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def zone(dynamodb_endpoint: str, issuer_folder: Path) -> Iterator[PopulatedZone]:
    with populated_zone(dynamodb_endpoint, issuer_folder) as populated:
        yield populated


@pytest.fixture(scope="module")
def schema(zone: PopulatedZone) -> Any:
    return schemathesis.openapi.from_wsgi("/api/openapi.json", WsgiApp(app))


def real_values(zone: PopulatedZone, operation: Operation) -> dict[str, Any]:
    """Fields by name, as they are in the zone."""
    request = right_request(zone, operation)
    return {
        "attempt": 1,
        "cloud_identity": zone.identity_id,
        **request.ids,
        **request.query,
        **(request.body or {}),
    }


@pytest.mark.parametrize("operation", in_order(OPERATIONS), ids=label)
def test_every_answer_is_one_that_the_document_names(
    zone: PopulatedZone, schema: Any, operation: Operation
) -> None:
    described = schema[operation.path][operation.method]
    authorization = right_caller(zone, operation).authorization
    headers = {"Authorization": authorization} if operation.caller else {}
    real = real_values(zone, operation)
    numbers = itertools.count()

    def ask(case: Any) -> None:
        if next(numbers) % 4:
            make_real(case.path_parameters, real)
            if mode is GenerationMode.POSITIVE:
                make_real(case.query, real)
                make_real(case.body, real)
        case.call_and_validate(headers=headers, checks=CHECKS)

    right = right_request(zone, operation)
    case = described.Case(
        path_parameters=right.ids,
        query=right.query,
        **({"body": right.body, "media_type": "application/json"} if right.body is not None else {}),
    )
    case.call_and_validate(headers=headers, checks=CHECKS)
    for mode, examples in EXAMPLES.items():
        if mode is GenerationMode.POSITIVE or takes_anything(operation):
            run(ask, described.as_strategy(generation_mode=mode), examples)


def takes_anything(operation: Operation) -> bool:
    return bool(operation.path_names or operation.query or operation.body_model or operation.takes_key)


def make_real(generated: Any, real: dict[str, Any]) -> None:
    if isinstance(generated, dict):
        generated.update({field: value for field, value in real.items() if field in generated})


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
