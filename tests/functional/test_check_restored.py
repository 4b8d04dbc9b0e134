"""Restored tables against the store: what a restore leaves different is named, and nothing else."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.adapters.aws import client
from chalicelib.adapters.dynamodb.tables import SpecRow, StateRow, StateVersionRow, spec_pk, state_pk
from scripts.check_restored import Finding, compare, lister, rows
from tests.support.builders import FakeClock
from tests.support.dynamodb import Tables
from tests.support.s3 import TestKms, TestStore
from tests.support.states import StateWorld, a_state


@pytest.fixture
def states(tables: Tables, supabase: TestStore, kms: TestKms) -> StateWorld:
    return StateWorld(supabase, kms, FakeClock())


@pytest.fixture
def check(tables: Tables, states: StateWorld) -> Callable[[], list[Finding]]:
    def look() -> list[Finding]:
        dynamodb = client("dynamodb", tables.settings)
        read = [rows(dynamodb, name) for name in (tables.settings.specs_table, tables.settings.jobs_table)]
        return list(compare(*read, lister(states.store.client, states.store.bucket)))

    return look


def with_two_versions(states: StateWorld) -> tuple[Any, Any]:
    runner = states.a_runner()
    runner.lock("l-1")
    runner.commit(a_state(1))
    first = states.head().version
    runner.commit(a_state(2, queue={}))
    runner.unlock()
    return first, states.head().version


def test_tables_and_store_of_one_moment_agree(states: StateWorld, check: Callable[[], list[Finding]]) -> None:
    with_two_versions(states)
    assert check() == []


def test_a_commit_after_the_restored_moment_is_named(
    states: StateWorld, check: Callable[[], list[Finding]]
) -> None:
    first, second = with_two_versions(states)
    pk = state_pk(states.spec.zone_id, states.spec.state_name)
    StateVersionRow(pk, f"VERSION#{second.id}").delete()
    StateRow(pk, "HEAD").update([StateRow.version.set(first.model_dump(mode="json"))])
    [found] = check()
    assert (found.kind, found.serious) == ("unknown", True)
    assert "newer than the head" in found.detail
    assert second.object.key in found.detail


def test_an_object_that_is_gone_is_named(states: StateWorld, check: Callable[[], list[Finding]]) -> None:
    first, _ = with_two_versions(states)
    states.store.client.delete_object(Bucket=states.store.bucket, Key=first.object.key)
    [found] = check()
    assert (found.kind, found.serious) == ("missing", True)
    assert "serial 1" in found.detail


def test_a_spec_and_a_run_of_different_moments_are_named(
    states: StateWorld, check: Callable[[], list[Finding]]
) -> None:
    SpecRow(spec_pk(states.spec.spec_id), "SPEC").update([SpecRow.live_run.set("job-gone")])
    assert check() == [Finding("live run", states.spec.spec_id, "is held by job-gone, which is not there")]
