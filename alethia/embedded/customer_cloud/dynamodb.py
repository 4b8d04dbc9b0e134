"""DynamoDB global tables: copies in other regions, which moto does not have.

Symptom: creating a table with replicas waits half an hour for one to become active, and fails.

A copy is a table of its own in the other region's backend, with the same keys and its own backups and tags;
items are not copied.
"""

from typing import Any

from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

from .patching import Method, around


def close_gaps() -> None:
    @around(Table, "__init__")
    def with_room_for_copies(original: Method, table: Any, *args: Any, **kwargs: Any) -> None:
        original(table, *args, **kwargs)
        table.replica_regions = []

    @around(Table, "describe")
    def with_its_copies(original: Method, table: Any, base_key: str = "TableDescription") -> dict[str, Any]:
        description: dict[str, Any] = original(table, base_key)
        if table.replica_regions:
            description[base_key]["GlobalTableVersion"] = "2019.11.21"
            description[base_key]["Replicas"] = [
                {"RegionName": region, "ReplicaStatus": "ACTIVE"} for region in table.replica_regions
            ]
        return description

    @around(DynamoHandler, "update_table")
    def and_its_copies(original: Method, handler: Any) -> Any:
        backend = handler.dynamodb_backend
        table = backend.get_table(handler.body["TableName"])
        for update in handler.body.get("ReplicaUpdates") or []:
            for action, wanted in update.items():
                _ACTIONS[action](backend, table, wanted["RegionName"])
        return original(handler)


def _create(backend: Any, table: Any, region: str) -> None:
    if region in table.replica_regions:
        raise MockValidationException(f"Failed to create a the new replica of table {table.name} in {region}")
    dynamodb_backends[backend.account_id][region].create_table(
        name=table.name,
        schema=table.schema,
        throughput=table.throughput,
        attr=table.attr,
        global_indexes=None,
        indexes=None,
        streams=table.stream_specification,
        billing_mode=table.billing_mode,
        sse_specification=table.sse_specification,
        tags=[],
        deletion_protection_enabled=False,
        warm_throughput=None,
    )
    table.replica_regions = sorted([*table.replica_regions, region])


def _delete(backend: Any, table: Any, region: str) -> None:
    dynamodb_backends[backend.account_id][region].delete_table(table.name)
    table.replica_regions = [kept for kept in table.replica_regions if kept != region]


def _update(backend: Any, table: Any, region: str) -> None:
    """Keys and throughput of one copy: accepted, since nothing reads them."""


_ACTIONS = {"Create": _create, "Delete": _delete, "Update": _update}
