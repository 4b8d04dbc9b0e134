"""Where the two tables are, and the few moves that every adapter makes on them.

PynamoDB keeps a table's place on the model classes, which are global. :func:`connect` therefore points every
row class at one deployment: one botocore client (made on first use) serves both tables, so that a transaction
can span them. Calling it again points the process somewhere else; two deployments at once need two processes.

Adapters write like this::

    with dynamodb_errors():                       # throttled or timed out → Unavailable
        row = SpecRow.get(spec_pk(spec_id), SPEC, consistent_read=True)

    with Transaction() as write:                  # all or nothing; a failed condition → ConditionFailed
        write.put("the spec", spec_row, condition=absent(SpecRow))
        write.put("the state claim", state_row, condition=absent(StateRow))
"""

import base64
import binascii
import json
import random
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.connection.base import Connection
from pynamodb.exceptions import CancellationReason, DoesNotExist, PynamoDBException, TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from ...domain.errors import Conflict, FieldProblem, InvalidInput, TooLarge, Unavailable
from ...settings import Settings
from .tables import JOB_ROWS, SPEC_ROWS, JobsTable, SpecsTable

EMULATOR_CREDENTIALS = ("alethia", "alethia")
"""Key and secret sent to an emulator, so that a person's real ones never are."""

CONNECT_SECONDS = 2
READ_SECONDS = 5
RETRIES = 3
COMMIT_TRIES = 4
"""Times that a transaction is sent while only another transaction on the same items stands in its way."""
POOL = 32

R = TypeVar("R", bound=Model)

_pointed_at: tuple[str, str, str, str | None] | None = None
"""Where :func:`connect` pointed the row classes last."""


class ConditionFailed(Conflict):
    """A conditional write found the world changed; ``failed`` names the writes whose conditions did not hold.

    Adapters catch it and say what it means in the domain's words.
    """

    def __init__(self, failed: tuple[str, ...] = ()) -> None:
        super().__init__("The record changed meanwhile. Read it again, then repeat.")
        self.failed = failed


def connect(settings: Settings) -> None:
    """Point every row class at the tables, region and endpoint of `settings`; nothing to do if they are."""
    global _pointed_at
    place = (settings.specs_table, settings.jobs_table, settings.region, settings.aws_endpoint_url)
    if place == _pointed_at:
        return
    _pointed_at = None
    _point(SPEC_ROWS, settings.specs_table, settings)
    _point(JOB_ROWS, settings.jobs_table, settings)
    # PynamoDB would make one client for each model; with one for all, a transaction can span both tables.
    specs, jobs = SpecsTable._get_connection(), JobsTable._get_connection()
    specs.connection.add_meta_table(jobs.get_meta_table())
    jobs.connection = specs.connection
    _pointed_at = place


def create_tables() -> None:
    """Make both tables where :func:`connect` points; for emulators and tests, as CDK makes a deployment's."""
    with dynamodb_errors():
        for table in (SpecsTable, JobsTable):
            if not table.exists():
                table.create_table(wait=True)


def delete_tables() -> None:
    """Drop both tables; for tests."""
    with dynamodb_errors():
        for table in (SpecsTable, JobsTable):
            table.delete_table()


def connection() -> Connection:
    """The one connection of both tables."""
    shared: Connection = SpecsTable._get_connection().connection
    return shared


def absent(row: type[SpecsTable] | type[JobsTable]) -> Condition:
    """The condition that nothing lives under the key yet."""
    return row.pk.does_not_exist()


def present(row: type[SpecsTable] | type[JobsTable]) -> Condition:
    """The condition that the row still lives; an update without it would create a hollow one."""
    return row.pk.exists()


@contextmanager
def dynamodb_errors() -> Iterator[None]:
    """Turn DynamoDB's failures into the domain's.

    Raises
    ------
    ConditionFailed
        A condition did not hold (of a single write, or in a transaction).
    InvalidInput
        A cursor is none of this list.
    TooLarge
        A row would be.
    Unavailable
        Throttled, timed out, unreachable, or beaten to an item by another transaction: repeating is safe.
    """
    try:
        yield
    except DoesNotExist:
        raise
    except (PynamoDBException, ClientError, BotoCoreError) as error:
        raise _translated(error) from error


def get_or_none(row: type[R], pk: str, sk: str, *, consistent: bool = True) -> R | None:
    """One GetItem; ``None`` when nothing lives there."""
    try:
        with dynamodb_errors():
            return row.get(pk, sk, consistent_read=consistent)
    except DoesNotExist:
        return None


