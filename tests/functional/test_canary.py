"""A secret in every place that holds one; then rows, logs, objects and answers are looked through.

Every route is asked once by its right caller, and once more with a body that is refused. Each secret may be
in the one answer that hands it out, and nowhere else; a person's and a job's git tokens live in the vault.
"""

import base64
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest

from chalicelib.adapters.dynamodb.connection import EMULATOR_CREDENTIALS
from chalicelib.api.routing import Operation
from chalicelib.settings import Settings
from tests.support.api import JOB_SECRET
from tests.support.outside import SECRETS, MemoryKeys
from tests.support.populated import PopulatedZone, populated_zone
from tests.support.right_requests import OPERATIONS, in_order, label, right_caller, right_request
from tests.support.states import CANARY

HANDED_OUT: dict[str, tuple[str, ...]] = {
    "POST /api/zones/{zone_id}/invitations": ("code",),
    "POST /api/zones/{zone_id}/runners": ("credential",),
    "POST /api/zones/{zone_id}/runners/{runner_id}/rotate": ("credential",),
    "POST /api/jobs/{job_id}/claim": ("job_token",),
    "POST /api/jobs/{job_id}/cloud-credentials": ("secret_access_key", "session_token"),
    "POST /api/jobs/{job_id}/cloud-token": ("token",),
    "POST /api/jobs/{job_id}/git-token": ("token",),
    "POST /api/jobs/{job_id}/data-keys": ("key",),
    "POST /api/jobs/{job_id}/data-keys/open": ("key",),
    "GET /api/specs/{spec_id}/state/pull": ("state",),
}
"""Route → the fields of its answer that are secret: they are there to be handed out, once."""


@dataclass
class Seen:
    """What was said, and what must not have been."""

    secrets: dict[str, str]
    answers: dict[str, str] = field(default_factory=dict)
    """Route → its answers, without what they hand out."""
    logs: str = ""
    rows: str = ""
    objects: str = ""

    def where(self, text: str) -> list[str]:
        """The secrets that are in `text`."""
        return [name for name, value in self.secrets.items() if value in text]


class Output(logging.Handler):
    """Every record of the log, with everything that was handed to it."""

    def __init__(self) -> None:
        super().__init__(level=0)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(repr(record.__dict__) + record.getMessage())

    def __enter__(self) -> "Output":
        logging.getLogger().addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger().removeHandler(self)


@pytest.fixture(scope="module")
def seen(dynamodb_endpoint: str, issuer_folder: Path) -> Iterator[Seen]:
    """Everything was asked for."""
    with populated_zone(dynamodb_endpoint, issuer_folder) as zone, Output() as output:
        found = Seen(planted(zone))
        for operation in in_order(OPERATIONS):
            ask(zone, operation, found)
        found.logs = "\n".join(output.lines)
        found.rows = all_rows(zone.container.settings)
        found.objects = "".join(
            body.decode("latin-1") for body in zone.container.object_store.objects.values()
        )
        yield found


def planted(zone: PopulatedZone) -> dict[str, str]:
    """What it is → its value."""
    runners = {f"credential of {name}": value.split(".", 1)[1] for name, value in zone.credentials.items()}
    return {
        **SECRETS,
        **runners,
        "value in a state": CANARY,
        "data key": base64.b64encode(MemoryKeys.CLEAR).decode(),
        "invitation code": zone.invitation.code.rsplit(".", 1)[1],
        "key of job tokens": JOB_SECRET,
    }


def ask(zone: PopulatedZone, operation: Operation, found: Seen) -> None:
    """Its right request, then the same with a field that nobody knows."""
    client, request = right_caller(zone, operation), right_request(zone, operation)
    route = label(operation)
    found.secrets[f"credential at {route}"] = (client.authorization or "no credential").split(" ", 1)[1]
    reply = request.sent_by(client)
    assert reply.status < 300 or reply.status == 409, (route, reply.body)
    answer = reply.json if reply.body else {}
    for name in HANDED_OUT.get(route, ()) if reply.status < 300 else ():
        value = answer.pop(name)
        assert value, (route, name)
        found.secrets[f"{name} of {route}"] = value
    said = json.dumps(answer)
    if request.body is not None:
        wrong = client.send(
            operation.method, operation.path.format(**request.ids), body={**request.body, "colour": "red"}
        )
        assert wrong.status >= 400, (route, wrong.body)
        said += wrong.body.decode()
    found.answers[route] = said


def all_rows(settings: Settings) -> str:
    """All rows of both tables, as a test may read them."""
    key, secret = EMULATOR_CREDENTIALS
    client: Any = boto3.client(
        "dynamodb",
        endpoint_url=settings.aws_endpoint_url,
        region_name=settings.region,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
    )
    return "".join(
        json.dumps(page["Items"], default=repr, ensure_ascii=False)
        for table in (settings.specs_table, settings.jobs_table)
        for page in client.get_paginator("scan").paginate(TableName=table)
    )


def test_every_secret_that_routes_hand_out_was_handed_out(seen: Seen) -> None:
    got = {name.split(" of ", 1)[1] for name in seen.secrets if " of " in name and "/api/" in name}
    assert got == set(HANDED_OUT)


def test_no_row_holds_one(seen: Seen) -> None:
    assert "git-link" in seen.rows or "github.com" in seen.rows, "the rows were read"
    assert seen.where(seen.rows) == []


def test_no_log_holds_one(seen: Seen) -> None:
    assert "POST /api/runners/poll" in seen.logs, "the log was read"
    assert seen.where(seen.logs) == []


def test_no_object_of_the_store_holds_one(seen: Seen) -> None:
    assert seen.objects
    assert seen.where(seen.objects) == []


def test_no_answer_holds_one_but_the_one_that_hands_it_out(seen: Seen) -> None:
    assert {route: seen.where(said) for route, said in seen.answers.items() if seen.where(said)} == {}
