"""Restored tables against the store: what a restore leaves different is named, and nothing else."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.adapters.aws import client
from chalicelib.adapters.dynamodb.tables import SpecRow, StateRow, StateVersionRow, spec_pk, state_pk
from chalicelib.domain.errors import NotFound
from chalicelib.domain.words import Role
from chalicelib.services.state_views import RollBack
from scripts.check_restored import Finding, compare, keep, lister, rows
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


def restored_to_the_first(states: StateWorld) -> Any:
    """The tables forget the second version, as a restore to the moment before it would; its object stays."""
    first, second = with_two_versions(states)
    pk = state_pk(states.spec.zone_id, states.spec.state_name)
    StateVersionRow(pk, f"VERSION#{second.id}").delete()
    pointer = {"version": first.model_dump(mode="json"), "serial": first.serial, "sha256": first.sha256}
    StateRow(pk, "HEAD").update([getattr(StateRow, name).set(value) for name, value in pointer.items()])
    return second


def test_a_commit_after_the_restored_moment_is_named(
    states: StateWorld, check: Callable[[], list[Finding]]
) -> None:
    second = restored_to_the_first(states)
    [found] = check()
    assert (found.kind, found.serious) == ("unknown", True)
    assert "newer than the head" in found.detail
    assert second.object.key in found.detail


def test_what_it_names_can_be_kept_and_gone_back_to(
    states: StateWorld, check: Callable[[], list[Finding]]
) -> None:
    second = restored_to_the_first(states)
    head = states.head().version
    assert head is not None
    kept = keep(second.object.key, states.rows, states.store.store, states.sealed, states.clock)
    assert (kept.serial, kept.resources, kept.status) == (2, 1, "rejected")
    assert states.head().version == head
    assert check() == []
    body = RollBack(version_id=kept.id, head_version_id=head.id, reason="it is the true one")
    states.admin.roll_back(states.a_person(Role.ADMIN), states.spec.spec_id, body, None, "h")
    assert json.loads(states.head_clear())["resources"] == json.loads(a_state(2, queue={}))["resources"]


def test_what_is_no_states_object_is_not_kept(states: StateWorld) -> None:
    with pytest.raises(NotFound):
        keep(
            "zone-1/shop/terraform.tfstate/log/x", states.rows, states.store.store, states.sealed, FakeClock()
        )


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