class Transaction:
    """Up to 100 named writes, all or nothing, sent when the ``with`` block ends without an error."""

    def __init__(self) -> None:
        self._writes: dict[str, list[tuple[str, Any]]] = {"check": [], "delete": [], "put": [], "update": []}

    def put(self, name: str, row: Model, condition: Condition | None = None) -> None:
        """Write the whole row."""
        self._add("put", name, (row, condition))

    def update(self, name: str, row: Model, actions: list[Action], condition: Condition) -> None:
        """Change attributes of the row whose key `row` carries."""
        self._add("update", name, (row, actions, condition))

    def delete(self, name: str, row: Model, condition: Condition | None = None) -> None:
        """Delete the row whose key `row` carries."""
        self._add("delete", name, (row, condition))

    def check(self, name: str, row: type[Model], key: tuple[str, str], condition: Condition) -> None:
        """Write nothing, but let the transaction fail unless `condition` holds for the row at `key`."""
        self._add("check", name, (row, key, condition))

    def __enter__(self) -> "Transaction":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is None and any(self._writes.values()):
            self._commit()

    def _add(self, verb: str, name: str, write: Any) -> None:
        self._writes[verb].append((name, write))

    def _commit(self) -> None:
        for tries_left in reversed(range(COMMIT_TRIES)):
            try:
                self._send()
                return
            except TransactWriteError as error:
                reasons = {name: reason.code for name, reason in self._reasons(error) if reason is not None}
                failed = tuple(name for name, code in reasons.items() if code == "ConditionalCheckFailed")
                if failed:
                    raise ConditionFailed(failed) from error
                if any(_ITEM_SIZE.search(text) for text in self._said(error)):
                    raise TooLarge(TOO_LARGE) from error
                if not tries_left or "TransactionConflict" not in reasons.values():
                    raise _translated(error) from error
            time.sleep(random.uniform(0.01, 0.05))  # noqa: S311  only spreads the rivals

    def _send(self) -> None:
        with TransactWrite(connection=connection()) as transact:
            for _, (model, (hash_key, range_key), condition) in self._writes["check"]:
                transact.condition_check(model, hash_key, range_key, condition=condition)
            for _, (row, condition) in self._writes["delete"]:
                transact.delete(row, condition=condition)
            for _, (row, condition) in self._writes["put"]:
                transact.save(row, condition=condition)
            for _, (row, actions, condition) in self._writes["update"]:
                transact.update(row, actions=actions, condition=condition)

    def _said(self, error: TransactWriteError) -> Iterator[str]:
        return (str(reason.message) for _, reason in self._reasons(error) if reason is not None)

    def _reasons(self, error: TransactWriteError) -> Iterator[tuple[str, CancellationReason | None]]:
        # PynamoDB sends checks, deletes, puts and updates in this order, and the reasons come back in it.
        names = [name for verb in ("check", "delete", "put", "update") for name, _ in self._writes[verb]]
        return zip(names, error.cancellation_reasons, strict=False)


def encode_cursor(key: Mapping[str, Any] | None) -> str | None:
    """A page's last key as an opaque text; ``None`` when there is no further page."""
    if key is None:
        return None
    return base64.urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).decode().rstrip("=")


def decode_cursor(
    cursor: str | None, *, within: str, between: tuple[str, str] | None = None
) -> dict[str, Any] | None:
    """The key that a cursor stands for.

    Parameters
    ----------
    within : str
        Partition that the page belongs to: a cursor of another one (another tenant's list) is refused.
    between : tuple[str, str] or None
        First and last sort key of the list, where it is a part of its partition.

    Raises
    ------
    InvalidInput
        Not a cursor of this list.
    """
    if cursor is None:
        return None
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        texts = {name: value["S"] for name, value in key.items() if set(value) == {"S"}}
    except (binascii.Error, ValueError, AttributeError, TypeError, KeyError):
        raise _no_cursor() from None
    sound = len(texts) == len(key) and all(isinstance(text, str) and text for text in texts.values())
    if not sound or not {"pk", "sk"} <= texts.keys() or within not in texts.values():
        raise _no_cursor()
    if between and not between[0] <= texts.get("sk", "") <= between[1]:
        raise _no_cursor()
    return {name: {"S": text} for name, text in texts.items()}


def _no_cursor() -> InvalidInput:
    sentence = "this is no cursor of this list; use next_cursor of its previous page"
    return InvalidInput([FieldProblem(("cursor",), sentence)])


def _point(rows: tuple[type[Model], ...], table_name: str, settings: Settings) -> None:
    base = rows[0]
    base.Meta.table_name = table_name
    base.Meta.region = settings.region
    base.Meta.host = settings.aws_endpoint_url
    base.Meta.connect_timeout_seconds = CONNECT_SECONDS
    base.Meta.read_timeout_seconds = READ_SECONDS
    base.Meta.max_retry_attempts = RETRIES
    base.Meta.max_pool_connections = POOL
    key, secret = EMULATOR_CREDENTIALS if settings.aws_endpoint_url else (None, None)
    base.Meta.aws_access_key_id = key
    base.Meta.aws_secret_access_key = secret
    for row in rows:
        # Own entries shadow the base's; without them, all rows share the base's connection.
        if "_connection" in vars(row):
            row._connection = None
            if row is not base:
                del row._connection


def _translated(error: Exception) -> Exception:
    code, said = _answer(error)
    if code == "ConditionalCheckFailedException":
        return ConditionFailed()
    if code in _OURS:
        # The two faults of a request that people can make.
        if _STARTING_KEY.search(said):
            return _no_cursor()
        return TooLarge(TOO_LARGE) if _ITEM_SIZE.search(said) else error
    return Unavailable("The database did not answer in time. Repeat the request; nothing was done twice.")


def _answer(error: Exception) -> tuple[str | None, str]:
    """DynamoDB's code and sentence."""
    cause = error.cause if isinstance(error, PynamoDBException) else error
    answer = getattr(cause, "response", {}).get("Error", {})
    return answer.get("Code"), str(answer.get("Message", ""))


_STARTING_KEY = re.compile(r"(exclusive ?start|starting) ?key", re.IGNORECASE)
_ITEM_SIZE = re.compile(r"item size .*exceeded", re.IGNORECASE)
TOO_LARGE = "This is more than one record can hold (400 KB); send less of it."

_OURS = frozenset(
    {"ValidationException", "SerializationException", "ResourceNotFoundException", "AccessDeniedException"}
)
"""A wrong request, a missing table or grant. Repeating won't help, so they stay what they are."""
