"""The row classes and a real DynamoDB: where they point, what failures become, what transactions promise."""

import base64
import json
from typing import Any

import pytest

from chalicelib.adapters.dynamodb import connection
from chalicelib.adapters.dynamodb.connection import (
    ConditionFailed,
    Transaction,
    absent,
    decode_cursor,
    dynamodb_errors,
    encode_cursor,
    get_or_none,
)
from chalicelib.adapters.dynamodb.tables import FactRow, JobRow, SpecsTable, ZoneRow
from chalicelib.domain.errors import InvalidInput, TooLarge, Unavailable
from tests.support.dynamodb import Tables, fresh_tables


def a_fact(name: str) -> FactRow:
    return FactRow(
        "SPEC#s", f"FACT#cache#{name}", kind="cache", name=name, status="PENDING", updated_at="now"
    )


def test_connecting_again_moves_every_row_class_to_the_other_deployment(
    tables: Tables, dynamodb_endpoint: str
) -> None:
    a_fact("one").save()
    other = fresh_tables(dynamodb_endpoint)
    assert get_or_none(FactRow, "SPEC#s", "FACT#cache#one") is None
    connection.connect(tables.settings)
    assert get_or_none(FactRow, "SPEC#s", "FACT#cache#one") is not None
    connection.connect(other)
    connection.delete_tables()


def test_both_tables_share_one_client(tables: Tables) -> None:
    assert JobRow._get_connection().connection is ZoneRow._get_connection().connection


def test_a_failed_condition_of_one_write_is_a_conflict(tables: Tables) -> None:
    a_fact("one").save()
    with pytest.raises(ConditionFailed), dynamodb_errors():
        a_fact("one").save(absent(FactRow))


def test_a_transaction_names_the_writes_whose_conditions_failed_and_writes_nothing(tables: Tables) -> None:
    a_fact("taken").save()
    with pytest.raises(ConditionFailed) as refused, Transaction() as write:
        write.put("the free one", a_fact("free"), absent(FactRow))
        write.put("the taken one", a_fact("taken"), absent(FactRow))
        write.check("the missing one", FactRow, ("SPEC#s", "FACT#none"), FactRow.pk.exists())
    assert set(refused.value.failed) == {"the taken one", "the missing one"}
    assert get_or_none(FactRow, "SPEC#s", "FACT#cache#free") is None


def test_nothing_is_sent_when_the_block_raises(tables: Tables) -> None:
    with pytest.raises(KeyError), Transaction() as write:
        write.put("a fact", a_fact("one"))
        raise KeyError
    assert get_or_none(FactRow, "SPEC#s", "FACT#cache#one") is None


def test_a_database_that_does_not_answer_is_unavailable(
    tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "RETRIES", 0)
    nowhere = tables.settings.model_copy(update={"aws_endpoint_url": "http://127.0.0.1:9"})
    connection.connect(nowhere)
    with pytest.raises(Unavailable):
        get_or_none(ZoneRow, "ZONE#z", "ZONE")


def test_a_cursor_survives_the_round_trip() -> None:
    key = {"pk": {"S": "ZONE#1"}, "sk": {"S": "SPEC#1"}}
    assert decode_cursor(encode_cursor(key), within="ZONE#1") == key
    assert encode_cursor(None) is None
    assert decode_cursor(None, within="ZONE#1") is None


def forged(**key: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "%%%",
        "AAAA",
        "bnVsbA",
        "",
        "eyJhIjp7IlMiOiJaT05FIzIifX0",
        forged(pk={"S": "ZONE#1"}, sk={"N": "1"}),
        forged(pk={"S": "ZONE#1"}, sk={"S": ""}),
        forged(pk={"S": "ZONE#1"}, sk={"S": "a", "N": "1"}),
        forged(pk={"S": "ZONE#1"}, sk="a"),
    ],
)
def test_anything_else_is_no_cursor(cursor: str) -> None:
    with pytest.raises(InvalidInput, match="no cursor of this list") as refused:
        decode_cursor(cursor, within="ZONE#1")
    assert refused.value.field == "cursor"


@pytest.mark.parametrize(
    "key",
    [
        {"pk": {"S": "SPEC#s"}},
        {"pk": {"S": "SPEC#s"}, "sk": {"S": "a"}, "more": {"S": "b"}},
        {"pk": {"S": "SPEC#another"}, "sk": {"S": "a"}},
    ],
)
def test_a_cursor_that_only_dynamodb_sees_through_is_none_either(tables: Tables, key: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match="no cursor of this list"), dynamodb_errors():
        list(FactRow.query("SPEC#s", limit=1, last_evaluated_key=key))


def test_a_row_that_is_too_large_says_so_alone_and_in_a_transaction(tables: Tables) -> None:
    large = FactRow(
        "SPEC#s", "FACT#cache#x", kind="cache", name="x" * 420_000, status="PENDING", updated_at="now"
    )
    with pytest.raises(TooLarge), dynamodb_errors():
        large.save()
    with pytest.raises(TooLarge), Transaction() as write:
        write.put("the fact", large)
    a_fact("small").save()
    with pytest.raises(TooLarge), Transaction() as write:
        write.update("the fact", a_fact("small"), [FactRow.name.set("x" * 420_000)], FactRow.pk.exists())


def test_no_row_class_keeps_a_connection_of_its_own(tables: Tables) -> None:
    assert "_connection" in vars(SpecsTable)
    assert "_connection" not in vars(FactRow)
