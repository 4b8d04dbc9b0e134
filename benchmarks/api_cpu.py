"""CPU that the API spends on one request, besides the database.

The real app answers API-Gateway-shaped events in this process; DynamoDB is a process of its own. CPU is this
thread's (``time.thread_time``); what is spent inside the database client (signing, sending, parsing) is
measured apart and subtracted, and shown.
"""

import logging
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pynamodb.connection import Connection

from alethia.cli.specs import read_form
from alethia.demo.clouds import AWS
from alethia.embedded.gateway import Gateway
from alethia.embedded.issuer import Issuer
from chalicelib import bootstrap
from tests.support.api import ISSUER, Api, Client, TestContainer
from tests.support.dynamodb import fresh_tables, running

from .table import Row

REQUESTS = 200
WARM_UP = 20
LIMIT_MS = 5


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="alethia-bench-") as folder, running(Path(folder)) as endpoint:
        from app import app

        logging.disable(logging.INFO)
        container = TestContainer(fresh_tables(endpoint), Issuer.open(Path(folder), ISSUER), clock=None)
        bootstrap.use(container)
        api = Api(Gateway(app), container)
        zone_id = api.a_zone()
        identity = api.a_verified_identity(zone_id).identity_id
        form = {**read_form(AWS.spec), "cloud_identity": identity}
        ada = api.as_user("ada")
        spec_id = ada.post("/api/specs", {**form, "zone_id": zone_id}).json["spec_id"]
        for number in range(30):
            ada.post("/api/specs", {**form, "zone_id": zone_id, "project_name": f"shop-{number}"})
        return [_row(name, send, ada) for name, send in _requests(zone_id, spec_id)]


def _requests(zone_id: str, spec_id: str) -> list[tuple[str, Callable[[Client], Any]]]:
    return [
        ("read a spec with every kind of component", lambda client: client.get(f"/api/specs/{spec_id}")),
        ("list 25 specs", lambda client: client.get(f"/api/zones/{zone_id}/specs", limit=25)),
        ("preview snapshot, hash and tfvars", lambda client: client.get(f"/api/specs/{spec_id}/preview")),
    ]


def _row(name: str, send: Callable[[Client], Any], client: Client) -> Row:
    spent: list[float] = []
    database: list[float] = []
    with _database_cpu() as in_database:
        for number in range(WARM_UP + REQUESTS):
            in_database[0] = 0.0
            began = time.thread_time()
            reply = send(client)
            total = time.thread_time() - began
            if reply.status != 200:
                raise SystemExit(f"{name}: {reply.status} {reply.body!r}")
            if number >= WARM_UP:
                spent.append((total - in_database[0]) * 1000)
                database.append(in_database[0] * 1000)
    detail = f"median of {REQUESTS}; the database client takes {statistics.median(database):.1f} ms more"
    return Row(f"API CPU: {name}", statistics.median(spent), LIMIT_MS, "ms", detail)


@contextmanager
def _database_cpu() -> Iterator[list[float]]:
    """A one-element list that grows by the CPU seconds spent in the database client."""
    spent = [0.0]
    real = Connection._make_api_call

    def timed(*args: Any, **kwargs: Any) -> Any:
        began = time.thread_time()
        try:
            return real(*args, **kwargs)
        finally:
            spent[0] += time.thread_time() - began

    Connection._make_api_call = timed  # type: ignore[method-assign]
    try:
        yield spent
    finally:
        Connection._make_api_call = real  # type: ignore[method-assign]
